//! A call that stands: sound, hold, and its end.

use std::net::SocketAddr;

use super::call::{Call, Stage};
use super::transactions::Purpose;
use super::{Phone, World};
use crate::media::voice::Peer;
use crate::wire::message::Message;
use crate::wire::sdp::{self, Described, Direction};

impl Phone {
    /// Sends and expects sound as the peer described it.
    pub fn connect(&mut self, world: &mut World, described: &Described) {
        let Some(media) = self.call.as_ref().and_then(|call| call.media.as_ref()) else {
            return;
        };
        let ours_sends = matches!(
            media.own.direction,
            Direction::SendReceive | Direction::SendOnly
        );
        let sending = described.direction.receives() && ours_sends;
        let peer = Peer {
            address: described.address,
            events: described.events,
            sending,
        };
        world.engine.peer(&media.leg, peer);
    }

    pub fn established(&mut self, world: &mut World) {
        let Some(media) = self.call.as_ref().and_then(|call| call.media.as_ref()) else {
            return;
        };
        let files = media.leg.recorded.as_ref();
        let event = self
            .event("established")
            .with("rtp", media.leg.address.to_string())
            .with_some(
                "rx",
                files.map(|files| files.received.display().to_string()),
            )
            .with_some("tx", files.map(|files| files.sent.display().to_string()));
        world.ledger.write(event);
    }

    /// The ACK of a 2xx is a request of its own in the dialog (RFC 3261, 13.2.2.4).
    pub fn acknowledge(&mut self, world: &mut World, response: &Message) {
        let Some(call) = &self.call else { return };
        let number = response.cseq().map_or(0, |(number, _)| number);
        let ack = self.in_dialog(world, call, "ACK", number);
        let destination = call.destination;
        self.transactions.acknowledge(response, &ack, destination);
    }

    fn in_dialog(&self, world: &mut World, call: &Call, method: &str, cseq: u32) -> Message {
        self.request(world, method, &call.target)
            .with("From", call.local.clone())
            .with("To", call.remote.clone())
            .with("Call-ID", call.id.clone())
            .with("CSeq", format!("{cseq} {method}"))
    }

    /// Ends the call in whatever stage it is.
    pub fn hang_up(&mut self, world: &mut World, now_ns: u64) -> Result<(), String> {
        match self.call.as_ref().map(|call| &call.stage) {
            None => Err("the phone has no call".into()),
            Some(Stage::Calling(_)) => {
                self.cancel(now_ns);
                Ok(())
            }
            Some(Stage::Ringing(_)) => self.reject(world, now_ns, 486),
            Some(Stage::Answered { .. } | Stage::Talking) => {
                self.end(world, now_ns, "us", "hung up");
                Ok(())
            }
        }
    }

    /// Sends a BYE and forgets the call.
    pub fn end(&mut self, world: &mut World, now_ns: u64, by: &str, reason: &str) {
        let Some(call) = &mut self.call else { return };
        call.cseq += 1;
        let destination = call.destination;
        world
            .ledger
            .write(self.event("hungup").with("by", by).with("reason", reason));
        let Some(call) = &self.call else { return };
        let bye = self.in_dialog(world, call, "BYE", call.cseq);
        self.transactions
            .start(now_ns, Purpose::Bye, bye, destination);
        self.drop_call(world);
    }

    pub fn peer_hung_up(&mut self, world: &mut World, request: &Message, from: SocketAddr) {
        let reason = request.header("Reason").unwrap_or("hung up").to_owned();
        self.reply(world, request, 200, from);
        world.ledger.write(
            self.event("hungup")
                .with("by", "peer")
                .with("reason", reason),
        );
        self.drop_call(world);
    }

    /// Forgets the call without a word to the peer, who does not answer.
    pub fn abandon(&mut self, world: &mut World) {
        if self.call.is_some() {
            let event = self.event("hungup").with("by", "us");
            world
                .ledger
                .write(event.with("reason", "peer does not answer"));
            self.drop_call(world);
        }
    }

