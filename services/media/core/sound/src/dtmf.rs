//! Keys as RTP events (RFC 4733): read, counted once each, and written for phones of our own.

/// Bytes of an event payload.
pub const EVENT_BYTES: usize = 4;

/// The event payload of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// 0–9, 10 `*`, 11 `#`, 12–15 `A`–`D`; others are no keys.
    pub code: u8,
    /// Whether the key is up again.
    pub end: bool,
    /// −dBm0 of the tone it stands for.
    pub volume: u8,
    /// How long the key is down so far, in samples.
    pub duration: u16,
}

const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

impl Event {
    /// The event of a packet; `None` if it is too short. Further blocks (RFC 2198) are passed over.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let &[code, flags, d0, d1, ..] = payload else {
            return None;
        };
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            volume: flags & 0x3F,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    /// The payload.
    pub fn to_bytes(self) -> [u8; EVENT_BYTES] {
        let [d0, d1] = self.duration.to_be_bytes();
        [
            self.code,
            u8::from(self.end) << 7 | (self.volume & 0x3F),
            d0,
            d1,
        ]
    }

    /// The key; `None` for events that are none.
    pub fn key(self) -> Option<char> {
        KEYS.get(usize::from(self.code)).copied()
    }

    /// The code of a key.
    pub fn code_of(key: char) -> Option<u8> {
        KEYS.iter()
            .position(|&known| known == key)
            .map(|code| code as u8)
    }
}

/// Makes one key of the many packets that tell of it.
///
/// A key is counted at its first packet, whichever that is: all packets of one key bear the timestamp of its
/// beginning, so a timestamp that is not newer than the last key's tells nothing new, be it a repeated end, an
/// overtaken packet or a key whose end was lost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keys {
    last: Option<(u32, Event)>,
}

impl Keys {
    /// The key that this packet is the first to tell of.
    pub fn press(&mut self, timestamp: u32, event: Event) -> Option<char> {
        if let Some((last_timestamp, last)) = &mut self.last {
            let ahead = timestamp.wrapping_sub(*last_timestamp) as i32;
            if ahead <= 0 {
                if ahead == 0 {
                    last.duration = last.duration.max(event.duration);
                    last.end |= event.end;
                }
                return None;
            }
            if goes_on(ahead, *last, event) {
                self.last = Some((timestamp, event));
                return None;
            }
        }
        self.last = Some((timestamp, event));
        event.key()
    }
}

/// Whether a new timestamp is only the next segment of a key held longer than a duration field can say (RFC 4733, 2.5.1.3).
fn goes_on(ahead: i32, last: Event, event: Event) -> bool {
    const LONG: u16 = 0xF000;
    event.code == last.code && !last.end && last.duration >= LONG && ahead <= 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: u8, end: bool, duration: u16) -> Event {
        Event {
            code,
            end,
            volume: 10,
            duration,
        }
    }

    #[test]
    fn a_key_told_of_by_many_packets_is_pressed_once() {
        let mut keys = Keys::default();
        let told = [
            (160, false),
            (320, false),
            (480, true),
            (480, true),
            (480, true),
        ];
        let pressed: Vec<_> = told
            .into_iter()
            .filter_map(|(duration, end)| keys.press(1_000, event(2, end, duration)))
            .collect();
        assert_eq!(pressed, ['2']);
    }

    #[test]
    fn the_same_key_again_counts_again_though_its_end_was_lost() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(1_000, event(5, false, 160)), Some('5'));
        assert_eq!(keys.press(3_000, event(5, false, 160)), Some('5'));
    }

    #[test]
    fn a_packet_of_an_earlier_key_that_comes_late_is_no_key() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(1_000, event(1, false, 160)), Some('1'));
        assert_eq!(keys.press(3_000, event(2, false, 160)), Some('2'));
        assert_eq!(keys.press(1_000, event(1, true, 800)), None);
        assert_eq!(keys.press(3_000, event(2, true, 800)), None);
    }

    #[test]
    fn the_first_packet_may_be_the_end() {
        assert_eq!(Keys::default().press(9, event(11, true, 800)), Some('#'));
    }

    #[test]
    fn a_key_held_for_many_seconds_counts_once() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(0, event(7, false, 160)), Some('7'));
        assert_eq!(keys.press(0, event(7, false, 0xFFFF)), None);
        assert_eq!(keys.press(0xFFFF, event(7, false, 160)), None);
        assert_eq!(keys.press(0xFFFF, event(7, true, 320)), None);
    }

    #[test]
    fn events_that_are_no_keys_press_none() {
        assert_eq!(Keys::default().press(0, event(16, false, 160)), None);
        assert_eq!(Event::parse(&[1, 0, 0]), None);
    }

    #[test]
    fn what_is_written_is_parsed() {
        for key in KEYS {
            let code = Event::code_of(key).expect("a key");
            let written = event(code, true, 800);
            assert_eq!(Event::parse(&written.to_bytes()), Some(written));
            assert_eq!(written.key(), Some(key));
        }
    }
}
