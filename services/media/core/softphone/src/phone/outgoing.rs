//! Calls that the phone makes.

use std::net::SocketAddr;

use super::call::{Call, Calling, Media, Stage};
use super::transactions::Purpose;
use super::{Phone, World, METHODS};
use crate::command::Target;
use crate::media::sound::Wanted;
use crate::wire::digest::{Account as Credentials, Challenge};
use crate::wire::message::{address_of, uri_of, Message};
use crate::wire::sdp::{self, Own};

impl Phone {
    pub fn dial(
        &mut self,
        world: &mut World,
        now_ns: u64,
        to: &Target,
        from: Option<&str>,
        sound: Option<Wanted>,
    ) -> Result<(), String> {
        if self.call.is_some() {
            return Err("the phone has a call already".into());
        }
        let (uri, destination) = self.destination(to)?;
        let sound = sound.unwrap_or_else(|| self.setup.sound.clone());
        let id = format!("{}@{}", world.random.token(), self.local.ip());
        let leg = self.open_leg(world, &id, None, &sound)?;
        let own = Own::new(leg.address, world.random.next());
        let home = self
            .setup
            .server
            .map_or_else(|| self.local.to_string(), |server| server.to_string());
        let local_tag = world.random.token();
        let local = format!(
            "<sip:{}@{home}>;tag={local_tag}",
            from.unwrap_or(&self.setup.user)
        );
        let remote = format!("<{uri}>");
        let invite = self
            .request(world, "INVITE", &uri)
            .with("From", local.clone())
            .with("To", remote.clone())
            .with("Call-ID", id.clone())
            .with("CSeq", "1 INVITE")
            .with("Contact", self.contact())
            .with("Allow", METHODS)
            .with_sdp(own.text());
        let calling = Calling {
            invite: invite.clone(),
            progress: 0,
            cancelled: false,
            challenged: false,
        };
        self.call = Some(Call {
            id,
            local,
            remote,
            local_tag,
            target: uri.clone(),
            destination,
            cseq: 1,
            sound,
            contact_id: None,
            media: Some(Media { leg, own }),
            stage: Stage::Calling(calling),
        });
        // First the ledger, then the wire: an answer cannot be written before its question.
        world.ledger.write(self.event("calling").with("to", uri));
        self.transactions
            .start(now_ns, Purpose::Invite, invite, destination);
        Ok(())
    }

    fn destination(&self, to: &Target) -> Result<(String, SocketAddr), String> {
        match to {
            Target::Uri(uri) => {
                let address = address_of(uri)
                    .ok_or_else(|| format!("{uri:?} names no IP address to send to"))?;
                Ok((uri.clone(), address))
            }
            Target::User(user) => {
                let server = self.setup.server.ok_or("the phone has no server")?;
                Ok((format!("sip:{user}@{server}"), server))
            }
        }
    }

    pub fn invite_answered(
        &mut self,
        world: &mut World,
        now_ns: u64,
        request: &Message,
        response: &Message,
    ) {
        let code = response.code().unwrap_or_default();
        let known = self
            .call
            .as_ref()
            .is_some_and(|call| response.header("Call-ID") == Some(&call.id));
        if !known {
            return;
        }
        self.learn(world, response);
        match code {
            100..200 => self.progressed(world, now_ns, code),
            200..300 => self.accepted(world, now_ns, response),
            _ => {
                let ack = request.ack_of_refusal(response);
                if let Some(call) = &self.call {
                    self.transactions.send(&ack.to_bytes(), call.destination);
                }
                if !self.authenticate(world, now_ns, code, response) {
                    self.refused(world, code, "peer");
                }
            }
        }
    }

    /// Takes the contact's id and the peer's tag and address from an answer.
    fn learn(&mut self, world: &mut World, response: &Message) {
        let Some(call) = &mut self.call else { return };
        if let Some(contact) = response.header("X-Sasayaki-Contact-Id") {
            call.contact_id = Some(contact.into());
        }
        let code = response.code().unwrap_or_default();
        if (101..300).contains(&code) {
            call.remote = response.header("To").unwrap_or(&call.remote).into();
            if let Some(contact) = response.header("Contact") {
                call.target = uri_of(contact).into();
                call.destination = address_of(&call.target).unwrap_or(call.destination);
            }
        }
        let owner = call
            .media
            .as_ref()
            .and_then(|media| world.legs.get_mut(&media.leg.id));
        if let Some(owner) = owner {
            owner.contact_id.clone_from(&call.contact_id);
        }
    }

