//! One telephone: its account, its signalling socket and at most one call.

mod account;
mod call;
mod incoming;
mod outgoing;
mod session;
mod transactions;
mod world;

use std::io;
use std::net::{SocketAddr, UdpSocket};

use serde_json::Value;

use crate::command::{Command, Setup};
use crate::ledger::Event;
use crate::media::engine::Leg;
use crate::media::sound::Wanted;
use crate::wire::message::{Message, Start};
use account::Account;
use call::{Call, Media, Stage};
use transactions::{Expired, Purpose, Transactions};
pub use world::{Owner, World};

const AGENT: &str = "sasayaki-softphone";
const METHODS: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY";

pub struct Phone {
    name: String,
    setup: Setup,
    local: SocketAddr,
    account: Account,
    transactions: Transactions,
    call: Option<Call>,
    /// Legs opened: numbers the recordings.
    legs_opened: u32,
}

impl Phone {
    pub fn new(name: String, setup: Setup) -> io::Result<Self> {
        let socket = UdpSocket::bind((setup.address, setup.port))?;
        socket.set_nonblocking(true)?;
        let local = socket.local_addr()?;
        let (account, transactions) = (Account::default(), Transactions::new(socket));
        Ok(Self {
            name,
            setup,
            local,
            account,
            transactions,
            call: None,
            legs_opened: 0,
        })
    }

