//! `sasayaki-node`: SIP, sound and the journal of what happened in calls.

use std::process::ExitCode;
use std::sync::Arc;

use sasayaki_node::clock::Clock;
use sasayaki_node::metrics::Metrics;
use sasayaki_node::settings::Settings;
use sasayaki_node::signalling::Signalling;
use sasayaki_node::{health, log};
use tokio::signal::unix::{signal, SignalKind};
use tokio::sync::oneshot;

fn main() -> ExitCode {
    log::start();
    let settings = match Settings::from_environment() {
        Ok(settings) => settings,
        Err(error) => {
            tracing::error!(error, "settings_refused");
            return ExitCode::from(2);
        }
    };
    let signalling = std::thread::Builder::new()
        .name("signalling".to_owned())
        .spawn(move || run(&settings));
    match signalling.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "node_failed");
            ExitCode::FAILURE
        }
        _ => ExitCode::FAILURE,
    }
}

fn run(settings: &Settings) -> std::io::Result<()> {
    let metrics = Arc::new(Metrics::default());
    let sounding = health::Sounding::default();
    health::start(settings.http, Arc::clone(&metrics), Arc::clone(&sounding))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (stop, stopped) = oneshot::channel();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let signalling = Signalling::open(settings, metrics, Clock::start()).await?;
        sounding.get_or_init(|| signalling.media());
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            // The loop may have ended by itself.
            let _ = stop.send(());
        });
        signalling.run(stopped).await;
        tracing::info!("node_stopped");
        Ok(())
    })
}
