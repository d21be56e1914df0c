//! A call in virtual time: phones that send every 20 ms, and everything that came out.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::net::SocketAddr;

use sound::dtmf::Event;
use sound::rtp::{Packet, PACKET_MAX};
use sound::{
    Call, Codec, Count, Happening, Identity, Micros, Mode, Out, Peer, Role, Slot, Tapped,
    FRAME_MICROS, FRAME_SAMPLES,
};

pub const MS: Micros = 1_000;

/// Payload type of the phones' RFC 4733 events.
pub const EVENTS: u8 = 101;

/// A packet that was sent to a leg.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub at: Micros,
    pub to: Slot,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Vec<u8>,
    pub wide: Vec<u8>,
    /// Whether it went to where whispers go apart.
    pub aside: bool,
}

/// What was tapped.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub role: Role,
    pub at: Micros,
    pub payload: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Seen {
    pub now: Micros,
    pub sent: Vec<Sent>,
    pub tapped: Vec<Said>,
    /// Whose voices were listened to, and whether the customer hears them.
    pub listened: Vec<(Slot, bool)>,
    pub happened: Vec<(Micros, Happening)>,
    counts: Vec<(Count, u64)>,
}

impl Seen {
    pub fn count(&self, wanted: Count) -> u64 {
        self.counts
            .iter()
            .filter(|(count, _)| *count == wanted)
            .map(|(_, by)| by)
            .sum()
    }

    /// What `leg` was sent, in order.
    pub fn sent_to(&self, leg: Slot) -> Vec<&Sent> {
        self.sent.iter().filter(|sent| sent.to == leg).collect()
    }

    pub fn payloads_to(&self, leg: Slot) -> Vec<Vec<u8>> {
        self.sent_to(leg)
            .into_iter()
            .map(|sent| sent.payload.clone())
            .collect()
    }
}

impl Out for Seen {
    fn send(&mut self, leg: Slot, to: SocketAddr, packet: &[u8]) {
        let aside = to == whisper_address(leg);
        assert!(aside || to == address(leg));
        let packet = Packet::parse(packet).expect("valid RTP");
        self.sent.push(Sent {
            at: self.now,
            to: leg,
            payload_type: packet.payload_type,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            payload: packet.payload.to_vec(),
            wide: packet.wide.to_vec(),
            aside,
        });
    }

    fn tap(&mut self, tapped: Tapped<'_>) {
        let (role, at, payload) = (tapped.role, tapped.at, tapped.payload.to_vec());
        self.tapped.push(Said { role, at, payload });
    }

    fn hear(&mut self, tapped: Tapped<'_>, audible: bool) {
        self.listened.push((tapped.leg, audible));
    }

    fn happened(&mut self, happening: Happening) {
        self.happened.push((self.now, happening));
    }

    fn count(&mut self, count: Count, by: u64) {
        self.counts.push((count, by));
    }
}

/// Where a leg's phone is.
pub fn address(leg: Slot) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 30_000 + 2 * u16::from(leg.0)))
}

/// Where a leg's phone takes whispers, if it takes them apart.
pub fn whisper_address(leg: Slot) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 40_000 + 2 * u16::from(leg.0)))
}

/// One phone: its next packet's numbers.
#[derive(Debug, Clone)]
pub struct Phone {
    pub slot: Slot,
    pub codec: Codec,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    /// Whether it takes whispers apart.
    pub apart: bool,
    /// Whether it says the same in wide band too, and takes that.
    pub wide: bool,
    /// The sample value that it says all the time.
    pub value: i16,
    /// When its first packet comes.
    pub phase: Micros,
    /// Between which times it sends.
    pub from: Micros,
    pub until: Micros,
}

/// A call, its phones and what came out.
pub struct Line {
    pub call: Call,
    pub seen: Seen,
    pub phones: Vec<Phone>,
}

impl Line {
    pub fn new() -> Self {
        let seen = Seen {
            now: 1_000 * MS,
            ..Seen::default()
        };
        Self {
            call: Call::new(10_000 * MS),
            seen,
            phones: Vec::new(),
        }
    }

    /// A joined call of customer and operator, and a supervisor without a mode.
    pub fn of_three(values: [i16; 3], phases: [Micros; 3]) -> Self {
        let mut line = Self::new();
        for ((role, value), phase) in ROLES.into_iter().zip(values).zip(phases) {
            line.add(role, Codec::Pcmu, value, phase);
        }
        line.call.join(&mut line.seen);
        line
    }

    pub fn add(&mut self, role: Role, codec: Codec, value: i16, phase: Micros) -> Slot {
        let number = self.phones.len() as u32 + 1;
        let identity = Identity {
            ssrc: number,
            sequence: 65_500,
            timestamp: u32::MAX - 999,
        };
        let slot = self.call.add_leg(role, identity).expect("room");
        self.phones.push(Phone {
            slot,
            codec,
            sequence: 65_530,
            timestamp: number.wrapping_mul(0xFFF0_0000),
            ssrc: 77 * number,
            apart: false,
            wide: false,
            value,
            phase,
            from: 0,
            until: Micros::MAX,
        });
        self.set_peer(slot);
        slot
    }

    /// Has a phone take whispers apart, or with the talk.
    pub fn set_apart(&mut self, slot: Slot, apart: bool) {
        self.phones[slot.index()].apart = apart;
        self.set_peer(slot);
    }

