//! INVITEs of ours: to phones by the way of their registration, and to trunks, which may ask who calls.

use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::{Header, Response, StatusCode, Transport, Uri};
use rsipstack::transport::tcp::TcpConnection;
use rsipstack::transport::SipAddr;

use sip::flow::{self, Flow};
use sip::leg::Heard;
use sip::login;
use sip::trunk::{Login, Trunk};

use super::words::invite_headers;
use super::Stack;
use crate::calls::{Target, To};
use crate::media::LegId;

/// What a task that calls somebody has to say.
pub enum Told {
    Heard(LegId, Heard),
    /// The connection to a trunk is open.
    Connected(LegId, Box<TcpConnection>),
    /// How a refresh of ours was answered, if it was.
    Refreshed(LegId, Option<Box<Response>>),
    /// A trunk wants to know who calls.
    Challenged(LegId, Box<Response>),
}

/// An INVITE to a trunk that may have to be sent again with our name.
pub struct Attempt {
    caller: Uri,
    callee: Uri,
    flow: Flow,
    sdp: String,
    headers: Vec<Header>,
    /// Taken when it is used: a trunk that does not believe us the first time is not asked twice.
    login: Option<Login>,
    call_id: Option<String>,
}

impl Stack {
    /// Rings a phone.
    pub fn invite(&mut self, leg: LegId, sdp: String, target: &Target) {
        match &target.to {
            To::Phone(phone) => {
                let flow = phone.flow;
                // A phone is called over the connection that it opened, and there is no other way to it.
                if flow.transport == flow::Transport::Tcp && !self.streams.has(flow.address) {
                    return self.tell(leg, Heard::Refused(503));
                }
                let Ok(callee) = Uri::try_from(phone.contact.as_str()) else {
                    return self.fail(leg);
                };
                let contact = self.contacts.of(Some(flow));
                self.send(
                    leg,
                    &Attempt {
                        caller: self.contacts.of(Some(Flow::udp(flow.address))),
                        callee,
                        flow,
                        sdp,
                        headers: invite_headers(target, &contact),
                        login: None,
                        call_id: None,
                    },
                );
            }
            To::Outside(outside) => {
                let trunk = &outside.trunk;
                let Some(flow) = trunk.outbound else {
                    return self.fail(leg);
                };
                if self.calls_of(&trunk.name) >= trunk.calls_max {
                    self.metrics.trunk_calls_refused_total.rise();
                    return self.tell(leg, Heard::Refused(503));
                }
                // Our number is what the called person sees.
                let host = self.contacts.host(flow);
                let own = format!("sip:{}@{host}", outside.from_number);
                let theirs = format!("sip:{}@{}", outside.number, flow.address);
                let shown = Uri::try_from(own.as_str());
                let (Ok(shown), Ok(called)) = (shown, Uri::try_from(theirs.as_str())) else {
                    return self.fail(leg);
                };
                let mut headers = invite_headers(target, &self.contacts.of(Some(flow)));
                headers.push(Header::Other(
                    "P-Asserted-Identity".to_owned(),
                    format!("<{own}>"),
                ));
                self.trunk_legs.insert(leg, trunk.name.clone());
                let attempt = Attempt {
                    caller: shown,
                    callee: called,
                    flow,
                    sdp,
                    headers,
                    login: trunk.login.clone(),
                    call_id: None,
                };
                self.call_trunk(leg, attempt);
            }
        }
    }

    /// Calls of that trunk, of both directions.
    pub fn calls_of(&self, trunk: &str) -> usize {
        self.trunk_legs
            .values()
            .filter(|name| *name == trunk)
            .count()
    }

    /// Whether a caller may come by that trunk: none of its places is left otherwise.
    pub fn has_room(&self, trunk: &Trunk) -> bool {
        let room = self.calls_of(&trunk.name) < trunk.calls_max;
        if !room {
            self.metrics.trunk_calls_refused_total.rise();
        }
        room
    }

    /// Goes on with what a task has found out.
    pub fn told(&mut self, told: Told) -> Option<(LegId, Heard)> {
        match told {
            Told::Heard(leg, heard) => {
                self.attempts.remove(&leg);
                return Some((leg, heard));
            }
            Told::Connected(leg, connection) => {
                let layer = &self.endpoint.inner.transport_layer;
                layer.add_connection((*connection).into());
                if let Some(attempt) = self.attempts.remove(&leg) {
                    self.call_trunk(leg, attempt);
                }
            }
            Told::Challenged(leg, response) => self.challenged(leg, &response),
            Told::Refreshed(leg, answer) => self.refreshed(leg, answer),
        }
        None
    }

