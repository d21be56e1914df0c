//! Comfort noise for those who must not hear a voice: a line that is alive, with nobody on it.

use crate::rtp::PAYLOAD_MAX;
use crate::Codec;

/// The loudest sample: some 60 dB below full scale, what a quiet room sounds like on the telephone.
const PEAK: i32 = 24;

/// A generator of noise; what it makes says nothing of anybody.
#[derive(Debug, Clone, Copy)]
pub struct Noise(u32);

impl Default for Noise {
    fn default() -> Self {
        Self(0x2545_F491)
    }
}

impl Noise {
    /// Writes `count` samples.
    pub fn write(&mut self, codec: Codec, count: usize, payload: &mut [u8; PAYLOAD_MAX]) {
        let mut samples = [0; PAYLOAD_MAX];
        for sample in &mut samples[..count] {
            *sample = self.next();
        }
        codec.encode(&samples[..count], payload);
    }

    fn next(&mut self) -> i16 {
        // Marsaglia, "Xorshift RNGs", 2003.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        ((self.0 >> 8) as i32 % (2 * PEAK + 1) - PEAK) as i16
    }
}
