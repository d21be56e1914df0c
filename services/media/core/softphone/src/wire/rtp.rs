//! RTP packets (RFC 3550, 5.1) and telephone events (RFC 4733, 2.3).

pub const HEADER_BYTES: usize = 12;
pub const PCMU: u8 = 0;
/// 20 ms at 8 kHz.
pub const FRAME_SAMPLES: usize = 160;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

/// Appends header and payload to `out`.
pub fn write(out: &mut Vec<u8>, header: &Header, payload: &[u8]) {
    out.push(0x80);
    out.push(u8::from(header.marker) << 7 | header.payload_type & 0x7F);
    out.extend_from_slice(&header.sequence.to_be_bytes());
    out.extend_from_slice(&header.timestamp.to_be_bytes());
    out.extend_from_slice(&header.ssrc.to_be_bytes());
    out.extend_from_slice(payload);
}

/// Header and payload of a datagram; `None` when it is no RTP packet.
pub fn parse(datagram: &[u8]) -> Option<(Header, &[u8])> {
    let fixed: &[u8; HEADER_BYTES] = datagram.first_chunk()?;
    if fixed[0] >> 6 != 2 {
        return None;
    }
    let mut start = HEADER_BYTES + usize::from(fixed[0] & 0x0F) * 4;
    if fixed[0] & 0x10 != 0 {
        let length = datagram.get(start + 2..start + 4)?;
        start += 4 + usize::from(u16::from_be_bytes([length[0], length[1]])) * 4;
    }
    let padding = if fixed[0] & 0x20 != 0 {
        usize::from(*datagram.last()?)
    } else {
        0
    };
    let payload = datagram.get(start..datagram.len().checked_sub(padding)?)?;
    let header = Header {
        marker: fixed[1] & 0x80 != 0,
        payload_type: fixed[1] & 0x7F,
        sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
        timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
        ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
    };
    Some((header, payload))
}

/// The event code of a key (RFC 4733, 3.2, table 3).
pub fn event_of_key(key: char) -> Option<u8> {
    match key.to_ascii_uppercase() {
        digit @ '0'..='9' => Some(digit as u8 - b'0'),
        '*' => Some(10),
        '#' => Some(11),
        letter @ 'A'..='D' => Some(letter as u8 - b'A' + 12),
        _ => None,
    }
}

/// A telephone event's payload; volume -10 dBm0, duration in samples.
pub fn event_payload(event: u8, end: bool, duration: u16) -> [u8; 4] {
    let [high, low] = duration.to_be_bytes();
    [event, u8::from(end) << 7 | 0x0A, high, low]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 101,
        sequence: 65_535,
        timestamp: 0xDEAD_BEEF,
        ssrc: 7,
    };

    #[test]
    fn a_written_packet_is_read_back() {
        let mut packet = Vec::new();
        write(&mut packet, &HEADER, &[1, 2, 3]);
        assert_eq!(parse(&packet), Some((HEADER, &[1, 2, 3][..])));
    }

    #[test]
    fn contributors_extension_and_padding_are_left_out_of_the_payload() {
        let mut packet = vec![0x80 | 0x20 | 0x10 | 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        packet.extend_from_slice(&[9; 4]);
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 1, 5, 5, 5, 5]);
        packet.extend_from_slice(&[42, 43, 0, 2]);
        assert_eq!(parse(&packet).unwrap().1, &[42, 43]);
    }

    #[test]
    fn what_is_no_packet_is_refused_without_a_panic() {
        assert_eq!(parse(b""), None);
        assert_eq!(parse(&[0x80; 11]), None);
        assert_eq!(parse(b"INVITE sip:someone"), None);
        assert_eq!(parse(&[0x9F; 12]), None);
        assert_eq!(parse(&[0xA0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200]), None);
    }

    #[test]
    fn the_sixteen_keys_have_the_sixteen_events() {
        let events: Vec<_> = "0123456789*#abcD"
            .chars()
            .filter_map(event_of_key)
            .collect();
        assert_eq!(events, (0..16).collect::<Vec<u8>>());
        assert_eq!(event_of_key('x'), None);
    }
}