    /// Whether a refusal with that status is a question that is going to be answered.
    pub fn is_question(&self, leg: LegId, heard: &Heard) -> bool {
        matches!(heard, Heard::Refused(401 | 407))
            && self
                .attempts
                .get(&leg)
                .is_some_and(|attempt| attempt.login.is_some())
    }

    fn call_trunk(&mut self, leg: LegId, mut attempt: Attempt) {
        let Flow { transport, address } = attempt.flow;
        if transport == flow::Transport::Tcp && !self.streams.has(address) {
            let (streams, told) = (self.streams.clone(), self.failures_to.clone());
            tokio::spawn(async move {
                let told_of = match streams.connect(address).await {
                    Ok(connection) => Told::Connected(leg, Box::new(connection)),
                    Err(_) => Told::Heard(leg, Heard::Refused(503)),
                };
                // The receiver is the stack: without it nobody wants to know.
                let _ = told.send(told_of);
            });
        } else {
            let call_id = self.send(leg, &attempt);
            attempt.call_id = attempt.call_id.or(call_id);
        }
        self.attempts.insert(leg, attempt);
    }

    /// Sends the INVITE; its Call-ID.
    fn send(&mut self, leg: LegId, attempt: &Attempt) -> Option<String> {
        self.described.insert(leg, attempt.sdp.clone());
        let transport = match attempt.flow.transport {
            flow::Transport::Udp => Transport::Udp,
            flow::Transport::Tcp => Transport::Tcp,
        };
        let option = InviteOption {
            caller: attempt.caller.clone(),
            callee: attempt.callee.clone(),
            destination: Some(SipAddr::new(transport, attempt.flow.address.into())),
            contact: self.contacts.of(Some(attempt.flow)),
            offer: Some(attempt.sdp.clone().into_bytes()),
            headers: Some(attempt.headers.clone()),
            call_id: attempt.call_id.clone(),
            ..InviteOption::default()
        };
        match self.dialogs.do_invite_async(option, self.states_to.clone()) {
            Ok((dialog, result)) => {
                self.hold(leg, &dialog);
                let call_id = dialog.id().call_id;
                let told = self.failures_to.clone();
                tokio::spawn(async move {
                    // States tell the rest; only a request that could not be sent or read brings none.
                    let told_of = match result.await {
                        Ok(Ok((_, Some(response)))) if is_challenge(&response) => {
                            Told::Challenged(leg, Box::new(response))
                        }
                        Ok(Ok(_)) => return,
                        _ => Told::Heard(leg, Heard::Broke),
                    };
                    // The receiver is the stack: without it nobody wants to know.
                    let _ = told.send(told_of);
                });
                Some(call_id)
            }
            Err(error) => {
                tracing::warn!(%error, "invite_not_sent");
                self.fail(leg);
                None
            }
        }
    }

    fn challenged(&mut self, leg: LegId, response: &Response) {
        // Nobody waits for it any more, or it is a phone that asks: phones of ours learn no secrets.
        let Some(mut attempt) = self.attempts.remove(&leg) else {
            return;
        };
        let Some(login) = attempt.login.take() else {
            return;
        };
        let proxy = response.status_code == StatusCode::ProxyAuthenticationRequired;
        let asked = if proxy {
            "Proxy-Authenticate"
        } else {
            "WWW-Authenticate"
        };
        let challenges: Vec<String> = response
            .headers
            .iter()
            .filter(|header| header.name().eq_ignore_ascii_case(asked))
            .map(|header| header.value().to_owned())
            .collect();
        let uri = attempt.callee.to_string();
        let cnonce = cnonce();
        let request = login::Request {
            method: "INVITE",
            uri: &uri,
            cnonce: &cnonce,
        };
        let Some(value) = login::answer(&challenges, &login, request) else {
            self.metrics.trunk_logins_failed_total.rise();
            return self.tell(leg, Heard::Refused(if proxy { 407 } else { 401 }));
        };
        self.metrics.trunk_logins_total.rise();
        self.drop_dialog(leg);
        attempt.headers.push(if proxy {
            Header::ProxyAuthorization(value.into())
        } else {
            Header::Authorization(value.into())
        });
        self.call_trunk(leg, attempt);
    }
}

fn is_challenge(response: &Response) -> bool {
    matches!(
        response.status_code,
        StatusCode::Unauthorized | StatusCode::ProxyAuthenticationRequired
    )
}

fn cnonce() -> String {
    let mut bytes = [0; 8];
    // Without chance it is a constant: weaker, and right.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}
