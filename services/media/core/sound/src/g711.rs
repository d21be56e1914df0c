//! G.711 µ-law and A-law (ITU-T G.711), branch-free so that the loops over a frame vectorise.
//!
//! The exponent of a magnitude is taken from the bit pattern of its `f32`: it is the position of the highest set bit,
//! and the bits below it are the mantissa that G.711 wants. It equals the table for all 65,536 inputs (see the tests).

/// A codec of RTP's static table (RFC 3551, 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// µ-law, payload type 0.
    Pcmu,
    /// A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// The static RTP payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The byte that stands for silence.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcmu => ulaw_encode(0),
            Self::Pcma => alaw_encode(0),
        }
    }

    /// Decodes as many bytes as both slices hold.
    pub fn decode(self, bytes: &[u8], samples: &mut [i16]) {
        let pairs = samples.iter_mut().zip(bytes);
        match self {
            Self::Pcmu => pairs.for_each(|(sample, &byte)| *sample = ulaw_decode(byte)),
            Self::Pcma => pairs.for_each(|(sample, &byte)| *sample = alaw_decode(byte)),
        }
    }

    /// Encodes as many samples as both slices hold.
    pub fn encode(self, samples: &[i16], bytes: &mut [u8]) {
        let pairs = bytes.iter_mut().zip(samples);
        match self {
            Self::Pcmu => pairs.for_each(|(byte, &sample)| *byte = ulaw_encode(sample)),
            Self::Pcma => pairs.for_each(|(byte, &sample)| *byte = alaw_encode(sample)),
        }
    }

    /// Writes `bytes` of this codec as bytes of `to`: a copy when both are the same.
    pub fn transcode(self, to: Self, bytes: &[u8], out: &mut [u8]) {
        let table = match (self, to) {
            (Self::Pcmu, Self::Pcma) => &ULAW_TO_ALAW,
            (Self::Pcma, Self::Pcmu) => &ALAW_TO_ULAW,
            _ => {
                let both = bytes.len().min(out.len());
                out[..both].copy_from_slice(&bytes[..both]);
                return;
            }
        };
        for (out, &byte) in out.iter_mut().zip(bytes) {
            *out = table[byte as usize];
        }
    }
}

/// The offset that gives every µ-law segment the same form (14-bit 33, here in 16 bits).
const ULAW_BIAS: u32 = 0x84;

/// The largest magnitude that µ-law can hold before the bias.
const ULAW_CLIP: u32 = 32_635;

/// One sample of µ-law.
pub const fn ulaw_encode(sample: i16) -> u8 {
    let sign = ((sample >> 8) & 0x80) as u8;
    let magnitude = sample.unsigned_abs() as u32;
    let clipped = if magnitude < ULAW_CLIP {
        magnitude
    } else {
        ULAW_CLIP
    };
    let bits = ((clipped + ULAW_BIAS) as f32).to_bits();
    // Biased magnitudes are 2^7..2^15, so the exponent field is 134..=142 and the segment 0..=7.
    let segment_and_mantissa = ((bits >> 19) - (134 << 4)) as u8;
    !(sign | segment_and_mantissa)
}

/// The sample that a µ-law byte stands for.
pub const fn ulaw_decode(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((((byte & 0x0F) as i32) << 3) + ULAW_BIAS as i32) << ((byte >> 4) & 7);
    let magnitude = magnitude - ULAW_BIAS as i32;
    let negative = -((byte >> 7) as i32);
    ((magnitude ^ negative) - negative) as i16
}

/// One sample of A-law, with the even bits inverted as G.711 has it on the line.
pub const fn alaw_encode(sample: i16) -> u8 {
    let positive = (!(sample >> 8) & 0x80) as u8;
    // Negative magnitudes are one's complement: −1 is the smallest negative step, not zero.
    let magnitude = (sample ^ (sample >> 15)) as u32;
    let bits = ((magnitude | 1) as f32).to_bits();
    let exponent = bits >> 23;
    // Below 2^8 the scale is linear (segment 0); from there each doubling is a segment.
    let linear = (magnitude >> 4) as u8;
    let logarithmic = (((bits >> 19) & 0x0F) | (exponent.saturating_sub(127 + 7) << 4)) as u8;
    let code = if magnitude < 256 { linear } else { logarithmic };
    (positive | code) ^ 0x55
}

