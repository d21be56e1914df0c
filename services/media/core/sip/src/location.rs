//! Where a user's phones are (RFC 3261, 10.3): bindings with an expiry and caps.

use std::collections::HashMap;

use crate::flow::Flow;

/// Phones of one user.
pub const BINDINGS_MAX: usize = 5;
/// Users with a phone.
pub const USERS_MAX: usize = 20_000;
/// Bytes of a contact address.
pub const CONTACT_BYTES_MAX: usize = 512;
/// Shortest and longest validity that is granted.
pub const EXPIRES_S_MIN: u64 = 30;
pub const EXPIRES_S_MAX: u64 = 3600;

/// One phone: the address it named, and the source of its registration, where requests are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub contact: String,
    pub flow: Flow,
    pub expires_ms: u64,
    call_id: String,
    cseq: u64,
}

/// What one REGISTER asks for.
#[derive(Debug, Clone)]
pub struct Registration<'a> {
    pub call_id: &'a str,
    pub cseq: u64,
    pub flow: Flow,
    pub change: Change<'a>,
}

/// The change of bindings that a REGISTER asks for.
#[derive(Debug, Clone)]
pub enum Change<'a> {
    /// None; the sender wants to know what is there.
    Query,
    /// `Contact: *` with `Expires: 0`.
    Clear,
    /// Each contact with its validity in seconds; 0 takes it away.
    Set(Vec<(&'a str, u64)>),
}

/// Why a REGISTER changes nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// 423 with `Min-Expires`.
    TooBrief,
    /// 403: too many phones, or an unusable address.
    TooMany,
    /// 400.
    BadContact,
    /// 500: an older request of the same phone (RFC 3261, 10.3, step 7).
    OutOfOrder,
}

/// All phones.
#[derive(Debug, Default)]
pub struct Location {
    users: HashMap<String, Vec<Binding>>,
    /// Users who have come to have a phone, or to have none, since it was asked last.
    changed: Vec<(String, bool)>,
}

impl Location {
    /// Carries out a REGISTER of that user; on refusal nothing has changed.
    pub fn register(
        &mut self,
        now_ms: u64,
        user: &str,
        asked: &Registration<'_>,
    ) -> Result<&[Binding], Refused> {
        if !self.users.contains_key(user) && self.users.len() >= USERS_MAX {
            return Err(Refused::TooMany);
        }
        let mut bindings = self.lookup(now_ms, user);
        let late =
            |binding: &Binding| binding.call_id == asked.call_id && asked.cseq <= binding.cseq;
        match &asked.change {
            Change::Query => {}
            Change::Clear if bindings.iter().any(late) => return Err(Refused::OutOfOrder),
            Change::Clear => bindings.clear(),
            Change::Set(contacts) => {
                for (contact, expires_s) in contacts {
                    if bindings
                        .iter()
                        .any(|known| known.contact == *contact && late(known))
                    {
                        return Err(Refused::OutOfOrder);
                    }
                    set(&mut bindings, now_ms, asked, contact, *expires_s)?;
                }
            }
        }
        if bindings.is_empty() {
            if self.users.remove(user).is_some() {
                self.changed.push((user.to_owned(), false));
            }
            return Ok(&[]);
        }
        if !self.users.contains_key(user) {
            self.changed.push((user.to_owned(), true));
        }
        let stored = self.users.entry(user.to_owned()).or_default();
        *stored = bindings;
        Ok(stored)
    }

    /// The phones of a user that are valid, the latest registered first.
    pub fn lookup(&self, now_ms: u64, user: &str) -> Vec<Binding> {
        let known = self.users.get(user).map_or(&[][..], Vec::as_slice);
        known
            .iter()
            .filter(|binding| binding.expires_ms > now_ms)
            .cloned()
            .collect()
    }

    /// Forgets what has run out.
    pub fn expire(&mut self, now_ms: u64) {
        self.users.retain(|user, bindings| {
            bindings.retain(|binding| binding.expires_ms > now_ms);
            kept(user, bindings, &mut self.changed)
        });
    }

    /// Forgets the phones that were reached by a connection that is gone; how many those were.
    pub fn lose(&mut self, flow: Flow) -> usize {
        let mut lost = 0;
        self.users.retain(|user, bindings| {
            let before = bindings.len();
            bindings.retain(|binding| binding.flow != flow);
            lost += before - bindings.len();
            kept(user, bindings, &mut self.changed)
        });
        lost
    }

    /// Whether a phone is reached so.
    pub fn is_way(&self, now_ms: u64, flow: Flow) -> bool {
        let mut all = self.users.values().flatten();
        all.any(|binding| binding.flow == flow && binding.expires_ms > now_ms)
    }

    /// Whether that user has a phone.
    pub fn knows(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }

    /// Who has a phone.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.users.keys().map(String::as_str)
    }

    /// Who has come to have a phone, or to have none, since this was asked last, in order.
    pub fn take_changed(&mut self) -> Vec<(String, bool)> {
        std::mem::take(&mut self.changed)
    }

    /// Users with a phone.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether no user has a phone.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }
}

/// Whether a user still has a phone; who has none any more is noted.
fn kept(user: &str, bindings: &[Binding], changed: &mut Vec<(String, bool)>) -> bool {
    if bindings.is_empty() {
        changed.push((user.to_owned(), false));
    }
    !bindings.is_empty()
}

fn set(
    bindings: &mut Vec<Binding>,
    now_ms: u64,
    asked: &Registration<'_>,
    contact: &str,
    expires_s: u64,
) -> Result<(), Refused> {
    let plain = contact.len() <= CONTACT_BYTES_MAX && !contact.contains(char::is_whitespace);
    if !plain || !contact.to_ascii_lowercase().starts_with("sip:") {
        return Err(Refused::BadContact);
    }
    bindings.retain(|known| known.contact != contact);
    if expires_s == 0 {
        return Ok(());
    }
    if expires_s < EXPIRES_S_MIN {
        return Err(Refused::TooBrief);
    }
    if bindings.len() >= BINDINGS_MAX {
        return Err(Refused::TooMany);
    }
    let binding = Binding {
        contact: contact.to_owned(),
        flow: asked.flow,
        expires_ms: now_ms + expires_s.min(EXPIRES_S_MAX) * 1000,
        call_id: asked.call_id.to_owned(),
        cseq: asked.cseq,
    };
    bindings.insert(0, binding);
    Ok(())
}
