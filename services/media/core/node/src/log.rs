//! Logs: JSON lines on stderr, without numbers of callers, addresses of phones or raw messages.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging for the whole process; a second time changes nothing.
pub fn start() {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr);
    // The stack's own `info` lines hold whole messages, with numbers and credentials.
    let targets = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("rsipstack", LevelFilter::WARN);
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(targets)
        .try_init();
}
