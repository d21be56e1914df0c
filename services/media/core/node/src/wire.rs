//! The messages of `sasayaki/media/node/v1/node.proto`, generated.
#![allow(clippy::all, clippy::pedantic, reason = "generated code")]

include!(concat!(env!("OUT_DIR"), "/sasayaki.media.node.v1.rs"));
