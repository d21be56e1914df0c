//! Retransmissions over UDP (RFC 3261, 17): our requests until answered, our final answers until acknowledged.

use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};

use crate::clock::MILLISECOND_NS;
use crate::wire::message::Message;

const T1_NS: u64 = 500 * MILLISECOND_NS;
const T2_NS: u64 = 4000 * MILLISECOND_NS;
const GIVE_UP_NS: u64 = 64 * T1_NS;
/// Answers and acknowledgements remembered for a peer that did not get them.
const REMEMBERED: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Register,
    Deregister,
    Invite,
    Reinvite,
    Bye,
    Cancel,
}

/// A request without a final answer.
struct Request {
    purpose: Purpose,
    message: Message,
    bytes: Vec<u8>,
    to: SocketAddr,
    interval_ns: u64,
    resend_ns: Option<u64>,
    give_up_ns: Option<u64>,
}

/// A final answer to an INVITE without an ACK.
struct Final {
    call_id: String,
    cseq: u32,
    bytes: Vec<u8>,
    to: SocketAddr,
    interval_ns: u64,
    resend_ns: u64,
    give_up_ns: u64,
}

/// What the time brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Expired {
    /// No final answer.
    Request(Purpose, Box<Message>),
    /// No ACK to our final answer of this Call-ID.
    Unacknowledged(String),
}

pub struct Transactions {
    socket: UdpSocket,
    requests: Vec<Request>,
    finals: Vec<Final>,
    replies: VecDeque<(String, Vec<u8>)>,
    acks: VecDeque<(String, Vec<u8>, SocketAddr)>,
}

impl Transactions {
    pub fn new(socket: UdpSocket) -> Self {
        let (replies, acks) = (VecDeque::new(), VecDeque::new());
        Self {
            socket,
            requests: Vec::new(),
            finals: Vec::new(),
            replies,
            acks,
        }
    }

    pub fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    /// Sends once. What the network refuses is as lost as what it drops: retransmission and time-outs see to both.
    pub fn send(&self, bytes: &[u8], to: SocketAddr) {
        let _ = self.socket.send_to(bytes, to);
    }

    pub fn start(&mut self, now_ns: u64, purpose: Purpose, message: Message, to: SocketAddr) {
        let bytes = message.to_bytes();
        self.send(&bytes, to);
        self.requests.push(Request {
            purpose,
            message,
            bytes,
            to,
            interval_ns: T1_NS,
            resend_ns: Some(now_ns + T1_NS),
            give_up_ns: Some(now_ns + GIVE_UP_NS),
        });
    }

    /// The request that a response answers; it is forgotten with its final answer.
    pub fn response(&mut self, response: &Message) -> Option<(Purpose, Message)> {
        let (code, branch) = (response.code()?, response.branch()?);
        let method = response.cseq()?.1;
        let same = |request: &Request| {
            request.message.branch() == Some(branch) && request.message.method() == Some(method)
        };
        let index = self.requests.iter().position(same)?;
        if code >= 200 {
            let request = self.requests.swap_remove(index);
            return Some((request.purpose, request.message));
        }
        let request = &mut self.requests[index];
        if matches!(request.purpose, Purpose::Invite | Purpose::Reinvite) {
            request.resend_ns = None;
            request.give_up_ns = None;
        }
        Some((request.purpose, request.message.clone()))
    }

    /// After a CANCEL the INVITE does not wait for ever (RFC 3261, 9.1).
    pub fn limit_invite(&mut self, now_ns: u64) {
        let invites = self
            .requests
            .iter_mut()
            .filter(|request| request.purpose == Purpose::Invite);
        invites.for_each(|request| request.give_up_ns = Some(now_ns + GIVE_UP_NS));
    }

    /// Sends a final answer to an INVITE until it is acknowledged.
    pub fn answer_invite(&mut self, now_ns: u64, response: &Message, to: SocketAddr) {
        let bytes = response.to_bytes();
        self.send(&bytes, to);
        self.finals.push(Final {
            call_id: response.header("Call-ID").unwrap_or_default().into(),
            cseq: response.cseq().map_or(0, |(number, _)| number),
            bytes,
            to,
            interval_ns: T1_NS,
            resend_ns: now_ns + T1_NS,
            give_up_ns: now_ns + GIVE_UP_NS,
        });
    }

