//! What a phone says: tones, files, silence and the benchmarks' frames, 20 ms at a time.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::path::PathBuf;
use std::sync::Arc;

use super::frames::Kind;
use super::wav;
use crate::clock::Random;
use crate::wire::mulaw;
use crate::wire::rtp::FRAME_SAMPLES;

pub const TONE_LEVEL_DBFS: f64 = -12.0;
/// Files kept in memory at once; more are read anew.
const FILES_KEPT: usize = 256;
/// A supervisor's bursts are 25 to 75 frames apart (0.5 to 1.5 s), at random.
const BURST_GAP_FRAMES: (u64, u64) = (25, 50);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Says µ-law silence; hears the operator's frames forwarded.
    Caller,
    /// Says coded frames; hears the supervisor's bursts mixed with the caller's silence.
    Operator,
    /// Says silence with a coded burst now and then.
    Supervisor,
    /// Says coded frames as a caller: forwarding in both directions of an unsupervised call.
    Coded,
}

/// A sound as a command names it.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    Tone { hz: f64, level_dbfs: f64 },
    File { path: PathBuf, repeat: bool },
    Silence,
    Nothing,
    Bench(Role),
}

/// A sound that is ready to be played.
#[derive(Clone)]
pub enum Sound {
    Tone { hz: f64, amplitude: f64 },
    Samples { codes: Arc<[u8]>, repeat: bool },
    Silence,
    Nothing,
    Bench(Role),
}

/// Makes wanted sounds ready; remembers files.
#[derive(Default)]
pub struct Sounds {
    files: HashMap<PathBuf, Arc<[u8]>>,
}

impl Sounds {
    pub fn prepare(&mut self, wanted: &Wanted) -> Result<Sound, String> {
        Ok(match wanted {
            Wanted::Tone { hz, level_dbfs } => {
                let amplitude = 32_767.0 * 10f64.powf(level_dbfs / 20.0);
                Sound::Tone { hz: *hz, amplitude }
            }
            Wanted::File { path, repeat } => {
                let codes = match self.files.get(path) {
                    Some(codes) => codes.clone(),
                    None => wav::load(path)?,
                };
                if self.files.len() < FILES_KEPT {
                    self.files.insert(path.clone(), codes.clone());
                }
                Sound::Samples {
                    codes,
                    repeat: *repeat,
                }
            }
            Wanted::Silence => Sound::Silence,
            Wanted::Nothing => Sound::Nothing,
            Wanted::Bench(role) => Sound::Bench(*role),
        })
    }
}

pub enum Frame {
    /// No packet at all.
    Nothing,
    Plain([u8; FRAME_SAMPLES]),
    /// A coded frame: its number and time are the sender's to give.
    Marked(Kind),
}

/// A sound being played.
pub struct Source {
    sound: Sound,
    position: u64,
    burst_in: u64,
}

impl Source {
    pub fn new(sound: Sound, random: &mut Random) -> Self {
        Self {
            sound,
            position: 0,
            burst_in: burst_gap(random),
        }
    }

    /// The next 20 ms.
    pub fn frame(&mut self, random: &mut Random) -> Frame {
        let start = self.position;
        self.position += FRAME_SAMPLES as u64;
        match &self.sound {
            Sound::Tone { hz, amplitude } => {
                let code = |sample: u64| {
                    let phase = (sample as f64 * hz / 8000.0).fract() * TAU;
                    mulaw::encode((phase.sin() * amplitude).round() as i16)
                };
                let mark = frame_mark(start);
                let marked = |index| {
                    code(start + index as u64)
                        ^ u8::from(index < MARK_BITS && mark >> index & 1 == 1)
                };
                Frame::Plain(std::array::from_fn(marked))
            }
            Sound::Samples { codes, repeat } => {
                let total = codes.len() as u64;
                let code = |sample: u64| match sample {
                    sample if sample < total => codes[sample as usize],
                    sample if *repeat && total > 0 => codes[(sample % total) as usize],
                    _ => mulaw::SILENCE,
                };
                Frame::Plain(std::array::from_fn(|index| code(start + index as u64)))
            }
            Sound::Bench(Role::Operator | Role::Coded) => Frame::Marked(Kind::Stream),
            Sound::Bench(Role::Supervisor) if self.burst_in == 0 => {
                self.burst_in = burst_gap(random);
                Frame::Marked(Kind::Burst)
            }
            Sound::Silence | Sound::Bench(Role::Caller | Role::Supervisor) => {
                self.burst_in = self.burst_in.saturating_sub(1);
                Frame::Plain([mulaw::SILENCE; FRAME_SAMPLES])
            }
            Sound::Nothing => Frame::Nothing,
        }
    }
}

