//! Opus of browsers, decoded to the 8 kHz of a call's sound.
//!
//! A packet's bytes are anybody's. How long its sound is stands in its first bytes (RFC 6716, 3.1) and is judged before
//! the decoder sees it; whether its frames hold, the decoder judges.

use opus::{packet, Channels};
use sound::rtp::PAYLOAD_MAX;
use sound::SAMPLE_RATE;

/// A decoder of one browser's voice.
pub struct Decoder(opus::Decoder);

/// What is no Opus packet, or one of more than 60 ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// What a packet's sound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoded {
    pub samples: usize,
    /// The decoder refused it, and what came before goes on in its place.
    pub concealed: bool,
}

impl Decoder {
    /// `None` without memory for it.
    pub fn new() -> Option<Self> {
        opus::Decoder::new(SAMPLE_RATE, Channels::Mono)
            .ok()
            .map(Self)
    }

    /// Forgets what was said before, which is not what is said next.
    pub fn begin_anew(&mut self) {
        // Refused only to a decoder that is none.
        let _ = self.0.reset_state();
    }

    /// Writes a packet's sound; stereo becomes one voice.
    pub fn decode(
        &mut self,
        packet: &[u8],
        sound: &mut [i16; PAYLOAD_MAX],
    ) -> Result<Decoded, Malformed> {
        let samples = samples_of(packet).ok_or(Malformed)?;
        let sound = &mut sound[..samples];
        let concealed = !self.writes(packet, sound);
        // An empty packet is one that was lost.
        if concealed && !self.writes(&[], sound) {
            self.begin_anew();
            sound.fill(0);
        }
        Ok(Decoded { samples, concealed })
    }

    /// Whether the packet filled all of it.
    fn writes(&mut self, packet: &[u8], sound: &mut [i16]) -> bool {
        let decoded = self.0.decode(packet, sound, false);
        decoded.is_ok_and(|samples| samples == sound.len())
    }
}

