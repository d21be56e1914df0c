//! A call as one phone sees it.

use std::net::SocketAddr;

use crate::media::engine::Leg;
use crate::media::sound::Wanted;
use crate::wire::message::Message;
use crate::wire::sdp::Own;

pub struct Call {
    /// The Call-ID.
    pub id: String,
    /// From and To as our requests carry them, with the tags that are known.
    pub local: String,
    pub remote: String,
    pub local_tag: String,
    /// The request URI of our requests.
    pub target: String,
    pub destination: SocketAddr,
    pub cseq: u32,
    pub sound: Wanted,
    pub contact_id: Option<String>,
    pub media: Option<Media>,
    pub stage: Stage,
}

/// The call's sound: our leg and what we told the peer about it.
pub struct Media {
    pub leg: Leg,
    pub own: Own,
}

pub enum Stage {
    /// Our INVITE has no final answer.
    Calling(Calling),
    /// Their INVITE has no final answer from us.
    Ringing(Ringing),
    /// Our 200 has no ACK; `offered`: it carried our offer, so the ACK carries the answer.
    Answered {
        offered: bool,
    },
    Talking,
}

pub struct Calling {
    pub invite: Message,
    /// The newest provisional answer; 0 before the first one.
    pub progress: u16,
    pub cancelled: bool,
    pub challenged: bool,
}

pub struct Ringing {
    pub invite: Message,
    pub from: SocketAddr,
    /// When the phone acts by itself.
    pub act_ns: Option<u64>,
    /// Sends nothing, not even to a CANCEL.
    pub ignoring: bool,
}
