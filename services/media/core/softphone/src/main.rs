//! `sasayaki-softphone`: many SIP phones in one process, for demos, end-to-end tests and measurements.
//!
//! Commands are JSON lines on stdin, the phones' own ledger is JSON lines on stdout; README.md is the reference.
//! It shares no code with the media node, neither SIP nor sound, so that both cannot be wrong in the same way.

mod agent;
mod clock;
mod command;
mod fields;
mod ledger;
mod media;
mod phone;
mod sys;
mod wire;

use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;
use std::sync::Arc;
use std::thread;

use agent::Agent;
use clock::{Random, MILLISECOND_NS};
use command::LINE_BYTES_MAX;
use ledger::{Input, Ledger, Notices, EVENTS_MAX, INPUTS_MAX};
use media::engine::Engine;
use media::sound::Sounds;
use media::voice::FRAME_NS;
use phone::World;

const USAGE: &str = "usage: sasayaki-softphone [--record DIR] [--realtime PRIORITY | --no-realtime] [--together-ms N]

  --record DIR          recordings of phones with \"record\": true go there
  --realtime PRIORITY   SCHED_FIFO priority of the sending thread, if permitted (default 10)
  --no-realtime         leave the threads of sound to the ordinary scheduler
  --together-ms N       packets leave on a grid of 1, 2, 4, 5, 10 or 20 ms and are looked at in handfuls, for many legs at
                        little cost (default: each leg's leave at an instant of its own)";

struct Options {
    record: Option<PathBuf>,
    priority: Option<i32>,
    grid_ns: u64,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sasayaki-softphone cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        record: None,
        priority: Some(10),
        grid_ns: 1,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--record" => options.record = Some(value()?.into()),
            "--realtime" => {
                let priority = value()?
                    .parse()
                    .ok()
                    .filter(|priority| (1..=99).contains(priority));
                options.priority = Some(priority.ok_or("--realtime needs a number from 1 to 99")?);
            }
            "--no-realtime" => options.priority = None,
            "--together-ms" => {
                let grid_ns = value()?
                    .parse()
                    .ok()
                    .map(|ms: u32| u64::from(ms) * MILLISECOND_NS)
                    .filter(|grid| *grid > 0 && FRAME_NS.is_multiple_of(*grid));
                options.grid_ns = grid_ns.ok_or("--together-ms needs 1, 2, 4, 5, 10 or 20")?;
            }
            other => return Err(format!("argument {other:?} is unknown")),
        }
    }
    Ok(options)
}

fn run(options: Options) -> io::Result<()> {
    sys::raise_file_limit();
    let wake = Arc::new(sys::Wake::new()?);
    let (queue, inputs) = sync_channel(INPUTS_MAX);
    let notices = Notices::new(queue, wake.clone());
    let (lines, printed) = sync_channel(EVENTS_MAX);
    let writing = thread::Builder::new()
        .name("ledger".into())
        .spawn(move || ledger::run(&printed))?;
    let world = World {
        ledger: Ledger::new(lines),
        engine: Engine::start(&notices, options.record, options.priority, options.grid_ns)?,
        random: Random::seeded(),
        sounds: Sounds::default(),
        legs: HashMap::new(),
    };
    let agent = Agent::new(world, inputs, wake)?;
    thread::Builder::new()
        .name("commands".into())
        .spawn(move || read_commands(&notices))?;
    let World { ledger, engine, .. } = agent.run();
    engine.stop();
    drop(ledger);
    // It ends when it has printed all.
    let _ = writing.join();
    Ok(())
}

fn read_commands(notices: &Notices) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        match stdin
            .by_ref()
            .take(LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => return notices.input(Input::End),
            Ok(LINE_BYTES_MAX) if line.last() != Some(&b'\n') => {
                notices.input(Input::TooLong);
                if stdin.skip_until(b'\n').is_err() {
                    return notices.input(Input::End);
                }
            }
            Ok(_) => notices.input(Input::Line(String::from_utf8_lossy(&line).into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid_ns(given: &str) -> Result<u64, String> {
        options(given.split_whitespace().map(str::to_owned)).map(|options| options.grid_ns)
    }

    #[test]
    fn packets_of_all_legs_leave_together_on_a_grid_that_fits_into_twenty_milliseconds() {
        assert_eq!(grid_ns("--together-ms 4"), Ok(4_000_000));
        for wrong in ["0", "3", "40", "-1", "x", "18446744073709551615"] {
            assert!(
                grid_ns(&format!("--together-ms {wrong}")).is_err(),
                "{wrong}"
            );
        }
        assert!(grid_ns("--together-ms").is_err());
    }

    #[test]
    fn without_a_grid_each_leg_keeps_an_instant_of_its_own() {
        assert_eq!(grid_ns(""), Ok(1));
    }
}
