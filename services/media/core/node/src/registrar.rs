//! What a REGISTER is answered: our own digest check, then the table of phones (RFC 3261, 10.3).

use sip::digest::{Outcome, Verifier};
use sip::flow::Flow;
use sip::location::{
    Binding, Change, Location, Refused, Registration, EXPIRES_S_MAX, EXPIRES_S_MIN,
};
use sip::message;
use sip::trunk::Phones;

/// Contacts that one REGISTER may name.
const CONTACTS_MAX: usize = 8;

/// A REGISTER as it was sent.
#[derive(Debug, Default, Clone)]
pub struct Asked {
    pub to: String,
    pub authorization: Option<String>,
    pub contacts: Vec<String>,
    pub expires: Option<String>,
    pub call_id: String,
    pub cseq: u64,
}

/// The answer: SIP status and headers.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub code: u16,
    pub headers: Vec<(&'static str, String)>,
}

/// Who may register, and who has.
#[derive(Debug)]
pub struct Registrar {
    pub verifier: Verifier,
    pub location: Location,
}

impl Registrar {
    /// Answers one REGISTER from that source. Instants are UTC milliseconds.
    pub fn register(&mut self, now_ms: u64, source: Flow, asked: &Asked) -> Answer {
        let Some(user) = message::address(&asked.to).and_then(message::user) else {
            return plain(400);
        };
        let outcome = asked
            .authorization
            .as_deref()
            .map_or(Outcome::Refused, |sent| {
                self.verifier.verify(now_ms, "REGISTER", sent)
            });
        match outcome {
            Outcome::Accepted(known) if known == user => self.change(now_ms, source, &user, asked),
            Outcome::Accepted(_) => plain(403),
            other => {
                let challenge = self
                    .verifier
                    .challenge(now_ms, &user, other == Outcome::Stale);
                Answer {
                    code: 401,
                    headers: vec![("WWW-Authenticate", challenge)],
                }
            }
        }
    }

    /// The phones of a user, the latest registered first.
    pub fn phones(&self, now_ms: u64, user: &str) -> Vec<Binding> {
        self.location.lookup(now_ms, user)
    }

    /// Who is registered at an instant.
    pub fn at(&self, now_ms: u64) -> At<'_> {
        At {
            location: &self.location,
            now_ms,
        }
    }

    fn change(&mut self, now_ms: u64, flow: Flow, user: &str, asked: &Asked) -> Answer {
        let Some(change) = change(asked) else {
            return plain(400);
        };
        let registration = Registration {
            call_id: &asked.call_id,
            cseq: asked.cseq,
            flow,
            change,
        };
        match self.location.register(now_ms, user, &registration) {
            Ok(bindings) => {
                let headers = bindings.iter().map(|binding| contact(now_ms, binding));
                Answer {
                    code: 200,
                    headers: headers.collect(),
                }
            }
            Err(Refused::TooBrief) => Answer {
                code: 423,
                headers: vec![("Min-Expires", EXPIRES_S_MIN.to_string())],
            },
            Err(Refused::TooMany) => plain(403),
            Err(Refused::BadContact) => plain(400),
            Err(Refused::OutOfOrder) => plain(500),
        }
    }
}

/// The registered phones at an instant.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    location: &'a Location,
    now_ms: u64,
}

impl Phones for At<'_> {
    fn is_way(&self, flow: Flow) -> bool {
        self.location.is_way(self.now_ms, flow)
    }

    fn is_at(&self, user: &str, flow: Flow) -> bool {
        let phones = self.location.lookup(self.now_ms, user);
        phones.iter().any(|phone| phone.flow == flow)
    }

    fn knows(&self, user: &str) -> bool {
        !self.location.lookup(self.now_ms, user).is_empty()
    }
}

fn plain(code: u16) -> Answer {
    Answer {
        code,
        headers: Vec::new(),
    }
}

fn contact(now_ms: u64, binding: &Binding) -> (&'static str, String) {
    let left_s = binding.expires_ms.saturating_sub(now_ms).div_ceil(1000);
    ("Contact", format!("<{}>;expires={left_s}", binding.contact))
}

/// What the contacts and validities ask for; none when they can't be read.
fn change(asked: &Asked) -> Option<Change<'_>> {
    let general = match &asked.expires {
        None => EXPIRES_S_MAX,
        Some(text) => message::whole(text)?,
    };
    let contacts: Vec<&str> = asked
        .contacts
        .iter()
        .flat_map(|value| message::split_outside(value, ','))
        .collect();
    match contacts[..] {
        [] => return Some(Change::Query),
        ["*"] => return (general == 0).then_some(Change::Clear),
        _ if contacts.len() > CONTACTS_MAX => return None,
        _ => {}
    }
    let mut set = Vec::new();
    for contact in contacts {
        let validity = match message::parameter(contact, "expires") {
            None => general,
            Some(text) => message::whole(text)?,
        };
        set.push((message::address(contact)?, validity));
    }
    Some(Change::Set(set))
}
