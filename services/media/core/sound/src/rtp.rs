//! RTP packets (RFC 3550, 5.1): strict parsing, and headers of our own.
//!
//! Between a browser's line and its leg a packet may bring the same sound twice: as G.711, which is the payload, and in
//! wide band, which rides in a header extension of our own (RFC 3550, 5.3.1).

/// Bytes of a header without CSRCs and extension.
pub const HEADER_BYTES: usize = 12;

/// The longest payload that is accepted: 60 ms of G.711.
pub const PAYLOAD_MAX: usize = 480;

/// The longest wide payload that rides along: 20 ms of 256 kbit/s.
pub const WIDE_MAX: usize = 640;

/// What an extension begins with: its profile, its length in words, and the wide payload's in bytes.
const WIDE_HEADER_BYTES: usize = 6;

/// The profile of an extension that holds a wide payload.
const WIDE_PROFILE: [u8; 2] = *b"WB";

const WIDE_ROOM: usize = (WIDE_HEADER_BYTES + WIDE_MAX).next_multiple_of(4);

/// The longest packet that is made.
pub const PACKET_MAX: usize = HEADER_BYTES + WIDE_ROOM + PAYLOAD_MAX;

/// A parsed packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
    /// The same sound in wide band; empty if it does not ride along.
    pub wide: &'a [u8],
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
        let (wide, rest) = if flags & 0x10 == 0 {
            (&[][..], rest)
        } else {
            at_extension(rest)?
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
            wide,
        })
    }

    /// Writes the packet to the front of `out` and returns its length in bytes.
    ///
    /// The payload must not be longer than [`PAYLOAD_MAX`], the wide one not than [`WIDE_MAX`].
    pub fn write(&self, out: &mut [u8; PACKET_MAX]) -> usize {
        out[0] = 2 << 6 | u8::from(!self.wide.is_empty()) << 4;
        out[1] = u8::from(self.marker) << 7 | self.payload_type;
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        let from = HEADER_BYTES + write_wide(self.wide, &mut out[HEADER_BYTES..]);
        let end = from + self.payload.len();
        out[from..end].copy_from_slice(self.payload);
        end
    }
}

/// The wide payload of an extension, empty in that of somebody else, and what comes after it.
fn at_extension(rest: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (header, rest) = rest.split_first_chunk::<4>().ok_or(Malformed::Short)?;
    let bytes = usize::from(u16::from_be_bytes([header[2], header[3]])) * 4;
    let (inside, rest) = rest.split_at_checked(bytes).ok_or(Malformed::Short)?;
    let is_ours = header[..2] == WIDE_PROFILE;
    let wide = is_ours.then(|| counted(inside)).flatten();
    Ok((wide.unwrap_or_default(), rest))
}

fn counted(inside: &[u8]) -> Option<&[u8]> {
    let (length, bytes) = inside.split_first_chunk::<2>()?;
    let wide = bytes.get(..usize::from(u16::from_be_bytes(*length)))?;
    (wide.len() <= WIDE_MAX).then_some(wide)
}

/// Writes the extension, if there is anything to write, and returns its length in bytes.
fn write_wide(wide: &[u8], out: &mut [u8]) -> usize {
    if wide.is_empty() {
        return 0;
    }
    let end = WIDE_HEADER_BYTES + wide.len();
    let room = end.next_multiple_of(4);
    out[..2].copy_from_slice(&WIDE_PROFILE);
    out[2..4].copy_from_slice(&(room as u16 / 4 - 1).to_be_bytes());
    out[4..6].copy_from_slice(&(wide.len() as u16).to_be_bytes());
    out[WIDE_HEADER_BYTES..end].copy_from_slice(wide);
    out[end..room].fill(0);
    room
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
            wide: &[],
        };
        assert_eq!(packet, expected);
    }

    #[test]
    fn an_extension_that_is_not_ours_or_does_not_hold_its_own_length_brings_nothing_wide() {
        let with = |extension: &[u8]| {
            let mut bytes = PLAIN[..HEADER_BYTES].to_vec();
            bytes[0] |= 0x10;
            bytes.extend(extension);
            bytes.push(0xCC);
            let packet = Packet::parse(&bytes).expect("valid");
            assert_eq!(packet.payload, [0xCC]);
            packet.wide.to_vec()
        };
        assert_eq!(with(b"WB\0\x01\0\x02ab"), b"ab");
        assert_eq!(with(b"WB\0\x01\0\x03ab"), b"");
        assert_eq!(with(b"WB\0\x00"), b"");
        assert_eq!(with(b"XY\0\x01\0\x02ab"), b"");
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
            wide in proptest::collection::vec(any::<u8>(), 0..=WIDE_MAX),
        ) {
            let packet = Packet {
                marker, payload_type, sequence, timestamp, ssrc, payload: &payload, wide: &wide,
            };
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
