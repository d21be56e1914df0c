//! Coded frames of the benchmarks: 160 µ-law bytes that name their sender and number.
//!
//! Sixteen nibbles (kind, sender, number, check) repeated ten times. Every nibble is one of 16 codes between
//! -13 and -19 dBFS with alternating sign, so that the frame is loud, survives decoding and encoding, and survives
//! being mixed with silence.

use crate::wire::rtp::FRAME_SAMPLES;

const NIBBLES: usize = 16;
pub const SENDERS_MAX: u32 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every frame of a stream is coded.
    Stream,
    /// A single coded frame in a silent stream.
    Burst,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub kind: Kind,
    pub sender: u32,
    pub number: u32,
}

impl Mark {
    pub fn frame(&self) -> [u8; FRAME_SAMPLES] {
        let kind = match self.kind {
            Kind::Stream => 5u64,
            Kind::Burst => 10,
        };
        let word = kind << 52 | u64::from(self.sender % SENDERS_MAX) << 32 | u64::from(self.number);
        let word = check(word) << 56 | word;
        std::array::from_fn(|index| {
            let nibble = (word >> (4 * (index % NIBBLES)) & 0x0F) as u8;
            (if index % 2 == 0 { 0xA0 } else { 0x20 }) | nibble
        })
    }

    /// What a payload says, when it is a coded frame, whole and byte for byte.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let first: &[u8; NIBBLES] = payload.first_chunk()?;
        let word = first
            .iter()
            .rev()
            .fold(0u64, |word, code| word << 4 | u64::from(code & 0x0F));
        let kind = match word >> 52 & 0x0F {
            5 => Kind::Stream,
            10 => Kind::Burst,
            _ => return None,
        };
        let mark = Self {
            kind,
            sender: (word >> 32 & 0xF_FFFF) as u32,
            number: word as u32,
        };
        (mark.frame() == payload).then_some(mark)
    }
}

fn check(word: u64) -> u64 {
    word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::mulaw;

    #[test]
    fn a_frame_is_read_back_even_after_decoding_and_encoding() {
        for number in [0, 1, 77, u32::MAX] {
            for kind in [Kind::Stream, Kind::Burst] {
                let mark = Mark {
                    kind,
                    sender: 123_456,
                    number,
                };
                let recoded = mark.frame().map(|code| mulaw::encode(mulaw::decode(code)));
                assert_eq!(Mark::read(&recoded), Some(mark));
            }
        }
    }

    #[test]
    fn a_frame_with_one_changed_byte_is_none() {
        let mark = Mark {
            kind: Kind::Stream,
            sender: 5,
            number: 6,
        };
        for index in 0..FRAME_SAMPLES {
            let mut frame = mark.frame();
            frame[index] ^= 1;
            assert_eq!(Mark::read(&frame), None);
        }
        assert_eq!(Mark::read(&[mulaw::SILENCE; FRAME_SAMPLES]), None);
        assert_eq!(Mark::read(&mark.frame()[..159]), None);
    }

    #[test]
    fn a_frame_is_loud() {
        let frame = Mark {
            kind: Kind::Burst,
            sender: 0,
            number: 0,
        }
        .frame();
        assert!(mulaw::rms(&frame) > 3000.0);
    }
}
