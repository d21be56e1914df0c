//! What the node says and accepts in SIP and SDP: pure, without sockets, clocks or threads.
//!
//! Bytes and instants come in as arguments, verdicts and texts go out; the node does the rest.
#![forbid(unsafe_code)]

pub mod digest;
pub mod flow;
pub mod guard;
pub mod info;
pub mod leg;
pub mod location;
pub mod login;
pub mod merged;
pub mod message;
pub mod names;
pub mod number;
pub mod refer;
pub mod sdp;
pub mod stream;

pub mod timer;
pub mod trunk;
