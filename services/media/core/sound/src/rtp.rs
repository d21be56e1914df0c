//! RTP packets (RFC 3550, 5.1): strict parsing, and headers of our own.

/// Bytes of a header without CSRCs and extension.
pub const HEADER_BYTES: usize = 12;

/// The longest payload that is accepted: 60 ms of G.711.
pub const PAYLOAD_MAX: usize = 480;

/// The longest packet that is made.
pub const PACKET_MAX: usize = HEADER_BYTES + PAYLOAD_MAX;

/// A parsed packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

/// Why bytes are no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Shorter than what its header announces.
    Short,
    /// Not version 2.
    Version,
    /// Padding of zero bytes, or of more than there are.
    Padding,
    /// More than [`PAYLOAD_MAX`] bytes of payload.
    Long,
}

impl<'a> Packet<'a> {
    /// Parses one datagram; every announced length must hold.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(Malformed::Short)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *header;
        if flags >> 6 != 2 {
            return Err(Malformed::Version);
        }
        let contributors = usize::from(flags & 0x0F) * 4;
        let rest = rest.get(contributors..).ok_or(Malformed::Short)?;
        let rest = if flags & 0x10 == 0 {
            rest
        } else {
            after_extension(rest)?
        };
        let payload = if flags & 0x20 == 0 {
            rest
        } else {
            before_padding(rest)?
        };
        if payload.len() > PAYLOAD_MAX {
            return Err(Malformed::Long);
        }
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7F,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
            payload,
        })
    }

    /// Writes the packet to the front of `out` and returns its length in bytes.
    ///
    /// The payload must not be longer than [`PAYLOAD_MAX`].
    pub fn write(&self, out: &mut [u8; PACKET_MAX]) -> usize {
        out[0] = 2 << 6;
        out[1] = u8::from(self.marker) << 7 | self.payload_type;
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        let end = HEADER_BYTES + self.payload.len();
        out[HEADER_BYTES..end].copy_from_slice(self.payload);
        end
    }
}

fn after_extension(rest: &[u8]) -> Result<&[u8], Malformed> {
    let (header, rest) = rest.split_first_chunk::<4>().ok_or(Malformed::Short)?;
    let words = usize::from(u16::from_be_bytes([header[2], header[3]]));
    rest.get(words * 4..).ok_or(Malformed::Short)
}

fn before_padding(rest: &[u8]) -> Result<&[u8], Malformed> {
    let padding = usize::from(*rest.last().ok_or(Malformed::Padding)?);
    if padding == 0 {
        return Err(Malformed::Padding);
    }
    let end = rest.len().checked_sub(padding).ok_or(Malformed::Padding)?;
    Ok(&rest[..end])
}

/// Which sequence numbers of a source were seen lately, so that each is used once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    newest: u16,
    /// Bit `n`: `newest - n` was seen.
    seen: u64,
}

/// What a sequence number is to a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Newer than all before.
    Next,
    /// Overtaken by a newer one, but not seen yet.
    Overtaken,
    /// Seen already.
    Duplicate,
    /// Too old to tell.
    Stale,
    /// So far off that the source began anew.
    Restart,
}

/// Numbers that may be missing in a row before the source counts as begun anew (RFC 3550, A.1: `MAX_DROPOUT`).
const DROPOUT_MAX: i16 = 3_000;

impl Window {
    /// A window in which `sequence` is the first that was seen.
    pub fn starting_at(sequence: u16) -> Self {
        Self {
            newest: sequence,
            seen: 1,
        }
    }

    /// Takes note of a number.
    pub fn note(&mut self, sequence: u16) -> Arrival {
        let ahead = sequence.wrapping_sub(self.newest) as i16;
        if !(-DROPOUT_MAX..=DROPOUT_MAX).contains(&ahead) {
            *self = Self::starting_at(sequence);
            return Arrival::Restart;
        }
        if ahead > 0 {
            self.seen = self.seen.checked_shl(ahead as u32).unwrap_or(0) | 1;
            self.newest = sequence;
            return Arrival::Next;
        }
        let Some(bit) = 1_u64.checked_shl(u32::from(ahead.unsigned_abs())) else {
            return Arrival::Stale;
        };
        if self.seen & bit != 0 {
            return Arrival::Duplicate;
        }
        self.seen |= bit;
        Arrival::Overtaken
    }
}

