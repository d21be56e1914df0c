//! What travels: SIP messages, session descriptions, digests, RTP packets, µ-law.

pub mod digest;
pub mod message;
pub mod mulaw;
#[cfg(test)]
mod mutation_tests;
pub mod rtp;
pub mod sdp;
