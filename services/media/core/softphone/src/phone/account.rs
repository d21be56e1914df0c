//! The phone's registration (RFC 3261, 10) with our own answers to challenges.

use super::transactions::Purpose;
use super::{Phone, World};
use crate::clock::SECOND_NS;
use crate::wire::digest::{Account as Credentials, Challenge};
use crate::wire::message::{parameter, Message};

/// A failed registration is tried again.
const RETRY_NS: u64 = 5 * SECOND_NS;
/// A week: a server that grants more is asked again after it.
const EXPIRES_MAX_S: u64 = 604_800;

#[derive(Default)]
pub struct Account {
    call_id: String,
    from_tag: String,
    cseq: u32,
    challenge: Option<Challenge>,
    /// The request on its way answers a challenge: another one means that the secret is wrong.
    challenged: bool,
    registered: bool,
    refresh_ns: Option<u64>,
}

impl Account {
    pub fn due(&self, now_ns: u64) -> bool {
        self.refresh_ns.is_some_and(|refresh| refresh <= now_ns)
    }

    pub fn next_deadline(&self) -> Option<u64> {
        self.refresh_ns
    }
}

impl Phone {
    pub fn register(&mut self, world: &mut World, now_ns: u64) {
        self.account.refresh_ns = None;
        self.account.challenged = false;
        self.send_register(world, now_ns, Purpose::Register);
    }

    /// Takes the registration back, if there is one.
    pub fn deregister(&mut self, world: &mut World, now_ns: u64) {
        self.account.refresh_ns = None;
        if std::mem::take(&mut self.account.registered) {
            self.account.challenged = false;
            self.send_register(world, now_ns, Purpose::Deregister);
        }
    }

    fn send_register(&mut self, world: &mut World, now_ns: u64, purpose: Purpose) {
        let Some(server) = self.setup.server else {
            return;
        };
        if self.account.call_id.is_empty() {
            self.account.call_id = format!("{}@{}", world.random.token(), self.local.ip());
            self.account.from_tag = world.random.token();
        }
        self.account.cseq += 1;
        let uri = format!("sip:{server}");
        let who = format!("<sip:{}@{server}>", self.setup.user);
        let expires_s = if purpose == Purpose::Register {
            self.setup.expires_s
        } else {
            0
        };
        let mut message = self
            .request(world, "REGISTER", &uri)
            .with("From", format!("{who};tag={}", self.account.from_tag))
            .with("To", who)
            .with("Call-ID", self.account.call_id.clone())
            .with("CSeq", format!("{} REGISTER", self.account.cseq))
            .with("Contact", self.contact())
            .with("Expires", expires_s.to_string());
        let cnonce = world.random.token();
        if let (Some(challenge), Some(secret)) = (&mut self.account.challenge, &self.setup.secret) {
            let credentials = Credentials {
                user: &self.setup.user,
                secret,
            };
            message = message.with(
                "Authorization",
                challenge.answer(&credentials, "REGISTER", &uri, &cnonce),
            );
        }
        self.transactions.start(now_ns, purpose, message, server);
    }

    pub fn register_answered(&mut self, world: &mut World, now_ns: u64, response: &Message) {
        match response.code().unwrap_or_default() {
            100..200 => {}
            200..300 => self.registered(world, now_ns, response),
            401 if self.take_challenge(response) => {
                self.send_register(world, now_ns, Purpose::Register);
            }
            423 => {
                let least = response
                    .header("Min-Expires")
                    .and_then(|value| value.parse().ok());
                match least.filter(|least| *least > self.setup.expires_s) {
                    Some(least) => {
                        self.setup.expires_s = least;
                        self.send_register(world, now_ns, Purpose::Register);
                    }
                    None => self.register_failed(world, now_ns, 423),
                }
            }
            code => self.register_failed(world, now_ns, code),
        }
    }

    pub fn deregister_answered(&mut self, world: &mut World, response: &Message) {
        match response.code().unwrap_or_default() {
            100..200 => {}
            200..300 => world.ledger.write(self.event("deregistered")),
            401 if self.take_challenge(response) => {
                let now_ns = crate::clock::mono_ns();
                self.send_register(world, now_ns, Purpose::Deregister);
            }
            code => world
                .ledger
                .write(self.event("deregister_failed").with("code", code)),
        }
    }

    /// True when there is a challenge that we can answer and did not answer in vain just now.
    fn take_challenge(&mut self, response: &Message) -> bool {
        let chosen = Challenge::choose(response.all("WWW-Authenticate"), self.setup.accepted);
        let fresh = chosen
            .as_ref()
            .is_some_and(|chosen| chosen.stale || !self.account.challenged);
        let answerable = fresh && self.setup.secret.is_some();
        self.account.challenge = chosen.filter(|_| answerable);
        self.account.challenged = answerable;
        answerable
    }

    fn registered(&mut self, world: &mut World, now_ns: u64, response: &Message) {
        let contacts = response.all("Contact").flat_map(|value| value.split(','));
        let own = contacts
            .into_iter()
            .find(|contact| contact.contains(&self.local.to_string()));
        let granted = own
            .and_then(|contact| parameter(contact, "expires"))
            .or_else(|| response.header("Expires"))
            .and_then(|value| value.parse().ok())
            .unwrap_or(self.setup.expires_s)
            .clamp(1, EXPIRES_MAX_S);
        // Nine tenths: the refresh and its challenge arrive in time.
        self.account.refresh_ns = Some(now_ns + granted * SECOND_NS / 10 * 9);
        self.account.challenged = false;
        let again = std::mem::replace(&mut self.account.registered, true);
        let event = self
            .event("registered")
            .with("expires_s", granted)
            .with("again", again);
        world.ledger.write(event);
    }

    pub fn register_failed(&mut self, world: &mut World, now_ns: u64, code: u16) {
        self.account.registered = false;
        self.account.challenge = None;
        // Wrong credentials stay wrong; a server that is away comes back.
        self.account.refresh_ns = matches!(code, 408 | 500..=599).then_some(now_ns + RETRY_NS);
        world
            .ledger
            .write(self.event("register_failed").with("code", code));
    }
}
