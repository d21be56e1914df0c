//! The media node: the only crate that opens sockets, starts threads and reads clocks.

pub mod media;
pub mod wire;