    /// True when the ACK belongs to an answer of ours.
    pub fn acknowledged(&mut self, ack: &Message) -> bool {
        let before = self.finals.len();
        let cseq = ack.cseq().map(|(number, _)| number);
        self.finals.retain(|answer| {
            ack.header("Call-ID") != Some(answer.call_id.as_str()) || cseq != Some(answer.cseq)
        });
        self.finals.len() < before
    }

    /// Answers a request that is no INVITE and remembers the answer.
    pub fn reply(&mut self, request: &Message, response: &Message, to: SocketAddr) {
        let bytes = response.to_bytes();
        self.send(&bytes, to);
        remember(&mut self.replies, (key(request), bytes));
    }

    /// True when the request was one of before, answered again or left to its transaction.
    pub fn repeated(&self, request: &Message, from: SocketAddr) -> bool {
        let key = key(request);
        if let Some((_, bytes)) = self.replies.iter().find(|entry| entry.0 == key) {
            self.send(bytes, from);
            return true;
        }
        if request.method() != Some("INVITE") {
            return false;
        }
        let cseq = request.cseq().map(|(number, _)| number);
        let same = |answer: &&Final| {
            request.header("Call-ID") == Some(answer.call_id.as_str()) && cseq == Some(answer.cseq)
        };
        let known = self.finals.iter().find(same);
        if let Some(answer) = known {
            self.send(&answer.bytes, answer.to);
        }
        known.is_some()
    }

    /// Sends the ACK of a 2xx and remembers it for further copies of the 2xx.
    pub fn acknowledge(&mut self, response: &Message, ack: &Message, to: SocketAddr) {
        let bytes = ack.to_bytes();
        self.send(&bytes, to);
        remember(&mut self.acks, (key(response), bytes, to));
    }

    /// Acknowledges a 2xx of before once more; true when it was one.
    pub fn acknowledged_before(&self, response: &Message) -> bool {
        let key = key(response);
        let known = self.acks.iter().find(|entry| entry.0 == key);
        if let Some((_, bytes, to)) = known {
            self.send(bytes, *to);
        }
        known.is_some()
    }

    /// Sends again what is due and returns what has waited too long.
    pub fn expire(&mut self, now_ns: u64) -> Vec<Expired> {
        let mut expired = Vec::new();
        let (late, mut waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.requests)
            .into_iter()
            .partition(|request| passed(request.give_up_ns, now_ns));
        for request in &mut waiting {
            if passed(request.resend_ns, now_ns) {
                self.send(&request.bytes, request.to);
                let invite = request.purpose == Purpose::Invite;
                let doubled = request.interval_ns * 2;
                request.interval_ns = if invite { doubled } else { doubled.min(T2_NS) };
                request.resend_ns = Some(now_ns + request.interval_ns);
            }
        }
        self.requests = waiting;
        expired.extend(
            late.into_iter()
                .map(|one| Expired::Request(one.purpose, Box::new(one.message))),
        );
        let (late, mut waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.finals)
            .into_iter()
            .partition(|answer| answer.give_up_ns <= now_ns);
        for answer in waiting
            .iter_mut()
            .filter(|answer| answer.resend_ns <= now_ns)
        {
            self.send(&answer.bytes, answer.to);
            answer.interval_ns = (answer.interval_ns * 2).min(T2_NS);
            answer.resend_ns = now_ns + answer.interval_ns;
        }
        self.finals = waiting;
        expired.extend(
            late.into_iter()
                .map(|answer| Expired::Unacknowledged(answer.call_id)),
        );
        expired
    }

    pub fn next_deadline(&self) -> Option<u64> {
        let requests = self
            .requests
            .iter()
            .flat_map(|request| [request.resend_ns, request.give_up_ns]);
        let finals = self.finals.iter().map(|answer| Some(answer.resend_ns));
        requests.chain(finals).flatten().min()
    }

    pub fn idle(&self) -> bool {
        self.requests.is_empty() && self.finals.is_empty()
    }
}

fn passed(deadline_ns: Option<u64>, now_ns: u64) -> bool {
    deadline_ns.is_some_and(|deadline| deadline <= now_ns)
}

/// Names the transaction: branch and method.
fn key(message: &Message) -> String {
    let method = message.cseq().map_or("", |(_, method)| method);
    format!("{} {method}", message.branch().unwrap_or_default())
}

fn remember<T>(memory: &mut VecDeque<T>, entry: T) {
    if memory.len() == REMEMBERED {
        memory.pop_front();
    }
    memory.push_back(entry);
}

#[cfg(test)]
mod tests;
