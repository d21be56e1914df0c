//! µ-law (ITU-T G.711), written from the segment definition and not taken from the node.

/// The code of positive zero.
pub const SILENCE: u8 = 0xFF;

const BIAS: i32 = 0x84;
const CLIP: i32 = 32_635;

/// The code of a 16-bit sample.
pub fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0x00 };
    let magnitude = i32::from(sample).abs().min(CLIP) + BIAS;
    // The segment is the position of the highest set bit above bit 7.
    let segment = (24 - magnitude.leading_zeros()) as u8;
    let step = ((magnitude >> (segment + 3)) & 0x0F) as u8;
    !(sign | (segment << 4) | step)
}

/// The 16-bit sample of a code.
pub fn decode(code: u8) -> i16 {
    let plain = !code;
    let segment = (plain >> 4) & 0x07;
    let step = i32::from(plain & 0x0F);
    let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
    (if plain & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }) as i16
}

/// Root mean square of a payload in 16-bit sample units; 0 for an empty one.
pub fn rms(payload: &[u8]) -> f64 {
    if payload.is_empty() {
        return 0.0;
    }
    let sum: f64 = payload
        .iter()
        .map(|code| f64::from(decode(*code)).powi(2))
        .sum();
    (sum / payload.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_of_g711_hold() {
        assert_eq!(encode(0), 0xFF);
        assert_eq!(encode(i16::MAX), 0x80);
        assert_eq!(encode(i16::MIN), 0x00);
        assert_eq!(decode(0x80), 32_124);
        assert_eq!(decode(0x00), -32_124);
        assert_eq!(decode(0xFF), 0);
        assert_eq!(decode(0x7F), 0);
        assert_eq!(decode(0xFE), 8);
    }

    #[test]
    fn every_code_but_negative_zero_survives_decoding_and_encoding() {
        for code in 0..=u8::MAX {
            let expected = if code == 0x7F { 0xFF } else { code };
            assert_eq!(encode(decode(code)), expected);
        }
    }

    #[test]
    fn the_error_of_a_sample_is_at_most_half_a_step_of_its_segment() {
        for sample in i16::MIN..=i16::MAX {
            let error = (i32::from(decode(encode(sample))) - i32::from(sample)).abs();
            let clipped = (i32::from(sample).abs() - 32_124).max(0);
            assert!(
                error <= 5 + i32::from(sample).abs() / 32 + clipped,
                "{sample}: {error}"
            );
        }
    }
}