const MARK_BITS: usize = 16;

/// Bits that differ from frame to frame, for the lowest bits of a tone's first codes: many a tone repeats itself
/// every frame, and whoever compares what was sent with what arrived must see a lost or moved one. A hash spreads them,
/// so that they add noise (some -75 dBFS at any frequency), not a tone.
fn frame_mark(start: u64) -> u64 {
    (start / FRAME_SAMPLES as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - MARK_BITS)
}

fn burst_gap(random: &mut Random) -> u64 {
    BURST_GAP_FRAMES.0 + random.below(BURST_GAP_FRAMES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(wanted: &Wanted, frames: usize) -> Vec<u8> {
        let mut random = Random::seeded();
        let mut source = Source::new(Sounds::default().prepare(wanted).unwrap(), &mut random);
        let mut codes = Vec::new();
        for _ in 0..frames {
            if let Frame::Plain(frame) = source.frame(&mut random) {
                codes.extend_from_slice(&frame);
            }
        }
        codes
    }

    #[test]
    fn a_tone_has_its_frequency_and_level_across_frames() {
        let codes = play(
            &Wanted::Tone {
                hz: 850.0,
                level_dbfs: TONE_LEVEL_DBFS,
            },
            50,
        );
        let samples: Vec<i16> = codes.iter().map(|code| mulaw::decode(*code)).collect();
        let rises = samples
            .windows(2)
            .filter(|pair| pair[0] < 0 && pair[1] >= 0)
            .count();
        assert!((849..=851).contains(&rises), "{rises}");
        let level = 20.0 * (mulaw::rms(&codes) * 2f64.sqrt() / 32_767.0).log10();
        assert!((level + 12.0).abs() < 0.1, "{level}");
    }

    #[test]
    fn a_sound_played_once_ends_in_silence_and_a_repeated_one_starts_again() {
        let codes: Arc<[u8]> = (0..200).map(|code| code as u8 & 0x3F).collect();
        let mut random = Random::seeded();
        for (repeat, expected) in [(false, mulaw::SILENCE), (true, 0)] {
            let mut source = Source::new(
                Sound::Samples {
                    codes: codes.clone(),
                    repeat,
                },
                &mut random,
            );
            source.frame(&mut random);
            let Frame::Plain(second) = source.frame(&mut random) else {
                panic!("no frame")
            };
            assert_eq!(second[39], 0x07);
            assert_eq!(second[40], expected);
        }
    }

    #[test]
    fn a_supervisor_of_the_benchmark_bursts_about_once_a_second() {
        let mut random = Random::seeded();
        let mut source = Source::new(Sound::Bench(Role::Supervisor), &mut random);
        let marked = (0..5000)
            .filter(|_| matches!(source.frame(&mut random), Frame::Marked(_)))
            .count();
        assert!((70..=130).contains(&marked), "{marked}");
    }

    #[test]
    fn nothing_sends_no_packet() {
        assert!(play(&Wanted::Nothing, 3).is_empty());
        assert_eq!(play(&Wanted::Silence, 1), [mulaw::SILENCE; FRAME_SAMPLES]);
    }
}