    pub fn socket(&self) -> &UdpSocket {
        self.transactions.socket()
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Nothing of it is open.
    pub fn idle(&self) -> bool {
        self.call.is_none() && self.transactions.idle()
    }

    pub fn has_call(&self) -> bool {
        self.call.is_some()
    }

    /// Does what a command says; the error names why it cannot.
    pub fn obey(&mut self, world: &mut World, now_ns: u64, command: Command) -> Result<(), String> {
        match command {
            Command::Register if self.setup.server.is_none() => {
                Err("the phone has no server".into())
            }
            Command::Register => {
                self.register(world, now_ns);
                Ok(())
            }
            Command::Deregister => {
                self.deregister(world, now_ns);
                Ok(())
            }
            Command::Call { to, from, sound } => {
                self.dial(world, now_ns, &to, from.as_deref(), sound)
            }
            Command::Answer { sound } => self.answer(world, now_ns, sound),
            Command::Reject { code } => self.reject(world, now_ns, code),
            Command::Hangup => self.hang_up(world, now_ns),
            Command::Hold { held } => self.hold(world, now_ns, held),
            Command::Sound(sound) => self.play(world, sound),
            Command::Keys(presses) => {
                world.engine.keys(&self.media()?.leg, presses);
                Ok(())
            }
            Command::Foreign {
                sound,
                frames,
                address,
                mimic,
            } => {
                let sound = world.sounds.prepare(&sound)?;
                let ip = address.unwrap_or(self.setup.address);
                let sent = world
                    .engine
                    .foreign(&self.media()?.leg, ip, sound, frames, mimic);
                sent.map_err(|error| format!("no socket for foreign packets: {error}"))
            }
            _ => Err("not a command for a phone".into()),
        }
    }

    fn play(&mut self, world: &mut World, wanted: Wanted) -> Result<(), String> {
        let sound = world.sounds.prepare(&wanted)?;
        match self.call.as_mut() {
            None => self.setup.sound = wanted,
            Some(call) => {
                call.sound = wanted;
                if let Some(media) = &call.media {
                    world.engine.sound(&media.leg, sound);
                }
            }
        }
        Ok(())
    }

    fn media(&self) -> Result<&Media, String> {
        let call = self.call.as_ref().ok_or("the phone has no call")?;
        call.media
            .as_ref()
            .ok_or_else(|| "the call has no sound yet".into())
    }

    /// A datagram on the signalling socket.
    pub fn hear(&mut self, world: &mut World, now_ns: u64, datagram: &[u8], from: SocketAddr) {
        if datagram.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        match Message::parse(datagram) {
            Ok(message) if matches!(message.start, Start::Request { .. }) => {
                self.requested(world, now_ns, &message, from);
            }
            Ok(message) => self.responded(world, now_ns, &message),
            Err(fault) => {
                let event = self
                    .event("error")
                    .with("message", fault)
                    .with("from", from.to_string());
                world.ledger.write(event);
            }
        }
    }

    fn requested(&mut self, world: &mut World, now_ns: u64, request: &Message, from: SocketAddr) {
        let method = request.method().unwrap_or_default();
        if method == "ACK" {
            return self.acknowledged(world, request);
        }
        if self.transactions.repeated(request, from) {
            return;
        }
        let ours = self
            .call
            .as_ref()
            .is_some_and(|call| request.header("Call-ID") == Some(&call.id));
        match (method, request.to_tag()) {
            ("INVITE", None) => self.invited(world, now_ns, request, from),
            ("CANCEL", _) => self.cancelled(world, now_ns, request, from),
            ("OPTIONS", None) => self.reply(world, request, 200, from),
            (_, None) => self.reply(world, request, 405, from),
            (_, Some(_)) if !ours => self.unknown_call(world, now_ns, request, from),
            ("INVITE" | "UPDATE", _) => self.reoffered(world, now_ns, request, from),
            ("BYE", _) => self.peer_hung_up(world, request, from),
            ("OPTIONS" | "INFO" | "NOTIFY", _) => self.reply(world, request, 200, from),
            _ => self.reply(world, request, 405, from),
        }
    }

    fn responded(&mut self, world: &mut World, now_ns: u64, response: &Message) {
        let Some((purpose, request)) = self.transactions.response(response) else {
            self.transactions.acknowledged_before(response);
            return;
        };
        match purpose {
            Purpose::Register => self.register_answered(world, now_ns, response),
            Purpose::Deregister => self.deregister_answered(world, response),
            Purpose::Invite => self.invite_answered(world, now_ns, &request, response),
            Purpose::Reinvite => self.reinvite_answered(world, &request, response),
            Purpose::Bye | Purpose::Cancel => {}
        }
    }

    /// Does what is due.
    pub fn act(&mut self, world: &mut World, now_ns: u64) {
        for expired in self.transactions.expire(now_ns) {
            match expired {
                Expired::Request(Purpose::Register, _) => self.register_failed(world, now_ns, 408),
                Expired::Request(Purpose::Invite, _) => self.refused(world, 408, "us"),
                Expired::Request(..) => {}
                Expired::Unacknowledged(call) => self.unacknowledged(world, now_ns, &call),
            }
        }
        if self.account.due(now_ns) {
            self.register(world, now_ns);
        }
        self.act_on_ringing(world, now_ns);
    }

    pub fn next_deadline(&self) -> Option<u64> {
        let ringing = self.call.as_ref().and_then(|call| match &call.stage {
            Stage::Ringing(ringing) => ringing.act_ns,
            _ => None,
        });
        [
            self.transactions.next_deadline(),
            self.account.next_deadline(),
            ringing,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// An event of this phone, of its call if there is one.
    fn event(&self, name: &str) -> Event {
        let event = Event::new(name);
        match &self.call {
            Some(call) => self.owner(call).name(event),
            None => event.with("phone", self.name.as_str()),
        }
    }

    fn owner(&self, call: &Call) -> Owner {
        Owner {
            phone: self.name.clone(),
            call: call.id.clone(),
            contact_id: call.contact_id.clone(),
        }
    }

    fn reply(&mut self, world: &mut World, request: &Message, code: u16, to: SocketAddr) {
        let response =
            Message::response(request, code, &world.random.token()).with("Allow", METHODS);
        self.transactions
            .reply(request, &response.with("User-Agent", AGENT), to);
    }

    fn contact(&self) -> String {
        format!("<sip:{}@{}>", self.setup.user, self.local)
    }

    /// The headers that every request of ours begins with.
    fn request(&self, world: &mut World, method: &str, uri: &str) -> Message {
        let branch = world.random.token();
        Message::request(method, uri)
            .with(
                "Via",
                format!("SIP/2.0/UDP {};rport;branch=z9hG4bK{branch}", self.local),
            )
            .with("Max-Forwards", "70")
            .with("User-Agent", AGENT)
    }

    /// Opens a leg for the call and registers whose it is.
    fn open_leg(
        &mut self,
        world: &mut World,
        call: &str,
        contact: Option<String>,
        sound: &Wanted,
    ) -> Result<Leg, String> {
        let sound = world.sounds.prepare(sound)?;
        self.legs_opened += 1;
        let opened = world.engine.open(
            &self.name,
            self.legs_opened,
            self.setup.address,
            self.setup.record,
            sound,
        );
        let leg = opened.map_err(|error| format!("no leg: {error}"))?;
        let owner = Owner {
            phone: self.name.clone(),
            call: call.into(),
            contact_id: contact,
        };
        world.legs.insert(leg.id, owner);
        Ok(leg)
    }

    /// The answer of `id`'s command.
    pub fn done(&self, verb: &str, id: Value) -> Event {
        self.event("done").with("do", verb).with("id", id)
    }
}
