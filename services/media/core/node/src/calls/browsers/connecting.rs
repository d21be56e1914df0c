//! Browsers' connections: asked for, answered, proved, lost and ended.

use super::{Coming, Phone, CONNECTING_MS, CONNECTIONS_MAX, LOST_MS};
use crate::browsers::{BadOffer, BrowserOrder, ConnectionId, Told, OFFER_BYTES_MAX};
use crate::calls::orders::{Answer, BAD_ORDER, ID_BYTES_MAX, NO_PORT, OVERLOADED};
use crate::calls::person::Person;
use crate::calls::{Act, Shared};
use crate::media::NoPort;
use crate::wire;
use sip::leg::Heard;

const BAD_OFFER: &str = "BAD_OFFER";
const NO_CODEC: &str = "NO_CODEC";

impl Shared {
    /// Begins to set a browser's connection up; the order is answered when the browser's answer is there.
    pub(in crate::calls) fn connect_browser(
        &mut self,
        now_ms: u64,
        order_id: &str,
        asked: &wire::ConnectBrowser,
    ) -> Answer {
        let person = Person::new(&asked.tenant_id, &asked.user_id)?;
        if asked.connection_id.is_empty() || asked.connection_id.len() > ID_BYTES_MAX {
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
        let user = self.browsers.people.entry(person.clone()).or_default();
        let before = user.coming.replace(Coming {
            connection,
            name: asked.connection_id.clone(),
            order_id: Some(order_id.to_owned()),
        });
        if let Some(before) = before {
            self.give_up(before);
        }
        let until = now_ms + CONNECTING_MS;
        self.browsers.deadlines.note(connection, until);
        let people = &mut self.browsers.by_connection;
        people.insert(connection, person.clone());
        self.acts.push(Act::Browser(BrowserOrder::Connect {
            connection,
            port,
            offer: asked.sdp_offer.clone(),
        }));
        self.tell_browser(&person);
        Ok(())
    }

    /// Ends a connection; one whose place another has taken is over already.
    pub(in crate::calls) fn disconnect_browser(
        &mut self,
        asked: &wire::DisconnectBrowser,
    ) -> Answer {
        if asked.connection_id.is_empty() {
            return Err(BAD_ORDER);
        }
        let is = |name: &str| name == asked.connection_id;
        let mut people = self.browsers.people.iter_mut();
        let found = people.find(|(_, user)| {
            let phone = user.phone.as_ref().is_some_and(|phone| is(&phone.name));
            phone || user.coming.as_ref().is_some_and(|coming| is(&coming.name))
        });
        let Some((person, user)) = found else {
            return Ok(());
        };
        let person = person.clone();
        if let Some(coming) = user.coming.take_if(|coming| is(&coming.name)) {
            self.give_up(coming);
        } else if let Some(phone) = user.phone.take() {
            let heard = user.leg.map(|leg| (leg, Heard::Bye));
            self.browsers.heard.extend(heard);
            self.drop_connection(phone.connection);
        }
        self.tell_browser(&person);
        Ok(())
    }

    pub(super) fn browser_told(&mut self, now_ms: u64, told: Told) {
        let (Told::Answered { connection, .. }
        | Told::Connected(connection)
        | Told::Lost(connection)
        | Told::Back(connection)) = told;
        let Some(person) = self.browsers.by_connection.get(&connection).cloned() else {
            return;
        };
        match told {
            Told::Answered { answer, .. } => self.browser_answered(&person, connection, answer),
            Told::Connected(_) => self.browser_connected(&person, connection),
            Told::Lost(_) => self.browser_lost(now_ms, &person, connection),
            Told::Back(_) => {
                if let Some(phone) = self.browser_phone(&person, connection) {
                    phone.lost = false;
                    self.browsers.deadlines.forget(connection);
                }
            }
        }
        self.tell_browser(&person);
    }

    fn browser_phone(&mut self, person: &Person, connection: ConnectionId) -> Option<&mut Phone> {
        let phone = self.browsers.people.get_mut(person)?.phone.as_mut()?;
        (phone.connection == connection).then_some(phone)
    }

    fn browser_answered(
        &mut self,
        person: &Person,
        connection: ConnectionId,
        answer: Result<String, BadOffer>,
    ) {
        let Some(user) = self.browsers.people.get_mut(person) else {
            return;
        };
        let coming = user
            .coming
            .take_if(|coming| coming.connection == connection);
        let Some(mut coming) = coming else { return };
        let order_id = coming.order_id.take();
        let (error, answer) = match answer {
            Ok(answer) => {
                self.metrics.browser_connects_total.rise();
                user.coming = Some(coming);
                ("", answer)
            }
            Err(bad) => {
                self.give_up(coming);
                let error = match bad {
                    BadOffer::NoCodec => NO_CODEC,
                    BadOffer::Unusable(_) => BAD_OFFER,
                };
                (error, String::new())
            }
        };
        if let Some(order_id) = order_id {
            self.browser_applied(order_id, error, answer);
        }
    }

    fn browser_connected(&mut self, person: &Person, connection: ConnectionId) {
        let Some(user) = self.browsers.people.get_mut(person) else {
            return;
        };
        let coming = user
            .coming
            .take_if(|coming| coming.connection == connection);
        let Some(coming) = coming else { return };
        self.browsers.deadlines.forget(connection);
        let before = user.phone.replace(Phone {
            connection,
            name: coming.name,
            lost: false,
        });
        if let Some(leg) = user.leg {
            let turn = BrowserOrder::Turn { leg, connection };
            self.acts.push(Act::Browser(turn));
        }
        if let Some(before) = before {
            self.drop_connection(before.connection);
        }
    }

    fn browser_lost(&mut self, now_ms: u64, person: &Person, connection: ConnectionId) {
        if let Some(phone) = self.browser_phone(person, connection) {
            if !std::mem::replace(&mut phone.lost, true) {
                let until = now_ms + LOST_MS;
                self.browsers.deadlines.note(connection, until);
            }
            return;
        }
        let user = self.browsers.people.get_mut(person);
        let is = |coming: &mut Coming| coming.connection == connection;
        if let Some(coming) = user.and_then(|user| user.coming.take_if(is)) {
            self.give_up(coming);
        }
    }

    pub(super) fn browsers_due(&mut self, now_ms: u64) {
        while let Some(connection) = self.browsers.deadlines.take(now_ms) {
            let Some(person) = self.browsers.by_connection.get(&connection).cloned() else {
                continue;
            };
            let Some(user) = self.browsers.people.get_mut(&person) else {
                continue;
            };
            let coming = user
                .coming
                .take_if(|coming| coming.connection == connection);
            if let Some(coming) = coming {
                self.give_up(coming);
            } else if let Some(phone) = user.phone.take_if(|phone| phone.connection == connection) {
                let heard = user.leg.map(|leg| (leg, Heard::Broke));
                self.browsers.heard.extend(heard);
                self.drop_connection(phone.connection);
            }
            self.tell_browser(&person);
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
        self.browsers.deadlines.forget(connection);
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

    fn tell_browser(&mut self, person: &Person) {
        let state = self.browsers.state(person);
        self.acts.push(Act::Told(state));
        self.browsers.tidy(person);
    }
}
