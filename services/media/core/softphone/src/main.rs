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
use clock::Random;
use command::LINE_BYTES_MAX;
use ledger::{Input, Ledger, Notices, EVENTS_MAX, INPUTS_MAX};
use media::engine::Engine;
use media::sound::Sounds;
use phone::World;

const USAGE: &str = "usage: sasayaki-softphone [--record DIR] [--realtime PRIORITY | --no-realtime]

  --record DIR          recordings of phones with \"record\": true go there
  --realtime PRIORITY   SCHED_FIFO priority of the sending thread, if permitted (default 10)
  --no-realtime         leave the threads of sound to the ordinary scheduler";

struct Options {
    record: Option<PathBuf>,
    priority: Option<i32>,
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
        engine: Engine::start(&notices, options.record, options.priority)?,
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
