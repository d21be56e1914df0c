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

use sip::leg::{Heard, Say};
use sip::sdp;

use super::orders::{Answer, BAD_ORDER, ID_BYTES_MAX, NO_PORT, OVERLOADED, WRONG_STATE};
use super::{Act, Calls, Shared};
use crate::browsers::{BrowserOrder, ConnectionId, Line, Told, OFFER_BYTES_MAX};
use crate::media::{LegId, NoPort};
use crate::wire::{self, BrowserState};

pub(super) const BAD_OFFER: &str = "BAD_OFFER";
/// Connections in all, those that are being set up included.
pub const CONNECTIONS_MAX: usize = 2_000;
/// How long the legs of a lost browser wait for a new connection.
pub const LOST_MS: u64 = 15_000;
/// How long a browser may take to prove its address and agree on keys.
pub const CONNECTING_MS: u64 = 15_000;
/// What a phone says that is busy, that refuses, and that stopped ringing because it was told to.
pub(super) const BUSY: u16 = 486;
const REFUSED: u16 = 603;
const WITHDRAWN: u16 = 487;

/// All browsers.
#[derive(Debug, Default)]
pub struct Browsers {
    users: HashMap<String, User>,
    by_connection: HashMap<ConnectionId, String>,
    legs: HashMap<LegId, Rung>,
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
    /// Until when its leg waits for another one, since it is lost.
    lost_until: Option<u64>,
}

#[derive(Debug)]
struct Coming {
    connection: ConnectionId,
    name: String,
    until: u64,
    /// The order that waits for the answer.
    order_id: Option<String>,
}

/// A leg whose phone is a browser.
#[derive(Debug)]
struct Rung {
    user_id: String,
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
    pub fn free(&self, user_id: &str) -> Result<ConnectionId, Unrung> {
        let user = self.users.get(user_id).ok_or(Unrung::None)?;
        let phone = user
            .phone
            .as_ref()
            .filter(|phone| phone.lost_until.is_none());
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
        let each = |user: &User| {
            let lost = user.phone.as_ref().and_then(|phone| phone.lost_until);
            let coming = user.coming.as_ref().map(|coming| coming.until);
            lost.into_iter().chain(coming)
        };
        self.users.values().flat_map(each).min()
    }

    /// How many are connected.
    pub fn count(&self) -> usize {
        let connected = self.users.values().filter_map(|user| user.phone.as_ref());
        connected.filter(|phone| phone.lost_until.is_none()).count()
    }

    fn state(&self, user_id: &str) -> wire::Browser {
        let user = self.users.get(user_id);
        let phone = user.and_then(|user| user.phone.as_ref());
        let coming = user.and_then(|user| user.coming.as_ref());
        let (name, state) = match (phone, coming) {
            (Some(phone), None) if phone.lost_until.is_some() => (&*phone.name, BrowserState::Lost),
            (Some(phone), None) => (&*phone.name, BrowserState::Connected),
            (_, Some(coming)) => (&*coming.name, BrowserState::Connecting),
            (None, None) => ("", BrowserState::None),
        };
        wire::Browser {
            user_id: user_id.to_owned(),
            connection_id: name.to_owned(),
            state: state.into(),
        }
    }

    /// Forgets a user about whom nothing is left to know.
    fn tidy(&mut self, user_id: &str) {
        let empty =
            |user: &User| user.phone.is_none() && user.coming.is_none() && user.leg.is_none();
        if self.users.get(user_id).is_some_and(empty) {
            self.users.remove(user_id);
        }
    }
}

