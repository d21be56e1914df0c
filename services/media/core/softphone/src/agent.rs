//! The signalling thread, the only writer of the ledger: commands, SIP, timers, notices of the media threads.

mod notes;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::SocketAddr;
use std::sync::mpsc::Receiver;
use std::sync::Arc;

use serde_json::Value;

use crate::clock::{mono_ns, SECOND_NS};
use crate::command::{self, Command, Line, Setup, LINE_BYTES_MAX};
use crate::ledger::{Event, Input};
use crate::phone::{Phone, World};
use crate::sys::{Poller, Wake};

pub const PHONES_MAX: usize = 4000;
const WAKE_TOKEN: u64 = u64::MAX;
/// Larger than any UDP datagram.
const DATAGRAM_BYTES: usize = 65_536;
/// Datagrams of one phone in a turn: a flood does not starve the others.
const TURN_MAX: usize = 64;
/// What is still open after this is left behind at the end.
const FAREWELL_NS: u64 = 2 * SECOND_NS;
/// Time for the last legs' summaries.
const SUMMARIES_NS: u64 = SECOND_NS / 4;

pub struct Agent {
    world: World,
    inputs: Receiver<Input>,
    wake: Arc<Wake>,
    poller: Poller,
    phones: HashMap<u64, Phone>,
    names: HashMap<String, u64>,
    next_token: u64,
    timers: BinaryHeap<Reverse<(u64, u64)>>,
    /// When the end was asked for: how long it may still take.
    leaving_ns: Option<u64>,
    abandoned: bool,
}

impl Agent {
    pub fn new(world: World, inputs: Receiver<Input>, wake: Arc<Wake>) -> std::io::Result<Self> {
        let poller = Poller::new()?;
        poller.add(&*wake, WAKE_TOKEN)?;
        let (phones, names, timers) = (HashMap::new(), HashMap::new(), BinaryHeap::new());
        Ok(Self {
            world,
            inputs,
            wake,
            poller,
            phones,
            names,
            next_token: 1,
            timers,
            leaving_ns: None,
            abandoned: false,
        })
    }

    /// Works until the input ends or says so, and everything is hung up.
    pub fn run(mut self) -> World {
        let mut ready = Vec::new();
        let mut buffer = vec![0; DATAGRAM_BYTES];
        while !self.finished() {
            let timer = self.timers.peek().map(|Reverse((due_ns, _))| *due_ns);
            let deadline = [timer, self.leaving_ns].into_iter().flatten().min();
            self.poller.wait(&mut ready, deadline);
            self.wake.quiet();
            while let Ok(input) = self.inputs.try_recv() {
                self.take(input);
            }
            for token in ready.iter().copied().filter(|token| *token != WAKE_TOKEN) {
                self.hear(token, &mut buffer);
            }
            self.act();
        }
        self.world
    }

