//! What stands between the wire and the stack: the strict look at each message, and what the stack leaves out of its
//! own messages or can't know.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use rsipstack::platform::net::UdpSocket as PlatformSocket;
use rsipstack::sip::{Header, Request, SipMessage, StatusCode};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;
use tokio::net::UdpSocket;

use sip::guard::{self, Reply, Verdict, ALLOWED, SUPPORTED};

use crate::announced::Announced;
use crate::limiter::{Limiter, Rate};
use crate::metrics::Metrics;

/// Bytes of the largest datagram there is: a longer message than the stack takes is answered, not cut.
const DATAGRAM_BYTES_MAX: usize = 65_536;
/// Refusals by the strict look, and new requests, that one source and all sources may cause.
const REFUSALS_EACH: Rate = Rate {
    per_second: 20,
    burst: 50,
};
const REFUSALS_ALL: Rate = Rate {
    per_second: 500,
    burst: 1_000,
};
const REQUESTS_EACH: Rate = Rate {
    per_second: 2_000,
    burst: 4_000,
};
const REQUESTS_ALL: Rate = Rate {
    per_second: 5_000,
    burst: 10_000,
};
/// Seconds after which a caller who was turned away may try again.
const RETRY_AFTER_S: &str = "5";

/// What the stack leaves out of its messages.
pub struct Additions {
    pub own: SocketAddr,
    pub announced: Announced,
}

impl Additions {
    /// Names us in a request's `Via` as its receiver knows us; ports and ways are the stack's.
    fn name_us(&self, request: &mut Request, to: &SipAddr) {
        let Ok(peer) = to.get_socketaddr() else {
            return;
        };
        let told = self.announced.to(peer.ip(), self.own);
        let via = request.headers.iter_mut().find_map(|header| match header {
            Header::Via(via) => Some(via),
            _ => None,
        });
        if let (Some(via), true) = (via, told != self.own) {
            if let Some(renamed) = sent_by(via.value(), told) {
                *via = renamed.into();
            }
        }
    }
}

/// A `Via` (RFC 3261, 20.42) under that name of its sender.
fn sent_by(via: &str, sender: SocketAddr) -> Option<String> {
    let (protocol, rest) = via.trim().split_once(' ')?;
    let parameters = rest.find(';').map_or("", |at| &rest[at..]);
    Some(format!("{protocol} {sender}{parameters}"))
}

impl MessageInspector for Additions {
    fn before_send(&self, mut message: SipMessage, to: Option<&SipAddr>) -> SipMessage {
        if let (SipMessage::Request(request), Some(to)) = (&mut message, to) {
            self.name_us(request, to);
        }
        if let SipMessage::Response(response) = &mut message {
            if response.status_code == StatusCode::ServiceUnavailable {
                response
                    .headers
                    .unique_push(Header::RetryAfter(RETRY_AFTER_S.into()));
            }
            if response.status_code == StatusCode::OK {
                response.headers.unique_push(Header::Allow(ALLOWED.into()));
                response
                    .headers
                    .unique_push(Header::Supported(SUPPORTED.into()));
            }
        }
        message
    }

    fn after_received(&self, message: SipMessage, _from: Option<&SipAddr>) -> SipMessage {
        message
    }
}

/// The strict look at whatever arrives, whichever way, with the shares of each source and of all.
pub struct Gate {
    started: Instant,
    metrics: Arc<Metrics>,
    limiters: Mutex<Limiters>,
}

struct Limiters {
    refusals: Limiter,
    requests: Limiter,
}

/// What becomes of a message.
pub enum Judged {
    /// So many of its bytes go on to the stack.
    Passed(usize),
    /// It is answered with this, and goes no further.
    Refused(Reply),
    Nothing,
    /// The sources, or all of them, have had their share.
    Shed,
}