impl Calls {
    /// Browsers' connections as they are, for a Python side that has just connected.
    pub fn browsers_now(&self) -> Vec<wire::Browser> {
        let browsers = &self.shared.browsers;
        browsers
            .users
            .keys()
            .map(|user| browsers.state(user))
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

impl Shared {
    /// Begins to set a browser's connection up; the order is answered when the browser's answer is there.
    pub(super) fn connect_browser(
        &mut self,
        now_ms: u64,
        order_id: &str,
        asked: &wire::ConnectBrowser,
    ) -> Answer {
        let named = |id: &str| !id.is_empty() && id.len() <= ID_BYTES_MAX;
        if !named(&asked.user_id) || !named(&asked.connection_id) {
            return Err(BAD_ORDER);
        }
        if asked.sdp_offer.is_empty() || asked.sdp_offer.len() > OFFER_BYTES_MAX {
            return Err(BAD_OFFER);
        }
        if self.browsers.by_connection.len() >= CONNECTIONS_MAX {
            return Err(OVERLOADED);
        }
        let port = (self.limits.browser_lease)().map_err(|NoPort| NO_PORT)?;
        let connection = ConnectionId(self.next_id());
        let user = self
            .browsers
            .users
            .entry(asked.user_id.clone())
            .or_default();
        let before = user.coming.replace(Coming {
            connection,
            name: asked.connection_id.clone(),
            until: now_ms + CONNECTING_MS,
            order_id: Some(order_id.to_owned()),
        });
        if let Some(before) = before {
            self.give_up(before);
        }
        let users = &mut self.browsers.by_connection;
        users.insert(connection, asked.user_id.clone());
        self.acts.push(Act::Browser(BrowserOrder::Connect {
            connection,
            port,
            offer: asked.sdp_offer.clone(),
        }));
        self.tell_browser(&asked.user_id);
        Ok(())
    }

    /// Ends a connection; one whose place another has taken is over already.
    pub(super) fn disconnect_browser(&mut self, asked: &wire::DisconnectBrowser) -> Answer {
        if asked.connection_id.is_empty() {
            return Err(BAD_ORDER);
        }
        let is = |name: &str| name == asked.connection_id;
        let mut users = self.browsers.users.iter_mut();
        let found = users.find(|(_, user)| {
            let phone = user.phone.as_ref().is_some_and(|phone| is(&phone.name));
            phone || user.coming.as_ref().is_some_and(|coming| is(&coming.name))
        });
        let Some((user_id, user)) = found else {
            return Ok(());
        };
        let user_id = user_id.clone();
        if let Some(coming) = user.coming.take_if(|coming| is(&coming.name)) {
            self.give_up(coming);
        } else if let Some(phone) = user.phone.take() {
            let heard = user.leg.map(|leg| (leg, Heard::Bye));
            self.browsers.heard.extend(heard);
            self.drop_connection(phone.connection);
        }
        self.tell_browser(&user_id);
        Ok(())
    }

    /// Makes a user's browser ring as that leg; a supervisor's picks up by itself.
    pub(super) fn browser_rings(
        &mut self,
        leg: LegId,
        user_id: &str,
        connection: ConnectionId,
        line: Line,
        answers_itself: bool,
    ) -> std::io::Result<()> {
        let (talk, whisper) = (line.talk.local_addr()?, line.whisper.local_addr()?);
        let SocketAddr::V4(address) = talk else {
            return Err(std::io::ErrorKind::AddrNotAvailable.into());
        };
        let local = sdp::Local {
            address,
            session: leg.0,
            version: 1,
        };
        let codec = match line.codec {
            crate::media::Codec::Pcmu => sdp::Codec::Pcmu,
            crate::media::Codec::Pcma => sdp::Codec::Pcma,
        };
        let description = sdp::offer(local, codec, sdp::Direction::SendRecv);
        if let Some(user) = self.browsers.users.get_mut(user_id) {
            user.leg = Some(leg);
        }
        let rung = Rung {
            user_id: user_id.to_owned(),
            description: Some(description),
            whisper,
        };
        self.browsers.legs.insert(leg, rung);
        self.acts.push(Act::Browser(BrowserOrder::Open {
            leg,
            connection,
            line,
        }));
        self.browsers.heard.push_back((leg, Heard::Progress(180)));
        if answers_itself {
            return self.pick_up(leg).map_err(std::io::Error::other);
        }
        Ok(())
    }

    /// A leg's dialog says something to its phone.
    pub(super) fn say(&mut self, leg: LegId, say: Say) {
        if !self.browsers.has(leg) {
            return self.acts.push(Act::Say { leg, say });
        }
        match say {
            Say::Abandon => self
                .browsers
                .heard
                .push_back((leg, Heard::Refused(WITHDRAWN))),
            Say::Bye => self.browsers.heard.push_back((leg, Heard::Bye)),
            Say::Forget => self.forget_leg(leg),
            // A browser's leg is told by events what becomes of it, and nobody rings us by one.
            _ => {}
        }
    }

    /// Picks a ringing browser up; one that was picked up stays so.
    pub(super) fn pick_up(&mut self, leg: LegId) -> Answer {
        let rung = self.browsers.legs.get_mut(&leg).ok_or(WRONG_STATE)?;
        if let Some(description) = rung.description.take() {
            let accepted = Heard::Accepted(description.into_bytes());
            self.browsers.heard.push_back((leg, accepted));
        }
        Ok(())
    }

    /// Puts a browser down, or has it refuse to be rung.
    pub(super) fn put_down(&mut self, leg: LegId) -> Answer {
        let rung = self.browsers.legs.get(&leg).ok_or(WRONG_STATE)?;
        let heard = match rung.description {
            Some(_) => Heard::Refused(REFUSED),
            None => Heard::Bye,
        };
        self.browsers.heard.push_back((leg, heard));
        Ok(())
    }

    fn forget_leg(&mut self, leg: LegId) {
        let Some(rung) = self.browsers.legs.remove(&leg) else {
            return;
        };
        if let Some(user) = self.browsers.users.get_mut(&rung.user_id) {
            user.leg = user.leg.filter(|on| *on != leg);
        }
        self.browsers.tidy(&rung.user_id);
        self.acts.push(Act::Browser(BrowserOrder::Close { leg }));
    }

    fn browser_told(&mut self, now_ms: u64, told: Told) {
        let (Told::Answered { connection, .. }
        | Told::Connected(connection)
        | Told::Lost(connection)
        | Told::Back(connection)) = told;
        let Some(user_id) = self.browsers.by_connection.get(&connection).cloned() else {
            return;
        };
        match told {
            Told::Answered { answer, .. } => self.browser_answered(&user_id, connection, answer),
            Told::Connected(_) => self.browser_connected(&user_id, connection),
            Told::Lost(_) => self.browser_lost(now_ms, &user_id, connection),
            Told::Back(_) => {
                if let Some(phone) = self.browser_phone(&user_id, connection) {
                    phone.lost_until = None;
                }
            }
        }
        self.tell_browser(&user_id);
    }

    fn browser_phone(&mut self, user_id: &str, connection: ConnectionId) -> Option<&mut Phone> {
        let phone = self.browsers.users.get_mut(user_id)?.phone.as_mut()?;
        (phone.connection == connection).then_some(phone)
    }

    fn browser_answered(
        &mut self,
        user_id: &str,
        connection: ConnectionId,
        answer: Option<String>,
    ) {
        let Some(user) = self.browsers.users.get_mut(user_id) else {
            return;
        };
        let coming = user
            .coming
            .take_if(|coming| coming.connection == connection);
        let Some(mut coming) = coming else { return };
        let order_id = coming.order_id.take();
        let error = if answer.is_some() {
            self.metrics.browser_connects_total.rise();
            user.coming = Some(coming);
            ""
        } else {
            self.give_up(coming);
            BAD_OFFER
        };
        if let Some(order_id) = order_id {
            self.browser_applied(order_id, error, answer.unwrap_or_default());
        }
    }

    fn browser_connected(&mut self, user_id: &str, connection: ConnectionId) {
        let Some(user) = self.browsers.users.get_mut(user_id) else {
            return;
        };
        let coming = user
            .coming
            .take_if(|coming| coming.connection == connection);
        let Some(coming) = coming else { return };
        let before = user.phone.replace(Phone {
            connection,
            name: coming.name,
            lost_until: None,
        });
        if let Some(leg) = user.leg {
            let turn = BrowserOrder::Turn { leg, connection };
            self.acts.push(Act::Browser(turn));
        }
        if let Some(before) = before {
            self.drop_connection(before.connection);
        }
    }

    fn browser_lost(&mut self, now_ms: u64, user_id: &str, connection: ConnectionId) {
        if let Some(phone) = self.browser_phone(user_id, connection) {
            phone.lost_until.get_or_insert(now_ms + LOST_MS);
            return;
        }
        let user = self.browsers.users.get_mut(user_id);
        let is = |coming: &mut Coming| coming.connection == connection;
        if let Some(coming) = user.and_then(|user| user.coming.take_if(is)) {
            self.give_up(coming);
        }
    }

    fn browsers_due(&mut self, now_ms: u64) {
        let is_due = |user: &User| {
            let lost = user.phone.as_ref().and_then(|phone| phone.lost_until);
            let coming = user.coming.as_ref().map(|coming| coming.until);
            lost.is_some_and(|at| at <= now_ms) || coming.is_some_and(|at| at <= now_ms)
        };
        let due = self.browsers.users.iter().filter(|(_, user)| is_due(user));
        let due: Vec<String> = due.map(|(user_id, _)| user_id.clone()).collect();
        for user_id in due {
            let Some(user) = self.browsers.users.get_mut(&user_id) else {
                continue;
            };
            if let Some(coming) = user.coming.take_if(|coming| coming.until <= now_ms) {
                self.give_up(coming);
            } else if let Some(phone) = user.phone.take() {
                let heard = user.leg.map(|leg| (leg, Heard::Broke));
                self.browsers.heard.extend(heard);
                self.drop_connection(phone.connection);
            }
            self.tell_browser(&user_id);
        }
    }

    /// A connection that was to come does not.
    fn give_up(&mut self, coming: Coming) {
        if let Some(order_id) = coming.order_id {
            self.browser_applied(order_id, OVERLOADED, String::new());
        }
        self.drop_connection(coming.connection);
    }

    fn drop_connection(&mut self, connection: ConnectionId) {
        self.browsers.by_connection.remove(&connection);
        self.acts
            .push(Act::Browser(BrowserOrder::Drop { connection }));
    }

    fn browser_applied(&mut self, order_id: String, error: &'static str, sdp_answer: String) {
        if !error.is_empty() {
            self.metrics.browser_offers_refused_total.rise();
            self.metrics.orders_refused_total.rise();
        }
        self.acts.push(Act::Applied {
            order_id,
            error,
            sdp_answer,
        });
    }

    fn tell_browser(&mut self, user_id: &str) {
        let state = self.browsers.state(user_id);
        self.acts.push(Act::Told(state));
        self.browsers.tidy(user_id);
    }
}
