//! WAV files (RIFF, 8 kHz, 16 bit, one channel) as µ-law.

use std::path::Path;
use std::sync::Arc;

use crate::wire::mulaw;

/// Ten minutes: a softphone's sound is short.
const SAMPLES_MAX: usize = 8000 * 600;

/// The file's samples as µ-law codes; the error names the fault.
pub fn load(path: &Path) -> Result<Arc<[u8]>, String> {
    let fault = |what: &str| format!("sound {}: {what}", path.display());
    let file = std::fs::read(path).map_err(|error| fault(&error.to_string()))?;
    let samples = data(&file).map_err(fault)?;
    let samples = &samples[..samples.len().min(SAMPLES_MAX * 2)];
    Ok(samples
        .chunks_exact(2)
        .map(|pair| mulaw::encode(i16::from_le_bytes([pair[0], pair[1]])))
        .collect())
}

fn data(file: &[u8]) -> Result<&[u8], &'static str> {
    if file.get(..4) != Some(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
        return Err("no RIFF WAVE file");
    }
    let mut rest = &file[12..];
    let mut known = false;
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let content = &after[..size.min(after.len())];
        match &head[..4] {
            b"fmt " => {
                // PCM, 1 channel, 8000 Hz; block size and rate follow from these; 16 bit.
                let wanted = content.len() >= 16
                    && content[..8] == [1, 0, 1, 0, 0x40, 0x1F, 0, 0]
                    && content[14..16] == [16, 0];
                if !wanted {
                    return Err("not PCM with 8000 Hz, 16 bit, one channel");
                }
                known = true;
            }
            b"data" if known => return Ok(content),
            _ => {}
        }
        // Chunks are padded to even sizes.
        rest = after.get(size + size % 2..).unwrap_or_default();
    }
    Err("no data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(rate: u32, samples: &[i16]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend_from_slice(&rate.to_le_bytes());
        file.extend_from_slice(&(rate * 2).to_le_bytes());
        file.extend_from_slice(&[2, 0, 16, 0]);
        file.extend_from_slice(b"data");
        file.extend_from_slice(&(samples.len() as u32 * 2).to_le_bytes());
        for sample in samples {
            file.extend_from_slice(&sample.to_le_bytes());
        }
        file
    }

    #[test]
    fn samples_are_found_behind_other_chunks() {
        assert_eq!(data(&wav(8000, &[1, -1])), Ok(&[1, 0, 255, 255][..]));
    }

    #[test]
    fn other_rates_and_broken_files_are_refused() {
        assert_eq!(
            data(&wav(16_000, &[1])),
            Err("not PCM with 8000 Hz, 16 bit, one channel")
        );
        assert_eq!(data(b"RIFF"), Err("no RIFF WAVE file"));
        assert_eq!(data(&wav(8000, &[])[..48]), Err("no data"));
    }
}