/// The sample that an A-law byte stands for.
pub const fn alaw_decode(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let segment = ((byte >> 4) & 7) as i32;
    let mantissa = (((byte & 0x0F) as i32) << 4) + 8;
    let logarithmic = (mantissa + 0x100) << (if segment == 0 { 0 } else { segment - 1 });
    let magnitude = if segment == 0 { mantissa } else { logarithmic };
    let negative = ((byte >> 7) as i32) - 1;
    ((magnitude ^ negative) - negative) as i16
}

const ULAW_TO_ALAW: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = alaw_encode(ulaw_decode(byte as u8));
        byte += 1;
    }
    table
};

const ALAW_TO_ULAW: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = ulaw_encode(alaw_decode(byte as u8));
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    /// G.711 as Sun's reference code has it: a search for the segment's end.
    fn reference_ulaw(sample: i16) -> u8 {
        const ENDS: [i32; 8] = [0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF];
        let (mut value, mask) = if sample < 0 {
            (-i32::from(sample), 0x7F)
        } else {
            (i32::from(sample), 0xFF)
        };
        value = value.min(32_635);
        value = (value >> 2) + (0x84 >> 2);
        let segment = ENDS.iter().position(|&end| value <= end).unwrap_or(8);
        if segment >= 8 {
            return 0x7F ^ mask;
        }
        (((segment as i32) << 4) | ((value >> (segment + 1)) & 0x0F)) as u8 ^ mask
    }

    fn reference_alaw(sample: i16) -> u8 {
        const ENDS: [i32; 8] = [0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF];
        let value = i32::from(sample) >> 3;
        let (value, mask) = if value >= 0 {
            (value, 0xD5)
        } else {
            (-value - 1, 0x55)
        };
        let segment = ENDS.iter().position(|&end| value <= end).unwrap_or(8);
        if segment >= 8 {
            return 0x7F ^ mask;
        }
        let shift = if segment < 2 { 1 } else { segment };
        (((segment as i32) << 4) | ((value >> shift) & 0x0F)) as u8 ^ mask
    }

    #[test]
    fn every_sample_encodes_as_the_reference_does() {
        for sample in i16::MIN..=i16::MAX {
            assert_eq!(
                ulaw_encode(sample),
                reference_ulaw(sample),
                "µ-law of {sample}"
            );
            assert_eq!(
                alaw_encode(sample),
                reference_alaw(sample),
                "A-law of {sample}"
            );
        }
    }

    #[test]
    fn every_byte_survives_decoding_and_encoding() {
        for byte in 0..=255_u8 {
            // 0x7F is negative zero; it comes back as positive zero.
            let expected = if byte == 0x7F { 0xFF } else { byte };
            assert_eq!(ulaw_encode(ulaw_decode(byte)), expected);
            assert_eq!(alaw_encode(alaw_decode(byte)), byte);
        }
    }

    #[test]
    fn well_known_values_decode_as_published() {
        assert_eq!(
            [0x00, 0x80, 0xFF, 0x7F].map(ulaw_decode),
            [-32_124, 32_124, 0, 0]
        );
        assert_eq!(
            [0x2A, 0xAA, 0xD5, 0x55].map(alaw_decode),
            [-32_256, 32_256, 8, -8]
        );
        assert_eq!((Codec::Pcmu.silence(), Codec::Pcma.silence()), (0xFF, 0xD5));
    }

    #[test]
    fn transcoding_is_decoding_and_encoding() {
        let bytes: Vec<u8> = (0..=255).collect();
        for (from, to) in [(Codec::Pcmu, Codec::Pcma), (Codec::Pcma, Codec::Pcmu)] {
            let (mut samples, mut expected, mut out) = ([0; 256], [0; 256], [0; 256]);
            from.decode(&bytes, &mut samples);
            to.encode(&samples, &mut expected);
            from.transcode(to, &bytes, &mut out);
            assert_eq!(out, expected);
            from.transcode(from, &bytes, &mut out);
            assert_eq!(out.as_slice(), bytes);
        }
    }
}
