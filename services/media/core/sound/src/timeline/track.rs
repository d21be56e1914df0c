//! One party's sound on the timeline.

use std::slice;

use super::{KEPT, PAGE_SAMPLES};
use crate::mix::clip;
use crate::stream::SourceId;
use crate::{Codec, Tapped, LEGS_MAX};

/// How far a packet may lie from its arrival, in samples: 10 ms.
const OFF_MAX: i64 = 80;

/// Packets after which lateness is judged: 1 s of them.
const JUDGED_AFTER: u32 = 50;

/// One party's sound, from the page that is given out next.
#[derive(Debug)]
pub struct Track {
    pub sound: Box<[u8]>,
    /// The legs that each sample is of, one bit each.
    pub filled: Box<[u8]>,
    /// By leg.
    sources: [Option<Source>; LEGS_MAX],
}

/// Where a source's timestamps lie on the timeline.
#[derive(Debug, Clone, Copy)]
struct Source {
    id: SourceId,
    position: i64,
    timestamp: u32,
    /// The least lateness of the packets counted.
    late: i64,
    packets: u32,
}

impl Default for Track {
    fn default() -> Self {
        let sound = vec![Codec::Pcmu.silence(); PAGE_SAMPLES * KEPT].into();
        let filled = vec![0; PAGE_SAMPLES * KEPT].into();
        Self {
            sound,
            filled,
            sources: [None; LEGS_MAX],
        }
    }
}

impl Track {
    /// Places one packet's sound, but for the samples that are not to be written.
    pub fn add(&mut self, tapped: &Tapped<'_>, arrived: i64, base: i64, unwritten: &[bool]) {
        let length = tapped.payload.len() as i64;
        let position = self.place(tapped, arrived - length, base);
        // Sound from before the opening, and what would overrun the kept pages, is left out.
        let from = (position - base).clamp(0, self.sound.len() as i64) as usize;
        let to = (position + length - base).clamp(0, self.sound.len() as i64) as usize;
        let skipped = (base - position).clamp(0, length) as usize;
        let payload = &tapped.payload[skipped..];
        let to = to.max(from);
        let mut at = from;
        while at < to {
            let run = unwritten[at..to].chunk_by(|one, next| one == next).next();
            let length = run.map_or(to - at, <[bool]>::len);
            if !unwritten[at] {
                self.write(tapped, at, &payload[at - from..at - from + length]);
            }
            at += length;
        }
    }

    fn write(&mut self, tapped: &Tapped<'_>, at: usize, payload: &[u8]) {
        let (kept, own) = (at..at + payload.len(), 1 << tapped.leg.0);
        let (sound, filled) = (&mut self.sound[kept.clone()], &mut self.filled[kept]);
        if filled.iter().all(|&legs| legs & !own == 0) {
            tapped.codec.transcode(Codec::Pcmu, payload, sound);
        } else {
            add(tapped.codec, payload, own, sound, filled);
        }
        for legs in filled {
            *legs |= own;
        }
    }

    /// Where the packet's sound begins, if by its arrival it began at `spoken`.
    fn place(&mut self, tapped: &Tapped<'_>, spoken: i64, base: i64) -> i64 {
        let anew = Source {
            id: tapped.source,
            position: spoken,
            timestamp: tapped.timestamp,
            late: i64::MAX,
            packets: 0,
        };
        let known = &mut self.sources[tapped.leg.index()];
        let source = known
            .filter(|source| source.id == tapped.source)
            .unwrap_or(anew);
        let step = i64::from(tapped.timestamp.wrapping_sub(source.timestamp) as i32);
        let position = source.position + step;
        let late = spoken - position;
        let least = source.late.min(late);
        let judged = source.packets + 1 >= JUDGED_AFTER;
        let given_out = position < base && spoken >= base;
        let placed = if late < -OFF_MAX || given_out {
            anew
        } else if judged && least > OFF_MAX {
            // Moved by the least lateness, not by this packet's: that is the clock's share of it.
            Source {
                position: position + least,
                ..anew
            }
        } else {
            let (late, packets) = if judged {
                (i64::MAX, 0)
            } else {
                (least, source.packets + 1)
            };
            Source {
                position,
                timestamp: tapped.timestamp,
                late,
                packets,
                ..source
            }
        };
        *known = Some(placed);
        placed.position
    }

    /// Drops the page that was given out.
    pub fn turn(&mut self) {
        self.sound.copy_within(PAGE_SAMPLES.., 0);
        self.filled.copy_within(PAGE_SAMPLES.., 0);
        let rest = PAGE_SAMPLES * (KEPT - 1);
        self.sound[rest..].fill(Codec::Pcmu.silence());
        self.filled[rest..].fill(0);
    }
}

/// Adds a leg's sound to that of others; what it said there itself stays as it is.
fn add(codec: Codec, payload: &[u8], own: u8, sound: &mut [u8], filled: &[u8]) {
    for ((payload, sound), legs) in payload.iter().zip(sound).zip(filled) {
        if legs & own != 0 {
            continue;
        }
        let (mut said, mut there) = ([0], [0]);
        codec.decode(slice::from_ref(payload), &mut said);
        Codec::Pcmu.decode(slice::from_ref(sound), &mut there);
        clip(&[i32::from(said[0]) + i32::from(there[0])], &mut there);
        Codec::Pcmu.encode(&there, slice::from_mut(sound));
    }
}
