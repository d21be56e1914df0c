//! What arrives: requests outside dialogs, and what dialogs report, in the terms of legs.

use rsipstack::dialog::dialog::{DialogState, TransactionHandle};
use rsipstack::dialog::DialogId;
use rsipstack::sip::{Header, Method, Request, StatusCode};
use rsipstack::transaction::key::TransactionRole;
use rsipstack::transaction::transaction::Transaction;

use sip::guard::ALLOWED;
use sip::info::{self, Info};
use sip::leg::{Heard, Say};
use sip::refer;

use super::sessions::agreeing;
use super::words::{accept, all, answer_handle, ended, header, key, reply_with, respond, source};
use super::{Arrived, Invite, Refer, Register, Stack};
use crate::media::LegId;
use crate::registrar::Asked;

impl Stack {
    /// A request that opens a transaction: inside a dialog it goes there, outside it is told or answered.
    pub(super) fn incoming(&mut self, mut transaction: Transaction) -> Option<Arrived> {
        let inside = DialogId::try_from(&transaction).is_ok_and(|id| !id.local_tag.is_empty());
        if inside {
            let dialog = self.dialogs.match_dialog(&transaction);
            tokio::spawn(async move {
                // What comes of it is told by the dialog's state.
                let _ = match dialog {
                    Some(mut dialog) => dialog.handle(&mut transaction).await,
                    None => {
                        transaction
                            .reply(StatusCode::CallTransactionDoesNotExist)
                            .await
                    }
                };
            });
            return None;
        }
        match transaction.original.method {
            Method::Invite => self.invited(transaction),
            Method::Register => Self::registering(transaction),
            // RFC 3515, 2.4.4, lets it be answered outside a dialog; here it could only be a stranger's.
            Method::Refer => {
                let stranger = source(&transaction);
                reply_with(transaction, 603, Vec::new());
                stranger.map(Arrived::ReferredOutside)
            }
            Method::Options => reply_with(transaction, 200, vec![accept()]),
            Method::Bye | Method::Info | Method::Update | Method::Notify | Method::PRack => {
                reply_with(transaction, 481, Vec::new())
            }
            _ => reply_with(transaction, 405, vec![Header::Allow(ALLOWED.into())]),
        }
    }

    fn invited(&mut self, transaction: Transaction) -> Option<Arrived> {
        let request = &transaction.original;
        let value = |name| header(request, name).unwrap_or_default();
        let now_ms = self.started.elapsed().as_millis() as u64;
        let tag = sip::message::parameter(value("From"), "tag").unwrap_or_default();
        let branch = sip::message::parameter(value("Via"), "branch").unwrap_or_default();
        if self
            .merged
            .seen(now_ms, value("Call-ID"), tag, value("CSeq"), branch)
        {
            self.metrics.invites_merged_total.rise();
            return reply_with(transaction, 482, Vec::new());
        }
        let described = header(request, "Content-Type").unwrap_or("application/sdp");
        let kind = described.split(';').next().unwrap_or_default().trim();
        if !request.body.is_empty() && !kind.eq_ignore_ascii_case("application/sdp") {
            return reply_with(transaction, 415, vec![accept()]);
        }
        let Some(source) = source(&transaction) else {
            return reply_with(transaction, 400, Vec::new());
        };
        let from = sip::message::address(value("From")).and_then(sip::message::user);
        let agreed = match self.timer_asked(request) {
            Ok(agreed) => agreed,
            Err((code, headers)) => return reply_with(transaction, code, headers),
        };
        let invite = Invite {
            agreed,
            source,
            dialled: sip::message::user(&request.uri.to_string()).unwrap_or_default(),
            from: from.unwrap_or_default(),
            sdp: request.body.clone(),
            transaction,
        };
        Some(Arrived::Invite(Box::new(invite)))
    }

    fn registering(transaction: Transaction) -> Option<Arrived> {
        let request = &transaction.original;
        let owned = |name| header(request, name).map(str::to_owned);
        let cseq =
            header(request, "CSeq").and_then(|value| value.split_whitespace().next()?.parse().ok());
        let asked = Asked {
            to: owned("To").unwrap_or_default(),
            authorization: owned("Authorization"),
            contacts: all(request, "Contact"),
            expires: owned("Expires"),
            call_id: owned("Call-ID").unwrap_or_default(),
            cseq: cseq.unwrap_or_default(),
        };
        let Some(source) = source(&transaction) else {
            return reply_with(transaction, 400, Vec::new());
        };
        Some(Arrived::Register(Box::new(Register {
            source,
            asked,
            transaction,
        })))
    }

