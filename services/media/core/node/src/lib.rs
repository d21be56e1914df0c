//! The media node: the only crate that opens sockets, starts threads and reads clocks.

pub mod announced;
pub mod browsers;
pub mod calls;
pub mod clock;
pub mod frames;
pub mod health;
pub mod journal;
pub mod limiter;
pub mod link;
pub mod log;
pub mod media;
pub mod metrics;
pub mod registrar;
pub mod settings;
pub mod signalling;
pub mod stack;
mod suspicions;
mod trunks;
pub mod wire;