#[cfg(test)]
mod tests {
    use super::Arrival::{Duplicate, Next, Overtaken};
    use super::*;
    use proptest::prelude::*;

    const PLAIN: [u8; 14] = [0x80, 0x80, 0, 7, 0, 0, 0, 160, 0, 0, 0, 9, 0xAA, 0xBB];

    #[test]
    fn a_plain_packet_is_parsed() {
        let packet = Packet::parse(&PLAIN).expect("valid");
        let expected = Packet {
            marker: true,
            payload_type: 0,
            sequence: 7,
            timestamp: 160,
            ssrc: 9,
            payload: &[0xAA, 0xBB],
        };
        assert_eq!(packet, expected);
    }

    #[test]
    fn contributors_extension_and_padding_are_stepped_over() {
        let mut bytes = PLAIN[..HEADER_BYTES].to_vec();
        bytes[0] = 0x80 | 0x20 | 0x10 | 2;
        bytes.extend([1; 8]);
        bytes.extend([0xBE, 0xDE, 0, 1, 9, 9, 9, 9]);
        bytes.extend([0xCC, 0, 0, 3]);
        assert_eq!(
            Packet::parse(&bytes).map(|packet| packet.payload.to_vec()),
            Ok(vec![0xCC])
        );
    }

    #[test]
    fn lengths_that_do_not_hold_are_refused() {
        let with = |flags: u8, tail: &[u8]| {
            let mut bytes = PLAIN[..HEADER_BYTES].to_vec();
            bytes[0] = flags;
            bytes.extend(tail);
            Packet::parse(&bytes).map(|_| ())
        };
        assert_eq!(Packet::parse(&PLAIN[..11]), Err(Malformed::Short));
        assert_eq!(with(0x40, &[0]), Err(Malformed::Version));
        assert_eq!(with(0x82, &[0; 7]), Err(Malformed::Short));
        assert_eq!(with(0x90, &[0, 0, 0]), Err(Malformed::Short));
        assert_eq!(with(0x90, &[0, 0, 0, 2, 1, 1, 1, 1]), Err(Malformed::Short));
        assert_eq!(with(0xA0, &[1, 0]), Err(Malformed::Padding));
        assert_eq!(with(0xA0, &[1, 3]), Err(Malformed::Padding));
        assert_eq!(with(0xA0, &[]), Err(Malformed::Padding));
        assert_eq!(with(0x80, &[0; 481]), Err(Malformed::Long));
    }

    #[test]
    fn each_number_is_used_once_in_any_order_and_across_the_wrap() {
        let mut window = Window::starting_at(65_534);
        let noted = [65_535, 1, 0, 0, 1, 65_534, 2].map(|number| window.note(number));
        assert_eq!(
            noted,
            [Next, Next, Overtaken, Duplicate, Duplicate, Duplicate, Next]
        );
    }

    #[test]
    fn a_far_jump_is_a_new_beginning_and_a_far_past_is_stale() {
        let mut window = Window::starting_at(1_000);
        assert_eq!(window.note(900), Arrival::Stale);
        assert_eq!(window.note(30_000), Arrival::Restart);
        assert_eq!(window.note(30_001), Arrival::Next);
    }

    proptest! {
        #[test]
        fn what_is_written_is_parsed(
            marker: bool, payload_type in 0..128_u8, sequence: u16, timestamp: u32, ssrc: u32,
            payload in proptest::collection::vec(any::<u8>(), 0..=PAYLOAD_MAX),
        ) {
            let packet =
                Packet { marker, payload_type, sequence, timestamp, ssrc, payload: &payload };
            let mut bytes = [0; PACKET_MAX];
            let length = packet.write(&mut bytes);
            prop_assert_eq!(Packet::parse(&bytes[..length]), Ok(packet));
        }

        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(packet) = Packet::parse(&bytes) {
                prop_assert!(packet.payload.len() <= bytes.len() - HEADER_BYTES);
            }
        }
    }
}
