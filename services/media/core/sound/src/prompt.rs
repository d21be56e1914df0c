//! A prompt's sound, ready to be sent in either codec.

use crate::{Codec, SAMPLE_RATE};

/// One prompt: both codecs' bytes, so that playing copies and never encodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pcmu: Box<[u8]>,
    pcma: Box<[u8]>,
}

impl Prompt {
    /// A prompt of µ-law bytes, 8 kHz, one channel.
    pub fn from_pcmu(bytes: &[u8]) -> Self {
        let mut pcma = vec![0; bytes.len()];
        Codec::Pcmu.transcode(Codec::Pcma, bytes, &mut pcma);
        Self {
            pcmu: bytes.into(),
            pcma: pcma.into(),
        }
    }

    /// Its whole length in samples.
    pub fn samples(&self) -> usize {
        self.pcmu.len()
    }

    /// Its whole length in milliseconds.
    pub fn total_ms(&self) -> u32 {
        (self.samples() as u64 * 1_000 / u64::from(SAMPLE_RATE)) as u32
    }

    /// Fills a frame, or the rest of one, from sample `from` on, pads it with silence, and returns how many samples are
    /// the prompt's.
    pub(crate) fn frame(&self, codec: Codec, from: usize, out: &mut [u8]) -> usize {
        let bytes = match codec {
            Codec::Pcmu => &self.pcmu,
            Codec::Pcma => &self.pcma,
        };
        let rest = bytes.get(from..).unwrap_or_default();
        let own = rest.len().min(out.len());
        out[..own].copy_from_slice(&rest[..own]);
        out[own..].fill(codec.silence());
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FRAME_SAMPLES;

    #[test]
    fn the_last_frame_is_padded_with_silence_in_the_codec_asked_for() {
        let prompt = Prompt::from_pcmu(&[0x11; 200]);
        let mut frame = [0; FRAME_SAMPLES];
        assert_eq!(prompt.frame(Codec::Pcmu, 160, &mut frame), 40);
        assert_eq!((frame[39], frame[40]), (0x11, Codec::Pcmu.silence()));
        assert_eq!(prompt.frame(Codec::Pcma, 160, &mut frame), 40);
        assert_eq!(frame[40], Codec::Pcma.silence());
        assert_eq!(prompt.total_ms(), 25);
    }
}
