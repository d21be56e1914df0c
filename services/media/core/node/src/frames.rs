//! Frames on the Unix socket: a 32-bit little-endian length and that many bytes of a message.

use std::io;

use prost::Message;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Bytes of one frame.
pub const FRAME_BYTES_MAX: usize = 4 << 20;

/// A message with its length in front.
pub fn encoded(message: &impl Message) -> Vec<u8> {
    let length = message.encoded_len();
    let mut frame = Vec::with_capacity(4 + length);
    frame.extend_from_slice(&(length as u32).to_le_bytes());
    // Writing to a vector can't run out of room.
    message.encode_raw(&mut frame);
    frame
}

/// The next message; none at the end of the stream. A frame that is too long or no such message is `InvalidData`.
pub async fn read<M: Message + Default>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "frame too long"));
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).await?;
    M::decode(&bytes[..])
        .map(Some)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
