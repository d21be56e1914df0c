//! What a REGISTER is answered: our own digest check, then the table of phones (RFC 3261, 10.3).

use sip::digest::{Outcome, Verifier};
use sip::flow::Flow;
use sip::location::{
    Binding, Change, Location, Refused, Registration, EXPIRES_S_MAX, EXPIRES_S_MIN,
};
use sip::message;
use sip::names::Names;
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
    pub names: Names,
}

/// Somebody who has come to have a phone, or to have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phoned {
    pub user_id: String,
    /// Empty where nobody has to name it.
    pub tenant_id: String,
    pub registered: bool,
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

    /// The phones of a tenant's user, those that name the tenant and then the latest registered first.
    pub fn phones(&self, now_ms: u64, tenant_id: &str, user_id: &str) -> Vec<Binding> {
        let names = self.names.of(tenant_id, user_id).into_iter();
        names
            .flat_map(|name| self.location.lookup(now_ms, &name))
            .collect()
    }

    /// Whoever has a phone.
    pub fn phoned(&self) -> Vec<Phoned> {
        let names = self.location.users();
        names.map(|name| self.told(name)).collect()
    }

    /// Whoever has come to have a phone, or to have none, since this was asked last, in order.
    pub fn take_phoned(&mut self) -> Vec<Phoned> {
        let changed = self.location.take_changed();
        changed.iter().map(|(name, _)| self.told(name)).collect()
    }

    /// Whoever has that name has a phone while one is registered under any name of theirs.
    fn told(&self, name: &str) -> Phoned {
        let (user_id, tenant_id) = self.names.whose(name);
        let whose = |other: &str| self.names.whose(other) == (user_id, tenant_id);
        let names = self.names.of(tenant_id, user_id);
        Phoned {
            user_id: user_id.to_owned(),
            tenant_id: tenant_id.to_owned(),
            registered: names
                .iter()
                .any(|name| whose(name) && self.location.knows(name)),
        }
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
