//! Users' browsers as phones: whose is connected, which leg it is, and what it answers to what a leg says to it.
//!
//! ```text
//! none ─offer→ connecting ─ICE, DTLS→ connected ⇄ lost ─15 s→ none
//! ```
//!
//! To its leg's dialog a browser is a phone like any other: what a SIP phone would say comes from here. A later
//! connection of the same user takes the leg over once it is connected; before, the earlier one goes on.
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use sip::leg::Heard;

use deadlines::Deadlines;

use super::person::Person;
use super::Calls;
use crate::browsers::{ConnectionId, Told};
use crate::media::LegId;
use crate::wire::{self, BrowserState};

mod connecting;
mod deadlines;
mod legs;

pub const CONNECTIONS_MAX: usize = 2_000;
/// How long the legs of a lost browser wait for a new connection.
pub const LOST_MS: u64 = 15_000;
/// How long a browser may take to prove its address and agree on keys.
pub const CONNECTING_MS: u64 = 15_000;
/// What a phone says that is busy, that refuses, and that stopped ringing because it was told to.
pub(super) const BUSY: u16 = 486;

/// All browsers.
#[derive(Debug, Default)]
pub struct Browsers {
    people: HashMap<Person, User>,
    by_connection: HashMap<ConnectionId, Person>,
    legs: HashMap<LegId, Rung>,
    /// Of connections that are on their way or lost.
    deadlines: Deadlines<ConnectionId>,
    /// What browsers' legs are told, until it is their turn.
    heard: VecDeque<(LegId, Heard)>,
}

#[derive(Debug, Default)]
struct User {
    /// The connection that is the phone.
    phone: Option<Phone>,
    /// The one that is to take its place.
    coming: Option<Coming>,
    leg: Option<LegId>,
}

#[derive(Debug)]
struct Phone {
    connection: ConnectionId,
    name: String,
    /// Its leg waits for another one, for a while.
    lost: bool,
}

#[derive(Debug)]
struct Coming {
    connection: ConnectionId,
    name: String,
    /// The order that waits for the answer.
    order_id: Option<String>,
}

/// A leg whose phone is a browser.
#[derive(Debug)]
struct Rung {
    person: Person,
    /// Its side of the agreement, until it is picked up.
    description: Option<String>,
    whisper: SocketAddr,
}

/// Why a user's browser does not ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrung {
    /// The user has no browser that is connected.
    None,
    /// It is a leg already.
    Busy,
}

impl Browsers {
    /// The connection that a call for this user rings.
    pub fn free(&self, person: &Person) -> Result<ConnectionId, Unrung> {
        let user = self.people.get(person).ok_or(Unrung::None)?;
        let phone = user.phone.as_ref().filter(|phone| !phone.lost);
        let phone = phone.ok_or(Unrung::None)?;
        if user.leg.is_some() {
            return Err(Unrung::Busy);
        }
        Ok(phone.connection)
    }

    /// Where a leg's browser takes what is whispered; none for another phone.
    pub fn whisper_of(&self, leg: LegId) -> Option<SocketAddr> {
        self.legs.get(&leg).map(|rung| rung.whisper)
    }

    /// Whether the leg's phone is a browser.
    pub fn has(&self, leg: LegId) -> bool {
        self.legs.contains_key(&leg)
    }

    /// When time itself does something.
    pub fn deadline(&self) -> Option<u64> {
        if !self.heard.is_empty() {
            return Some(0);
        }
        self.deadlines.next()
    }

    /// How many are connected.
    pub fn count(&self) -> usize {
        let connected = self.people.values().filter_map(|user| user.phone.as_ref());
        connected.filter(|phone| !phone.lost).count()
    }

    fn state(&self, person: &Person) -> wire::Browser {
        let user = self.people.get(person);
        let phone = user.and_then(|user| user.phone.as_ref());
        let coming = user.and_then(|user| user.coming.as_ref());
        let (name, state) = match (phone, coming) {
            (Some(phone), None) if phone.lost => (&*phone.name, BrowserState::Lost),
            (Some(phone), None) => (&*phone.name, BrowserState::Connected),
            (_, Some(coming)) => (&*coming.name, BrowserState::Connecting),
            (None, None) => ("", BrowserState::None),
        };
        wire::Browser {
            tenant_id: person.tenant_id.clone(),
            user_id: person.user_id.clone(),
            connection_id: name.to_owned(),
            state: state.into(),
        }
    }

    /// Forgets a user about whom nothing is left to know.
    fn tidy(&mut self, person: &Person) {
        let empty =
            |user: &User| user.phone.is_none() && user.coming.is_none() && user.leg.is_none();
        if self.people.get(person).is_some_and(empty) {
            self.people.remove(person);
        }
    }
}

impl Calls {
    /// Browsers' connections as they are, for a Python side that has just connected.
    pub fn browsers_now(&self) -> Vec<wire::Browser> {
        let browsers = &self.shared.browsers;
        browsers
            .people
            .keys()
            .map(|person| browsers.state(person))
            .collect()
    }

    /// Users whose browser is connected.
    pub fn browsers_connected(&self) -> usize {
        self.shared.browsers.count()
    }

    /// What a connection came to.
    pub fn browser_told(&mut self, now_ms: u64, told: Told) {
        self.shared.browser_told(now_ms, told);
    }

    /// Lets browsers answer what their legs said, and time do what is due to them.
    pub(super) fn browsers_due(&mut self, now_ms: u64) {
        self.shared.browsers_due(now_ms);
        while let Some((leg, heard)) = self.shared.browsers.heard.pop_front() {
            self.heard(now_ms, leg, heard);
        }
    }
}
