//! Legs whose phone is a browser: what they are told in its name, and what it does.

use sip::leg::{Heard, Say};
use sip::sdp;
use std::net::SocketAddr;

use super::Rung;
use crate::browsers::{BrowserOrder, ConnectionId, Line};
use crate::calls::orders::{Answer, WRONG_STATE};
use crate::calls::person::Person;
use crate::calls::{Act, Shared};
use crate::media::LegId;

/// What a phone says that refuses, and that stopped ringing because it was told to.
const REFUSED: u16 = 603;
const WITHDRAWN: u16 = 487;

impl Shared {
    /// Makes a user's browser ring as that leg; a supervisor's picks up by itself.
    pub(in crate::calls) fn browser_rings(
        &mut self,
        leg: LegId,
        person: &Person,
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
        if let Some(user) = self.browsers.people.get_mut(person) {
            user.leg = Some(leg);
        }
        let rung = Rung {
            person: person.clone(),
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
    pub(in crate::calls) fn say(&mut self, leg: LegId, say: Say) {
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
    pub(in crate::calls) fn pick_up(&mut self, leg: LegId) -> Answer {
        let rung = self.browsers.legs.get_mut(&leg).ok_or(WRONG_STATE)?;
        if let Some(description) = rung.description.take() {
            let accepted = Heard::Accepted(description.into_bytes());
            self.browsers.heard.push_back((leg, accepted));
        }
        Ok(())
    }

    /// Puts a browser down, or has it refuse to be rung.
    pub(in crate::calls) fn put_down(&mut self, leg: LegId) -> Answer {
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
        if let Some(user) = self.browsers.people.get_mut(&rung.person) {
            user.leg = user.leg.filter(|on| *on != leg);
        }
        self.browsers.tidy(&rung.person);
        self.acts.push(Act::Browser(BrowserOrder::Close { leg }));
    }
}
