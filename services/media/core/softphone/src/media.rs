//! Sound: sources, the paced sender, the stamped receiver, recordings and measurements.

pub mod batch;
pub mod bench;
pub mod counters;
pub mod engine;
pub mod frames;
pub mod histogram;
pub mod keys;
pub mod marks;
pub mod receiver;
pub mod recording;
pub mod sender;
pub mod sound;
pub mod voice;
pub mod wav;
