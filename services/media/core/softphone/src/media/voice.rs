//! One leg's stream: its next packet, made of its sound or of the keys pressed.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use super::counters::Sent;
use super::keys::Keys;
use super::marks::Marks;
use super::sound::{Frame, Sound, Source};
use crate::clock::{realtime_ns, Random, MILLISECOND_NS};
use crate::ledger::{Notice, Notices};
use crate::wire::rtp::{self, Header, FRAME_SAMPLES};

pub const FRAME_NS: u64 = 20 * MILLISECOND_NS;
/// A leg that is later than this leaves frames out instead of sending them in a burst.
const CATCH_UP_MAX_NS: u64 = 200 * MILLISECOND_NS;

/// Where and what a leg sends.
#[derive(Clone, Copy)]
pub struct Peer {
    pub address: SocketAddr,
    /// The payload type of telephone events, when the peer takes them.
    pub events: Option<u8>,
    pub sending: bool,
}

/// What one leg says.
pub struct Voice {
    pub socket: Arc<UdpSocket>,
    pub recorded: bool,
    pub peer: Option<Peer>,
    pub source: Source,
    pub marks: Option<Arc<Marks>>,
    pub keys: Keys,
    /// The next packet.
    pub header: Header,
    pub due_ns: u64,
    pub sent: Sent,
    /// Frames left, for a foreign stream of the leg named.
    pub foreign: Option<(u32, u64)>,
}

impl Voice {
    pub fn new(
        random: &mut Random,
        socket: Arc<UdpSocket>,
        recorded: bool,
        sound: Sound,
        marks: Option<Arc<Marks>>,
    ) -> Self {
        Self {
            socket,
            recorded,
            peer: None,
            source: Source::new(sound, random),
            marks,
            keys: Keys::default(),
            header: Header {
                marker: true,
                payload_type: rtp::PCMU,
                sequence: random.next() as u16,
                timestamp: random.next() as u32,
                ssrc: random.next() as u32,
            },
            due_ns: 0,
            sent: Sent::new(),
            foreign: None,
        }
    }

    /// Moves on to the next packet's turn.
    pub fn advance(&mut self, late_ns: u64) {
        self.header.timestamp = self.header.timestamp.wrapping_add(FRAME_SAMPLES as u32);
        self.due_ns += FRAME_NS;
        if late_ns > CATCH_UP_MAX_NS {
            let left_out = late_ns / FRAME_NS;
            self.sent.skipped += left_out;
            self.due_ns += left_out * FRAME_NS;
            let samples = (left_out as u32).wrapping_mul(FRAME_SAMPLES as u32);
            self.header.timestamp = self.header.timestamp.wrapping_add(samples);
        }
    }

    /// Makes the packet of this turn; false when there is none.
    pub fn build(
        &mut self,
        packet: &mut Vec<u8>,
        random: &mut Random,
        notices: &Notices,
        id: u32,
    ) -> bool {
        let Some(peer) = self.peer.filter(|peer| peer.sending) else {
            return false;
        };
        packet.clear();
        if let Some(event) = self.keys.tick(self.header.timestamp) {
            if let Some(key) = event.began {
                notices.tell(Notice::Keyed {
                    leg: id,
                    key,
                    at_ns: realtime_ns(),
                });
            }
            let header = Header {
                marker: event.began.is_some(),
                payload_type: peer.events.unwrap_or_default(),
                timestamp: event.timestamp,
                ..self.header
            };
            rtp::write(packet, &header, &event.payload);
            return true;
        }
        match (self.source.frame(random), &self.marks) {
            (Frame::Plain(frame), _) => rtp::write(packet, &self.header, &frame),
            (Frame::Marked(kind), Some(marks)) => {
                rtp::write(
                    packet,
                    &self.header,
                    &marks.stamp(kind, realtime_ns()).frame(),
                );
            }
            (Frame::Nothing, _) | (Frame::Marked(_), None) => {
                self.header.marker = true;
                return false;
            }
        }
        self.header.marker = false;
        true
    }

    pub fn send(&mut self, packet: &[u8], at_ns: u64, late_ns: u64) {
        let Some(peer) = self.peer else { return };
        match self.socket.send_to(packet, peer.address) {
            Ok(_) => self.sent.count(at_ns),
            Err(_) => self.sent.failed += 1,
        }
        self.sent.late.add(late_ns);
        self.header.sequence = self.header.sequence.wrapping_add(1);
    }
}