    fn progressed(&mut self, world: &mut World, now_ns: u64, code: u16) {
        let Some(Call {
            stage: Stage::Calling(calling),
            ..
        }) = &mut self.call
        else {
            return;
        };
        let first = calling.progress == 0;
        let changed = std::mem::replace(&mut calling.progress, code) != code;
        let cancelled = calling.cancelled;
        if changed {
            world
                .ledger
                .write(self.event("progress").with("code", code));
        }
        if first && cancelled {
            self.send_cancel(now_ns);
        }
    }

    fn accepted(&mut self, world: &mut World, now_ns: u64, response: &Message) {
        let cancelled = matches!(&self.call, Some(Call { stage: Stage::Calling(calling), .. }) if calling.cancelled);
        self.acknowledge(world, response);
        let described = sdp::parse(&response.body);
        if let Some(call) = &mut self.call {
            call.stage = Stage::Talking;
        }
        if cancelled {
            // The answer crossed our CANCEL (RFC 3261, 9.1).
            return self.end(world, now_ns, "us", "cancelled");
        }
        world
            .ledger
            .write(self.event("answered").with("code", response.code()));
        match described {
            Ok(described) => {
                self.connect(world, &described);
                self.established(world);
            }
            Err(fault) => {
                world
                    .ledger
                    .write(self.event("error").with("message", fault));
                self.end(world, now_ns, "us", fault);
            }
        }
    }

    /// Sends the INVITE again with credentials, once; false when it cannot.
    fn authenticate(
        &mut self,
        world: &mut World,
        now_ns: u64,
        code: u16,
        response: &Message,
    ) -> bool {
        let (asked, answered) = match code {
            401 => ("WWW-Authenticate", "Authorization"),
            407 => ("Proxy-Authenticate", "Proxy-Authorization"),
            _ => return false,
        };
        let challenge = Challenge::choose(response.all(asked), self.setup.accepted);
        let (Some(mut challenge), Some(secret)) = (challenge, self.setup.secret.clone()) else {
            return false;
        };
        let (branch, cnonce) = (world.random.token(), world.random.token());
        let Some(call) = &mut self.call else {
            return false;
        };
        let Stage::Calling(calling) = &mut call.stage else {
            return false;
        };
        if calling.challenged || calling.cancelled {
            return false;
        }
        calling.challenged = true;
        call.cseq += 1;
        let credentials = Credentials {
            user: &self.setup.user,
            secret: &secret,
        };
        let value = challenge.answer(&credentials, "INVITE", &call.target, &cnonce);
        calling.invite.set(answered, value);
        calling.invite.set("CSeq", format!("{} INVITE", call.cseq));
        calling.invite.set(
            "Via",
            format!("SIP/2.0/UDP {};rport;branch=z9hG4bK{branch}", self.local),
        );
        let (invite, destination) = (calling.invite.clone(), call.destination);
        self.transactions
            .start(now_ns, Purpose::Invite, invite, destination);
        true
    }

    /// The call did not come about.
    pub fn refused(&mut self, world: &mut World, code: u16, by: &str) {
        let cancelled = matches!(&self.call, Some(Call { stage: Stage::Calling(calling), .. }) if calling.cancelled);
        let event = if cancelled {
            self.event("hungup")
                .with("by", "us")
                .with("reason", "cancelled")
                .with("code", code)
        } else {
            self.event("refused").with("by", by).with("code", code)
        };
        world.ledger.write(event);
        self.drop_call(world);
    }

    /// Gives up a call that has no final answer: at once, or after the first provisional answer (RFC 3261, 9.1).
    pub fn cancel(&mut self, now_ns: u64) {
        let Some(Call {
            stage: Stage::Calling(calling),
            ..
        }) = &mut self.call
        else {
            return;
        };
        calling.cancelled = true;
        if calling.progress > 0 {
            self.send_cancel(now_ns);
        }
    }

    fn send_cancel(&mut self, now_ns: u64) {
        let Some(call) = &self.call else { return };
        let Stage::Calling(calling) = &call.stage else {
            return;
        };
        let cancel = calling.invite.twin("CANCEL");
        self.transactions.limit_invite(now_ns);
        self.transactions
            .start(now_ns, Purpose::Cancel, cancel, call.destination);
    }
}
