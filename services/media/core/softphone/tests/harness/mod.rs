//! A running softphone: commands in, events out, recordings read by an own decoder.

#![allow(dead_code)] // each test file uses its share

use std::f64::consts::TAU;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{channel, Receiver};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

const PATIENCE: Duration = Duration::from_secs(10);

pub struct Softphone {
    process: Child,
    stdin: Option<ChildStdin>,
    events: Receiver<Value>,
    pub seen: Vec<Value>,
    pub recordings: PathBuf,
}

impl Softphone {
    pub fn start() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = format!("softphone-{}-{number}", std::process::id());
        let recordings = std::env::temp_dir().join(directory);
        let mut process = Command::new(env!("CARGO_BIN_EXE_sasayaki-softphone"))
            .arg("--record")
            .arg(&recordings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let stdin = process.stdin.take();
        Self {
            process,
            stdin,
            events,
            seen: Vec::new(),
            recordings,
        }
    }

    pub fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub fn order(&mut self, command: &Value) {
        self.say(&command.to_string());
    }

    /// Makes a phone and returns the address of its signalling socket.
    pub fn phone(&mut self, name: &str, more: &Value) -> String {
        let mut command = json!({"do": "phone", "phone": name});
        command
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.order(&command);
        self.until("phone", name)["sip"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn call(&mut self, from: &str, to: &str) {
        self.order(&json!({"do": "call", "phone": from, "to_uri": format!("sip:x@{to}")}));
    }

    /// The next event of that name and phone ("" for any), within patience.
    pub fn until(&mut self, name: &str, phone: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!("no event {name:?} of {phone:?} after {:#?}", self.seen);
            };
            self.seen.push(event.clone());
            if event["event"] == name && (phone.is_empty() || event["phone"] == phone) {
                return event;
            }
        }
    }

    /// Ends the input and returns the exit code and every event of the whole run.
    pub fn finish(mut self) -> (i32, Vec<Value>) {
        drop(self.stdin.take());
        let code = self.process.wait().unwrap().code().unwrap();
        let rest: Vec<Value> = self.events.iter().collect();
        self.seen.extend(rest);
        (code, std::mem::take(&mut self.seen))
    }
}

impl Drop for Softphone {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.recordings);
    }
}

/// Names of a phone's events, in order.
pub fn story(events: &[Value], phone: &str) -> Vec<String> {
    let own = events.iter().filter(|event| event["phone"] == phone);
    own.map(|event| event["event"].as_str().unwrap().to_owned())
        .collect()
}

#[derive(Debug)]
pub struct Packet {
    pub at_ns: u64,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload_type: u8,
    pub payload: Vec<u8>,
}

/// The complete records of a file that may still grow.
pub fn packets(path: &Path) -> Vec<Packet> {
    let file = std::fs::read(path).unwrap();
    let mut rest = &file[..];
    let mut packets = Vec::new();
    while rest.len() >= 21 {
        let length = usize::from(u16::from_le_bytes([rest[19], rest[20]]));
        let Some(payload) = rest.get(21..21 + length) else {
            break;
        };
        packets.push(Packet {
            at_ns: u64::from_le_bytes(rest[..8].try_into().unwrap()),
            sequence: u16::from_le_bytes([rest[8], rest[9]]),
            timestamp: u32::from_le_bytes(rest[10..14].try_into().unwrap()),
            ssrc: u32::from_le_bytes(rest[14..18].try_into().unwrap()),
            payload_type: rest[18],
            payload: payload.to_vec(),
        });
        rest = &rest[21 + length..];
    }
    packets
}

/// Waits until a growing file has so many packets.
pub fn wait_for_packets(path: &Path, count: usize) -> Vec<Packet> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = packets(path);
        if found.len() >= count {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "{} packets of {count}",
            found.len()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The level of one frequency in dBFS (Goertzel) over µ-law payloads.
pub fn level_dbfs(packets: &[Packet], hz: f64) -> f64 {
    let codes = packets
        .iter()
        .filter(|packet| packet.payload_type == 0)
        .flat_map(|packet| &packet.payload);
    let factor = 2.0 * (TAU * hz / 8000.0).cos();
    let (mut last, mut before, mut count) = (0.0, 0.0, 0.0);
    for code in codes {
        let next = expand(*code) + factor * last - before;
        (before, last, count) = (last, next, count + 1.0);
    }
    let power: f64 = last * last + before * before - factor * last * before;
    20.0 * (power.max(1e-9).sqrt() * 2.0 / count / 32_768.0).log10()
}

/// µ-law by the table of segments (G.711, table 2a), unlike the softphone's own arithmetic.
fn expand(code: u8) -> f64 {
    const STARTS: [f64; 8] = [0.0, 132.0, 396.0, 924.0, 1980.0, 4092.0, 8316.0, 16_764.0];
    let plain = !code;
    let segment = usize::from(plain >> 4 & 7);
    let magnitude = STARTS[segment] + f64::from(plain & 15) * f64::from(8 << segment);
    if plain & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}
