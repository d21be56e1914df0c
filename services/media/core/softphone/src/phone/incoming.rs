//! Calls that the phone gets.

use std::net::SocketAddr;

use super::call::{Call, Media, Ringing, Stage};
use super::{Phone, World, METHODS};
use crate::clock::MILLISECOND_NS;
use crate::command::Answering;
use crate::media::sound::Wanted;
use crate::wire::message::{address_of, parameter, uri_of, user_of, Message, Start};
use crate::wire::sdp::{self, Own};

impl Phone {
    pub fn invited(&mut self, world: &mut World, now_ns: u64, invite: &Message, from: SocketAddr) {
        if let Some(call) = &self.call {
            if invite.header("Call-ID") == Some(&call.id) {
                // The same INVITE once more, while we ring.
                return self.ring(invite, from);
            }
            let refusal = Message::response(invite, 486, &world.random.token());
            self.transactions.answer_invite(now_ns, &refusal, from);
            let busy = self
                .event("busy")
                .with("refused_call", invite.header("Call-ID"));
            world.ledger.write(busy);
            return;
        }
        self.call = Some(self.incoming_call(world, now_ns, invite, from));
        let caller = user_of(invite.header("From").unwrap_or_default()).to_owned();
        // A phone that plays a trunk is called for many users; the Request-URI tells for whom.
        let number = match &invite.start {
            Start::Request { uri, .. } => user_of(uri).to_owned(),
            Start::Response { .. } => String::new(),
        };
        let event = self
            .event("ringing")
            .with("from", caller)
            .with("to", number);
        world
            .ledger
            .write(event.with("ignored", self.setup.answer == Answering::Ignore));
        self.ring(invite, from);
        self.act_on_ringing(world, now_ns);
    }

    fn incoming_call(
        &self,
        world: &mut World,
        now_ns: u64,
        invite: &Message,
        from: SocketAddr,
    ) -> Call {
        let local_tag = world.random.token();
        let header = |name: &str| invite.header(name).unwrap_or_default();
        let target = uri_of(header("Contact"));
        // The caller may ask to be answered at once (Call-Info: ...;answer-after=0).
        let asked = invite
            .header("Call-Info")
            .and_then(|value| parameter(value, "answer-after"));
        let after_ms = asked
            .and_then(|seconds| seconds.parse::<u64>().ok())
            .map_or(self.setup.answer_after_ms, |seconds| {
                seconds.saturating_mul(1000)
            });
        let acts = matches!(self.setup.answer, Answering::Auto | Answering::Reject(_));
        let ringing = Ringing {
            invite: invite.clone(),
            from,
            act_ns: acts.then_some(now_ns + after_ms.min(600_000) * MILLISECOND_NS),
            ignoring: self.setup.answer == Answering::Ignore,
        };
        Call {
            id: header("Call-ID").into(),
            local: format!("{};tag={local_tag}", header("To")),
            remote: header("From").into(),
            local_tag,
            target: target.into(),
            destination: address_of(target).unwrap_or(from),
            cseq: 0,
            sound: self.setup.sound.clone(),
            contact_id: invite.header("X-Sasayaki-Contact-Id").map(str::to_owned),
            media: None,
            stage: Stage::Ringing(ringing),
        }
    }

    fn ring(&self, invite: &Message, from: SocketAddr) {
        let Some(Call {
            stage: Stage::Ringing(ringing),
            local_tag,
            ..
        }) = &self.call
        else {
            return;
        };
        if !ringing.ignoring {
            let response =
                Message::response(invite, 180, local_tag).with("Contact", self.contact());
            self.transactions.send(&response.to_bytes(), from);
        }
    }

    /// Answers or refuses by itself when it is time.
    pub fn act_on_ringing(&mut self, world: &mut World, now_ns: u64) {
        let Some(Call {
            stage: Stage::Ringing(ringing),
            ..
        }) = &self.call
        else {
            return;
        };
        if ringing.act_ns.is_none_or(|act_ns| act_ns > now_ns) {
            return;
        }
        let done = match self.setup.answer {
            Answering::Reject(code) => self.reject(world, now_ns, code),
            _ => self.answer(world, now_ns, None),
        };
        if let Err(message) = done {
            world
                .ledger
                .write(self.event("error").with("message", message));
        }
    }