/// How long a packet's sound is by its first bytes; `None` if it is no packet, or one of more than 60 ms.
pub fn samples_of(packet: &[u8]) -> Option<usize> {
    let samples = packet::get_nb_samples(packet, SAMPLE_RATE).ok()?;
    (1..=PAYLOAD_MAX).contains(&samples).then_some(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::opus::{Application, Encoder, FrameSize};
    use proptest::prelude::*;

    const TONE: f64 = 1_000.0;

    /// A tone of some level, in packets of a duration.
    fn said(
        channels: Channels,
        duration: FrameSize,
        samples: usize,
        packets: usize,
    ) -> Vec<Vec<u8>> {
        let mut encoder = Encoder::new(48_000, channels, Application::Voip).unwrap();
        encoder.set_expert_frame_duration(duration).unwrap();
        let each = if channels == Channels::Stereo { 2 } else { 1 };
        let sample = |n: usize| {
            (8_000.0 * (std::f64::consts::TAU * TONE * n as f64 / 48_000.0).sin()) as i16
        };
        let packet = |number: usize| {
            let sound: Vec<i16> = (0..samples * each)
                .map(|n| sample(number * samples + n / each))
                .collect();
            encoder.encode_vec(&sound, 1_500).unwrap()
        };
        (0..packets).map(packet).collect()
    }

    /// The power of a pitch in what was heard, of all of it.
    fn share(sound: &[i16], hertz: f64) -> f64 {
        let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
        for (n, &sample) in sound.iter().enumerate() {
            let (sample, angle) = (
                f64::from(sample),
                std::f64::consts::TAU * hertz * n as f64 / 8_000.0,
            );
            re += sample * angle.cos();
            im += sample * angle.sin();
            all += sample * sample;
        }
        2.0 * (re * re + im * im) / (sound.len() as f64 * all)
    }

    #[test]
    fn every_duration_up_to_60_ms_in_mono_and_stereo_is_heard_as_long_as_it_is() {
        let durations = [
            (FrameSize::Ms2_5, 120),
            (FrameSize::Ms5, 240),
            (FrameSize::Ms10, 480),
            (FrameSize::Ms20, 960),
            (FrameSize::Ms40, 1_920),
            (FrameSize::Ms60, 2_880),
        ];
        for channels in [Channels::Mono, Channels::Stereo] {
            for (duration, samples) in durations {
                let mut decoder = Decoder::new().unwrap();
                let mut whole = Vec::new();
                for packet in said(channels, duration, samples, 48_000 / samples) {
                    let mut sound = [0; PAYLOAD_MAX];
                    let heard = decoder.decode(&packet, &mut sound).unwrap();
                    assert_eq!((heard.samples, heard.concealed), (samples / 6, false));
                    whole.extend_from_slice(&sound[..heard.samples]);
                }
                let share = share(&whole[2_000..], TONE);
                assert!(
                    share > 0.95,
                    "{share} of it in packets of {samples} of {channels:?}"
                );
            }
        }
    }

    #[test]
    fn longer_ones_and_what_is_no_packet_are_refused() {
        let mut decoder = Decoder::new().unwrap();
        let mut decode = |packet: &[u8]| decoder.decode(packet, &mut [0; PAYLOAD_MAX]);
        assert_eq!(decode(&[]), Err(Malformed));
        // 80 ms and 120 ms: two of 40 ms, six of 20 ms.
        assert_eq!(decode(&[0x11, 0, 0]), Err(Malformed));
        assert_eq!(decode(&[0x0b, 6, 0]), Err(Malformed));
        // No frame at all, and a count without its byte.
        assert_eq!(decode(&[0x0b, 0, 0]), Err(Malformed));
        assert_eq!(decode(&[0x0b]), Err(Malformed));
    }

    #[test]
    fn frames_that_do_not_hold_are_concealed_and_the_voice_goes_on() {
        let mut decoder = Decoder::new().unwrap();
        let packets = said(Channels::Mono, FrameSize::Ms20, 960, 20);
        let mut sound = [0; PAYLOAD_MAX];
        for packet in &packets[..10] {
            decoder.decode(packet, &mut sound).unwrap();
        }
        // Two frames of one length in an odd number of bytes (RFC 6716, 3.2.3).
        let broken = [packets[10][0] & 0xfc | 1, 1, 2, 3, 4, 5, 6, 7];
        let heard = decoder.decode(&broken, &mut sound).unwrap();
        assert!(heard.concealed);
        assert_eq!(heard.samples % 20, 0);
        let heard = decoder.decode(&packets[11], &mut sound).unwrap();
        assert_eq!((heard.samples, heard.concealed), (160, false));
    }

    #[test]
    fn silence_that_is_not_sent_is_a_packet_of_one_byte() {
        let mut decoder = Decoder::new().unwrap();
        let packet = &said(Channels::Mono, FrameSize::Ms20, 960, 1)[0];
        let heard = decoder.decode(&packet[..1], &mut [0; PAYLOAD_MAX]).unwrap();
        assert_eq!(heard.samples, 160);
    }

    proptest! {
        #[test]
        fn any_bytes_are_sound_of_the_announced_length_or_refused(
            packets in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..1_400), 1..20),
        ) {
            let mut decoder = Decoder::new().unwrap();
            for packet in packets {
                let mut sound = [0x55; PAYLOAD_MAX];
                if let Ok(heard) = decoder.decode(&packet, &mut sound) {
                    prop_assert!((20..=PAYLOAD_MAX).contains(&heard.samples));
                    prop_assert!(sound[heard.samples..].iter().all(|&sample| sample == 0x55));
                }
            }
        }

        #[test]
        fn packets_that_were_cut_or_flipped_are_taken_or_refused_and_the_next_is_heard(
            cuts in proptest::collection::vec((0..200_usize, 0..200_usize, any::<u8>()), 1..20),
        ) {
            let mut decoder = Decoder::new().unwrap();
            let packets = said(Channels::Stereo, FrameSize::Ms20, 960, 4);
            for (length, place, flip) in cuts {
                let mut packet = packets[length % 4].clone();
                packet.truncate(length);
                if let Some(byte) = packet.get_mut(place) {
                    *byte ^= flip;
                }
                let _ = decoder.decode(&packet, &mut [0; PAYLOAD_MAX]);
            }
            let heard = decoder.decode(&packets[0], &mut [0; PAYLOAD_MAX]);
            prop_assert_eq!(heard, Ok(Decoded { samples: 160, concealed: false }));
        }
    }
}