    /// Has a phone speak and take wide band, or not.
    pub fn set_wide(&mut self, slot: Slot, wide: bool) {
        self.phones[slot.index()].wide = wide;
        self.set_peer(slot);
    }

    fn set_peer(&mut self, slot: Slot) {
        let phone = &self.phones[slot.index()];
        let peer = Peer {
            address: address(slot),
            codec: phone.codec,
            telephone_event: Some(EVENTS),
            whisper: phone.apart.then_some(whisper_address(slot)),
            wide: phone.wide,
        };
        self.call.set_peer(self.seen.now, slot, peer);
    }

    pub fn supervise(&mut self, slot: Slot, mode: Option<Mode>) -> Option<u32> {
        self.call.supervise(slot, mode, &mut self.seen)
    }

    pub fn now(&self) -> Micros {
        self.seen.now
    }

    /// Lets the phones send for a while; packets come before deadlines of the same instant.
    pub fn run(&mut self, duration: Micros) {
        let end = self.seen.now + duration;
        loop {
            let next_packet = self
                .phones
                .iter()
                .enumerate()
                .map(|(index, phone)| (next_after(phone, self.seen.now), index))
                .min();
            let deadline = self
                .call
                .next_deadline()
                .unwrap_or(Micros::MAX)
                .max(self.seen.now);
            let (packet_at, index) = next_packet.unwrap_or((Micros::MAX, 0));
            if packet_at.min(deadline) > end {
                self.seen.now = end;
                return;
            }
            if packet_at <= deadline {
                self.seen.now = packet_at;
                self.say(index);
            } else {
                self.seen.now = deadline;
                self.call.on_deadline(deadline, &mut self.seen);
            }
        }
    }

    /// Has one phone send its next packet at this instant.
    pub fn say(&mut self, index: usize) {
        let phone = &mut self.phones[index];
        let mut payload = [0; FRAME_SAMPLES];
        phone
            .codec
            .encode(&[phone.value; FRAME_SAMPLES], &mut payload);
        // The first byte tells a phone's frames apart, so that order and equality can be seen.
        payload[0] = phone.sequence as u8 | 0x80;
        let bytes = packet(phone, phone.codec.payload_type(), phone.timestamp, &payload);
        phone.sequence = phone.sequence.wrapping_add(1);
        phone.timestamp = phone.timestamp.wrapping_add(FRAME_SAMPLES as u32);
        let slot = phone.slot;
        self.deliver(slot, address(slot), &bytes);
    }

    /// Has one phone's next packet get lost.
    pub fn lose(&mut self, index: usize) {
        let phone = &mut self.phones[index];
        phone.sequence = phone.sequence.wrapping_add(1);
        phone.timestamp = phone.timestamp.wrapping_add(FRAME_SAMPLES as u32);
    }

    /// Has one phone send the packets of a key, all at this instant.
    pub fn press(&mut self, index: usize, key: char) {
        let code = Event::code_of(key).expect("a key");
        let timestamp = self.phones[index].timestamp;
        for (end, duration) in [(false, 160), (false, 320), (true, 480), (true, 480)] {
            let phone = &mut self.phones[index];
            let payload = Event {
                code,
                end,
                volume: 10,
                duration,
            }
            .to_bytes();
            let bytes = packet(phone, EVENTS, timestamp, &payload);
            phone.sequence = phone.sequence.wrapping_add(1);
            let slot = phone.slot;
            self.deliver(slot, address(slot), &bytes);
        }
        self.phones[index].timestamp = timestamp.wrapping_add(480);
    }

    pub fn deliver(&mut self, slot: Slot, from: SocketAddr, bytes: &[u8]) {
        let now = self.seen.now;
        self.call.on_packet(now, slot, from, bytes, &mut self.seen);
    }
}

/// The roles of [`Line::of_three`], and its slots.
pub const ROLES: [Role; 3] = [Role::Customer, Role::Operator, Role::Supervisor];
pub const CUSTOMER: Slot = Slot(0);
pub const OPERATOR: Slot = Slot(1);
pub const SUPERVISOR: Slot = Slot(2);

pub fn packet(phone: &Phone, payload_type: u8, timestamp: u32, payload: &[u8]) -> Vec<u8> {
    let (sequence, ssrc) = (phone.sequence, phone.ssrc);
    let wide = wide_of(phone);
    let packet = Packet {
        marker: false,
        payload_type,
        sequence,
        timestamp,
        ssrc,
        payload,
        wide: if phone.wide { &wide } else { &[] },
    };
    let mut bytes = [0; PACKET_MAX];
    let length = packet.write(&mut bytes);
    bytes[..length].to_vec()
}

/// What a phone's next packet is in wide band: whose it is, and its number.
pub fn wide_of(phone: &Phone) -> [u8; 3] {
    let [high, low] = phone.sequence.to_be_bytes();
    [phone.slot.0, high, low]
}

fn next_after(phone: &Phone, now: Micros) -> Micros {
    let frames = (now + FRAME_MICROS - phone.phase % FRAME_MICROS) / FRAME_MICROS;
    let next = frames * FRAME_MICROS + phone.phase % FRAME_MICROS;
    if (phone.from..phone.until).contains(&next) {
        next
    } else if next < phone.from {
        phone.from
    } else {
        Micros::MAX
    }
}