    /// Forgets the call; its leg's summary follows by itself.
    pub fn drop_call(&mut self, world: &mut World) {
        if let Some(media) = self.call.take().and_then(|call| call.media) {
            world.engine.close(&media.leg);
        }
    }

    pub fn unknown_call(
        &mut self,
        world: &mut World,
        now_ns: u64,
        request: &Message,
        from: SocketAddr,
    ) {
        if request.method() == Some("INVITE") {
            let refusal = Message::response(request, 481, &world.random.token());
            self.transactions.answer_invite(now_ns, &refusal, from);
        } else {
            self.reply(world, request, 481, from);
        }
    }

    /// A re-INVITE or UPDATE: their new offer, or the wish for ours.
    pub fn reoffered(
        &mut self,
        world: &mut World,
        now_ns: u64,
        request: &Message,
        from: SocketAddr,
    ) {
        let offer = (!request.body.is_empty())
            .then(|| sdp::parse(&request.body))
            .transpose();
        let media = self.call.as_mut().and_then(|call| call.media.as_mut());
        let (Some(media), Ok(offer)) = (media, offer) else {
            let refusal = Message::response(request, 488, &world.random.token());
            return self.transactions.answer_invite(now_ns, &refusal, from);
        };
        media.own.version += 1;
        media.own.direction = offer
            .as_ref()
            .map_or(Direction::SendReceive, |offer| offer.direction.mirrored());
        let direction = media.own.direction.name();
        let text = media.own.text();
        let response = Message::response(request, 200, "")
            .with("Contact", self.contact())
            .with_sdp(text);
        if request.method() == Some("UPDATE") {
            self.transactions.reply(request, &response, from);
        } else {
            self.transactions.answer_invite(now_ns, &response, from);
        }
        if let Some(offer) = offer {
            self.connect(world, &offer);
        }
        world
            .ledger
            .write(self.event("reoffered").with("direction", direction));
    }

    /// Puts the peer on hold, or takes it back.
    pub fn hold(&mut self, world: &mut World, now_ns: u64, held: bool) -> Result<(), String> {
        let contact = self.contact();
        let Some(call) = self
            .call
            .as_mut()
            .filter(|call| matches!(call.stage, Stage::Talking))
        else {
            return Err("the phone does not talk".into());
        };
        let Some(media) = &mut call.media else {
            return Ok(());
        };
        media.own.version += 1;
        media.own.direction = if held {
            Direction::SendOnly
        } else {
            Direction::SendReceive
        };
        let text = media.own.text();
        call.cseq += 1;
        let (cseq, destination) = (call.cseq, call.destination);
        let Some(call) = &self.call else {
            return Ok(());
        };
        let offer = self
            .in_dialog(world, call, "INVITE", cseq)
            .with("Contact", contact)
            .with_sdp(text);
        self.transactions
            .start(now_ns, Purpose::Reinvite, offer, destination);
        Ok(())
    }

    pub fn reinvite_answered(&mut self, world: &mut World, request: &Message, response: &Message) {
        let code = response.code().unwrap_or_default();
        let ours = self
            .call
            .as_ref()
            .is_some_and(|call| response.header("Call-ID") == Some(&call.id));
        if code < 200 || !ours {
            return;
        }
        if code >= 300 {
            if let Some(call) = &self.call {
                let ack = request.ack_of_refusal(response);
                self.transactions.send(&ack.to_bytes(), call.destination);
            }
            world
                .ledger
                .write(self.event("reoffer_refused").with("code", code));
            return;
        }
        self.acknowledge(world, response);
        match sdp::parse(&response.body) {
            Ok(described) => {
                self.connect(world, &described);
                let event = self
                    .event("reoffer_accepted")
                    .with("direction", described.direction.name());
                world.ledger.write(event);
            }
            Err(fault) => world
                .ledger
                .write(self.event("error").with("message", fault)),
        }
    }
}