    fn finished(&mut self) -> bool {
        let Some(deadline_ns) = self.leaving_ns else {
            return false;
        };
        if self.world.legs.is_empty() && self.phones.values().all(Phone::idle) {
            return true;
        }
        if mono_ns() < deadline_ns {
            return false;
        }
        // Peers that do not answer are left; the ledger still says how each call and leg ended.
        self.phones
            .values_mut()
            .for_each(|phone| phone.abandon(&mut self.world));
        self.leaving_ns = Some(deadline_ns + SUMMARIES_NS);
        std::mem::replace(&mut self.abandoned, true)
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Line(line) if line.trim().is_empty() => {}
            Input::Line(line) => self.command(command::parse(&line)),
            Input::TooLong => {
                let message = format!("a line is longer than {LINE_BYTES_MAX} bytes");
                self.world
                    .ledger
                    .write(Event::new("error").with("message", message));
            }
            Input::End => self.leave(),
            Input::Notice(notice) => self.note(notice),
        }
    }

    fn command(&mut self, line: Line) {
        let Line { id, phone, command } = line;
        let verb = command.as_ref().map(Command::verb).unwrap_or_default();
        let done = command.and_then(|command| self.obey(id.as_ref(), phone.as_deref(), command));
        let event = match (done, id) {
            (Ok(()), None) => return,
            (Ok(()), Some(id)) => match self.phone(phone.as_deref()) {
                Ok((_, phone)) => phone.done(verb, id),
                Err(_) => Event::new("done")
                    .with("do", verb)
                    .with("id", id)
                    .with_some("phone", phone),
            },
            (Err(message), id) => Event::new("error")
                .with("message", message)
                .with_some("phone", phone)
                .with_some("id", id),
        };
        self.world.ledger.write(event);
    }

    fn obey(
        &mut self,
        id: Option<&Value>,
        name: Option<&str>,
        command: Command,
    ) -> Result<(), String> {
        match command {
            Command::Phone(setup) => self.add(name.unwrap_or_default(), *setup),
            Command::Remove => self.remove(name),
            Command::Stats => {
                self.world.engine.stats(id.cloned());
                Ok(())
            }
            Command::BenchReset => {
                self.world.engine.bench_reset();
                Ok(())
            }
            Command::BenchReport => {
                self.world.engine.bench_report(id.cloned());
                Ok(())
            }
            Command::Quit => {
                self.leave();
                Ok(())
            }
            command => self.with_phone(name, |phone, world, now_ns| {
                phone.obey(world, now_ns, command)
            }),
        }
    }

    fn add(&mut self, name: &str, setup: Setup) -> Result<(), String> {
        if self.leaving_ns.is_some() {
            return Err("the softphone is ending".into());
        }
        if self.names.contains_key(name) {
            return Err(format!("phone {name:?} is there already"));
        }
        if self.phones.len() >= PHONES_MAX {
            return Err(format!("more than {PHONES_MAX} phones"));
        }
        self.world.sounds.prepare(&setup.sound)?;
        let register = setup.register;
        let phone = Phone::new(name.into(), setup)
            .map_err(|error| format!("no signalling socket: {error}"))?;
        let token = self.next_token;
        self.next_token += 1;
        self.poller
            .add(phone.socket(), token)
            .map_err(|error| format!("no signalling socket: {error}"))?;
        let event = Event::new("phone")
            .with("phone", name)
            .with("sip", phone.local().to_string());
        self.world.ledger.write(event);
        self.phones.insert(token, phone);
        self.names.insert(name.into(), token);
        if register {
            return self.with_phone(Some(name), |phone, world, now_ns| {
                phone.register(world, now_ns);
                Ok(())
            });
        }
        Ok(())
    }

    /// Only an idle phone goes: hang up and deregister first.
    fn remove(&mut self, name: Option<&str>) -> Result<(), String> {
        let (token, phone) = self.phone(name)?;
        if !phone.idle() {
            return Err("the phone is not idle".into());
        }
        self.poller.remove(phone.socket());
        self.phones.remove(&token);
        self.names.retain(|_, named| *named != token);
        Ok(())
    }

    fn phone(&self, name: Option<&str>) -> Result<(u64, &Phone), String> {
        let name = name.unwrap_or_default();
        let token = self
            .names
            .get(name)
            .ok_or_else(|| format!("phone {name:?} is unknown"))?;
        let phone = self
            .phones
            .get(token)
            .ok_or_else(|| format!("phone {name:?} is unknown"))?;
        Ok((*token, phone))
    }

    fn with_phone(
        &mut self,
        name: Option<&str>,
        act: impl FnOnce(&mut Phone, &mut World, u64) -> Result<(), String>,
    ) -> Result<(), String> {
        let (token, _) = self.phone(name)?;
        let Some(phone) = self.phones.get_mut(&token) else {
            return Ok(());
        };
        let done = act(phone, &mut self.world, mono_ns());
        self.set_timer(token);
        done
    }

    fn hear(&mut self, token: u64, buffer: &mut [u8]) {
        for _ in 0..TURN_MAX {
            let Some(phone) = self.phones.get_mut(&token) else {
                return;
            };
            let received: Option<(usize, SocketAddr)> = phone.socket().recv_from(buffer).ok();
            let Some((length, from)) = received else {
                break;
            };
            phone.hear(&mut self.world, mono_ns(), &buffer[..length], from);
        }
        self.set_timer(token);
    }

    fn act(&mut self) {
        let now_ns = mono_ns();
        while let Some(Reverse((due_ns, token))) = self.timers.peek().copied() {
            if due_ns > now_ns {
                return;
            }
            self.timers.pop();
            if let Some(phone) = self.phones.get_mut(&token) {
                phone.act(&mut self.world, now_ns);
                self.set_timer(token);
            }
        }
    }

    /// Entries of before may stay: a phone that is looked at too early does nothing.
    fn set_timer(&mut self, token: u64) {
        if let Some(due_ns) = self.phones.get(&token).and_then(Phone::next_deadline) {
            self.timers.push(Reverse((due_ns, token)));
        }
    }

    /// Hangs up and deregisters everything; [`Agent::run`] returns when that is done.
    fn leave(&mut self) {
        if self.leaving_ns.is_some() {
            return;
        }
        let now_ns = mono_ns();
        self.leaving_ns = Some(now_ns + FAREWELL_NS);
        let tokens: Vec<u64> = self.phones.keys().copied().collect();
        for token in tokens {
            let Some(phone) = self.phones.get_mut(&token) else {
                continue;
            };
            // A phone without a call has nothing to hang up.
            let _ = phone.hang_up(&mut self.world, now_ns);
            phone.deregister(&mut self.world, now_ns);
            self.set_timer(token);
        }
    }
}
