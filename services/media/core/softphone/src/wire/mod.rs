//! What travels: SIP messages, session descriptions, digests, RTP packets, µ-law.

pub mod digest;
pub mod message;
pub mod mulaw;
pub mod rtp;
pub mod sdp;
