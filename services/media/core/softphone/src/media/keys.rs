//! Keys pressed on a phone, as telephone events (RFC 4733, 2.5.1).
//!
//! A key is one event: an update every 20 ms with the duration so far, then the last packet three times with the end
//! bit, all with the timestamp of the event's begin. No sound is sent meanwhile.

use std::collections::VecDeque;

use crate::wire::rtp::{event_payload, FRAME_SAMPLES};

/// Keys that may wait in one leg.
pub const WAITING_MAX: usize = 64;
const END_PACKETS: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    pub key: char,
    pub event: u8,
    /// How long the key is held, in frames of 20 ms (at least 1).
    pub frames: u32,
    /// Sound after it, in frames.
    pub gap: u32,
}

/// One packet of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    pub payload: [u8; 4],
    pub timestamp: u32,
    /// The event's first packet: the key.
    pub began: Option<char>,
}

#[derive(Default)]
pub struct Keys {
    waiting: VecDeque<Press>,
    held: Option<(Press, u32, u32)>,
    pause: u32,
}

impl Keys {
    /// False when too many keys wait already.
    pub fn press(&mut self, press: Press) -> bool {
        let room = self.waiting.len() < WAITING_MAX;
        if room {
            self.waiting.push_back(press);
        }
        room
    }

    /// The packet of this 20 ms; `None` when it is the sound's turn. `timestamp` is the stream's own.
    pub fn tick(&mut self, timestamp: u32) -> Option<EventPacket> {
        if self.held.is_none() {
            if self.pause > 0 {
                self.pause -= 1;
                return None;
            }
            self.held = self.waiting.pop_front().map(|press| (press, timestamp, 0));
        }
        let (press, began_at, sent) = self.held.as_mut()?;
        *sent += 1;
        let held = (*sent).min(press.frames);
        let packet = EventPacket {
            payload: event_payload(
                press.event,
                *sent >= press.frames,
                (held * FRAME_SAMPLES as u32) as u16,
            ),
            timestamp: *began_at,
            began: (*sent == 1).then_some(press.key),
        };
        if *sent == press.frames + END_PACKETS - 1 {
            self.pause = press.gap;
            self.held = None;
        }
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_updates_and_three_ends_with_one_timestamp() {
        let mut keys = Keys::default();
        assert!(keys.press(Press {
            key: '2',
            event: 2,
            frames: 3,
            gap: 1
        }));
        assert!(keys.press(Press {
            key: '#',
            event: 11,
            frames: 1,
            gap: 0
        }));
        let packets: Vec<_> = (0..10).map(|tick| keys.tick(1000 + tick * 160)).collect();
        let shape = |packet: &EventPacket| {
            let [event, flags, high, low] = packet.payload;
            (
                event,
                flags >> 7,
                u16::from_be_bytes([high, low]),
                packet.timestamp,
            )
        };
        let shapes: Vec<_> = packets
            .iter()
            .map(|packet| packet.as_ref().map(shape))
            .collect();
        let first = [
            (2, 0, 160),
            (2, 0, 320),
            (2, 1, 480),
            (2, 1, 480),
            (2, 1, 480),
        ];
        assert_eq!(
            shapes[..5],
            first.map(|(event, end, held)| Some((event, end, held, 1000)))
        );
        assert_eq!(shapes[5], None);
        assert_eq!(shapes[6..9], [Some((11, 1, 160, 1000 + 6 * 160)); 3]);
        assert_eq!(shapes[9], None);
        let begins: Vec<_> = packets
            .iter()
            .flatten()
            .filter_map(|packet| packet.began)
            .collect();
        assert_eq!(begins, ['2', '#']);
    }

    #[test]
    fn waiting_keys_are_bounded() {
        let mut keys = Keys::default();
        let press = Press {
            key: '1',
            event: 1,
            frames: 1,
            gap: 0,
        };
        assert!((0..WAITING_MAX).all(|_| keys.press(press)));
        assert!(!keys.press(press));
    }
}