impl Gate {
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            started: Instant::now(),
            metrics,
            limiters: Mutex::new(Limiters {
                refusals: Limiter::new(REFUSALS_EACH, REFUSALS_ALL),
                requests: Limiter::new(REQUESTS_EACH, REQUESTS_ALL),
            }),
        }
    }

    /// Judges one message of that sender.
    pub fn judge(&self, message: &[u8], from: SocketAddr) -> Judged {
        match guard::inspect(message) {
            Verdict::Pass { bytes } => {
                if opens_work(message) && !self.has_share(from, |limiters| &mut limiters.requests) {
                    self.metrics.requests_shed_total.rise();
                    return Judged::Shed;
                }
                Judged::Passed(bytes)
            }
            Verdict::Drop(_) => {
                self.metrics.datagrams_dropped_total.rise();
                Judged::Nothing
            }
            Verdict::Answer(reply) => self.answerable(reply, from),
        }
    }

    /// A refusal, unless its source has caused too many.
    pub fn answerable(&self, reply: Reply, from: SocketAddr) -> Judged {
        let to = reply.destination(from);
        if !is_answerable(to) || !self.has_share(from, |limiters| &mut limiters.refusals) {
            self.metrics.answers_suppressed_total.rise();
            return Judged::Nothing;
        }
        self.metrics.datagrams_answered_total.rise();
        Judged::Refused(reply)
    }

    fn has_share(&self, from: SocketAddr, which: impl Fn(&mut Limiters) -> &mut Limiter) -> bool {
        let now_ms = self.started.elapsed().as_millis() as u64;
        // The tables are whole even if a holder of the lock panicked.
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        which(&mut limiters).allows(now_ms, from.ip())
    }
}

/// A UDP socket that lets only well-formed messages through, and no more of them than is bearable.
pub struct StrictUdp {
    socket: UdpSocket,
    gate: Arc<Gate>,
    datagram: Mutex<Vec<u8>>,
}

impl StrictUdp {
    pub fn new(socket: UdpSocket, gate: Arc<Gate>) -> Self {
        Self {
            socket,
            gate,
            datagram: Mutex::new(vec![0; DATAGRAM_BYTES_MAX]),
        }
    }

    /// One datagram that waits, if it may pass; what it is answered if it is refused with an answer.
    fn take(&self, into: &mut [u8]) -> std::io::Result<Taken> {
        // The buffer is whole even if a holder of the lock panicked.
        let mut held = self.datagram.lock().unwrap_or_else(PoisonError::into_inner);
        let (length, from) = self.socket.try_recv_from(&mut held)?;
        let datagram = &held[..length];
        Ok(match self.gate.judge(datagram, from) {
            Judged::Passed(bytes) => {
                into[..bytes].copy_from_slice(&datagram[..bytes]);
                Taken::Passed(bytes, from)
            }
            Judged::Refused(reply) => Taken::Refused(reply.to_bytes(from), reply.destination(from)),
            Judged::Nothing | Judged::Shed => Taken::Nothing,
        })
    }
}

enum Taken {
    Passed(usize, SocketAddr),
    Refused(Vec<u8>, SocketAddr),
    Nothing,
}

/// Whether a message makes work that was not there: answers, ACK, BYE and CANCEL make less of it.
fn opens_work(datagram: &[u8]) -> bool {
    let relieving: [&[u8]; 4] = [b"SIP/2.0 ", b"ACK ", b"BYE ", b"CANCEL "];
    !relieving.iter().any(|start| datagram.starts_with(start))
}

/// No answer goes to many at once.
fn is_answerable(to: SocketAddr) -> bool {
    match to {
        SocketAddr::V4(to) => {
            !to.ip().is_broadcast() && !to.ip().is_multicast() && !to.ip().is_unspecified()
        }
        SocketAddr::V6(to) => !to.ip().is_multicast() && !to.ip().is_unspecified(),
    }
}

#[async_trait]
impl PlatformSocket for StrictUdp {
    async fn recv_from(&self, into: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        loop {
            self.socket.readable().await?;
            match self.take(into) {
                Ok(Taken::Passed(length, from)) => return Ok((length, from)),
                // A refusal that can't be sent now is one that was lost.
                Ok(Taken::Refused(bytes, to)) => drop(self.socket.try_send_to(&bytes, to)),
                Ok(Taken::Nothing) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // An ICMP error of an earlier send; the socket goes on.
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}