    pub(super) fn state(&mut self, state: DialogState) -> Option<Arrived> {
        let leg = self.ids.get(&key(state.id())).copied();
        let heard = match state {
            DialogState::Early(_, response) if self.is_dialled(leg?) => {
                Heard::Progress(response.status_code.code())
            }
            DialogState::Confirmed(_, response) if self.is_dialled(leg?) => {
                // It comes again after every request in the dialog: the first is the answer.
                if self.acknowledged.insert(leg?, 0).is_none() {
                    self.session_answered(leg?, &response);
                }
                Heard::Accepted(response.body)
            }
            DialogState::Confirmed(..) => self.acknowledged(leg?)?,
            // RFC 3311: an UPDATE without a description changes none; it only asks whether we are there.
            DialogState::Updated(_, request, handle)
                if request.method == Method::Update && request.body.is_empty() =>
            {
                let Some(leg) = leg else {
                    return answer_handle(handle, 481);
                };
                return match self.timer_asked(&request) {
                    Ok(agreed) => {
                        self.session_asked(leg, agreed, &request);
                        respond(handle, 200, agreeing(agreed))
                    }
                    Err((code, headers)) => respond(handle, code, headers),
                };
            }
            DialogState::Updated(_, request, handle) => {
                if leg.is_none() {
                    return answer_handle(handle, 481);
                }
                let agreed = match self.timer_asked(&request) {
                    Ok(agreed) => agreed,
                    Err((code, headers)) => return respond(handle, code, headers),
                };
                self.session_asked(leg?, agreed, &request);
                self.last_reply += 1;
                let (reply, sdp) = (self.last_reply, request.body);
                self.replies.insert(reply, (handle, agreed));
                Heard::Reoffered { reply, sdp }
            }
            DialogState::Terminated(id, reason) => {
                if leg.is_none() {
                    self.dialogs.remove_dialog(&id);
                }
                let heard = ended(&reason, self.is_dialled(leg?));
                if self.is_question(leg?, &heard) {
                    return None;
                }
                heard
            }
            DialogState::Options(_, _, handle) => return respond(handle, 200, vec![accept()]),
            DialogState::Notify(_, _, handle) => return answer_handle(handle, 200),
            DialogState::Info(_, request, handle) => {
                let (code, key) = match info::read(header(&request, "Content-Type"), &request.body)
                {
                    Info::Empty => (200, None),
                    Info::Key(key) => (200, Some(key)),
                    Info::Unknown => {
                        return respond(handle, 415, vec![Header::Accept(info::ACCEPTED.into())])
                    }
                    Info::Malformed => (400, None),
                };
                answer_handle(handle, code);
                Heard::Key(key?)
            }
            DialogState::Refer(_, request, handle) => {
                return self.referred(leg, &request, handle);
            }
            DialogState::Message(_, _, handle) | DialogState::Publish(_, _, handle) => {
                return answer_handle(handle, 405)
            }
            DialogState::Early(..)
            | DialogState::Calling(_)
            | DialogState::Trying(_)
            | DialogState::WaitAck(..) => return None,
        };
        Some(Arrived::Heard(leg?, heard))
    }

    /// A phone's wish to transfer, which waits for [`Self::answer_refer`].
    fn referred(
        &mut self,
        leg: Option<LegId>,
        request: &Request,
        handle: TransactionHandle,
    ) -> Option<Arrived> {
        let Some(leg) = leg else {
            return answer_handle(handle, 481);
        };
        let own = self.contacts.hosts();
        let Some(wish) = refer::read(&all(request, "Refer-To"), &own) else {
            return answer_handle(handle, 400);
        };
        // Our tag is one of the two, depending on who called whom.
        let replaces = wish.replaces.as_ref().and_then(|other| {
            let of = |tag: &String| self.ids.get(&(other.call_id.clone(), tag.clone()));
            of(&other.to_tag).or_else(|| of(&other.from_tag)).copied()
        });
        self.last_reply += 1;
        self.replies.insert(self.last_reply, (handle, None));
        Some(Arrived::Referred(Box::new(Refer {
            leg,
            wish,
            replaces,
            reply: self.last_reply,
        })))
    }

    /// Answers a wish to transfer; one that is taken is told at once that it is under way.
    pub fn answer_refer(&mut self, refer: &Refer, code: u16) {
        self.reply(refer.reply, code, None);
        if code == 202 {
            self.say(refer.leg, Say::Notify(100));
        }
    }

    fn is_dialled(&self, leg: LegId) -> bool {
        self.legs
            .get(&leg)
            .is_some_and(|dialog| dialog.role() == TransactionRole::Client)
    }

    /// `Confirmed` comes again after every request in the dialog: an ACK counts once.
    fn acknowledged(&mut self, leg: LegId) -> Option<Heard> {
        let ack = self.legs.get(&leg)?.last_remote_ack()?;
        let cseq: u32 = header(&ack, "CSeq")?
            .split_whitespace()
            .next()?
            .parse()
            .ok()?;
        (self.acknowledged.insert(leg, cseq) != Some(cseq)).then_some(Heard::Acknowledged(ack.body))
    }
}