    pub fn answer(
        &mut self,
        world: &mut World,
        now_ns: u64,
        sound: Option<Wanted>,
    ) -> Result<(), String> {
        let Some(Call {
            stage: Stage::Ringing(ringing),
            ..
        }) = &self.call
        else {
            return Err("the phone does not ring".into());
        };
        let (invite, from) = (ringing.invite.clone(), ringing.from);
        let offer = (!invite.body.is_empty())
            .then(|| sdp::parse(&invite.body))
            .transpose();
        let Ok(offer) = offer else {
            return self.reject(world, now_ns, 488);
        };
        let Some(call) = &mut self.call else {
            return Ok(());
        };
        if let Some(sound) = sound {
            call.sound = sound;
        }
        let (id, contact, sound) = (call.id.clone(), call.contact_id.clone(), call.sound.clone());
        let leg = match self.open_leg(world, &id, contact, &sound) {
            Ok(leg) => leg,
            Err(message) => {
                self.reject(world, now_ns, 500)?;
                return Err(message);
            }
        };
        let mut own = Own::new(leg.address, world.random.next());
        if let Some(offer) = &offer {
            own.events = offer.events.unwrap_or(own.events);
            own.direction = offer.direction.mirrored();
        }
        let Some(call) = &mut self.call else {
            return Ok(());
        };
        call.media = Some(Media { leg, own });
        call.stage = Stage::Answered {
            offered: offer.is_none(),
        };
        let response = Message::response(&invite, 200, &call.local_tag)
            .with("Contact", self.contact())
            .with("Allow", METHODS)
            .with_sdp(own.text());
        world.ledger.write(self.event("answered").with("code", 200));
        self.transactions.answer_invite(now_ns, &response, from);
        if let Some(offer) = offer {
            self.connect(world, &offer);
        }
        Ok(())
    }

    pub fn reject(&mut self, world: &mut World, now_ns: u64, code: u16) -> Result<(), String> {
        let Some(Call {
            stage: Stage::Ringing(ringing),
            local_tag,
            ..
        }) = &self.call
        else {
            return Err("the phone does not ring".into());
        };
        let response = Message::response(&ringing.invite, code, local_tag);
        self.transactions
            .answer_invite(now_ns, &response, ringing.from);
        world
            .ledger
            .write(self.event("refused").with("by", "us").with("code", code));
        self.drop_call(world);
        Ok(())
    }

    pub fn cancelled(
        &mut self,
        world: &mut World,
        now_ns: u64,
        request: &Message,
        from: SocketAddr,
    ) {
        let ours = self
            .call
            .as_ref()
            .filter(|call| request.header("Call-ID") == Some(&call.id));
        let Some(Call {
            stage: Stage::Ringing(ringing),
            local_tag,
            ..
        }) = ours
        else {
            // An answered call is not cancelled any more; an unknown one never was.
            let code = if ours.is_some() { 200 } else { 481 };
            return self.reply(world, request, code, from);
        };
        if !ringing.ignoring {
            let refusal = Message::response(&ringing.invite, 487, local_tag);
            self.transactions
                .reply(request, &Message::response(request, 200, local_tag), from);
            self.transactions.answer_invite(now_ns, &refusal, from);
        }
        let reason = request.header("Reason").unwrap_or("cancelled");
        world.ledger.write(
            self.event("hungup")
                .with("by", "peer")
                .with("reason", reason),
        );
        self.drop_call(world);
    }

    /// An ACK: of a refusal, of our 200, or of a re-INVITE's 200.
    pub fn acknowledged(&mut self, world: &mut World, ack: &Message) {
        if !self.transactions.acknowledged(ack) {
            return;
        }
        let Some(call) = &mut self.call else { return };
        let Stage::Answered { offered } = call.stage else {
            return;
        };
        if ack.header("Call-ID") != Some(&call.id) {
            return;
        }
        call.stage = Stage::Talking;
        if offered {
            match sdp::parse(&ack.body) {
                Ok(described) => self.connect(world, &described),
                Err(fault) => world
                    .ledger
                    .write(self.event("error").with("message", fault)),
            }
        }
        self.established(world);
    }

    /// Nobody acknowledged our final answer for 32 s (RFC 3261, 13.3.1.4).
    pub fn unacknowledged(&mut self, world: &mut World, now_ns: u64, call_id: &str) {
        let ours = self
            .call
            .as_ref()
            .is_some_and(|call| call.id == call_id && call.media.is_some());
        if ours {
            self.end(world, now_ns, "us", "no ACK");
        }
    }
}
