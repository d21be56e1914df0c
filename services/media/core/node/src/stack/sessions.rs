//! Session timers of legs (RFC 4028): what was agreed in their headers, refreshes of ours, sessions that nobody refreshed.

use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, Response};

use sip::leg::Heard;
use sip::timer::{self, Agreed, Due, Refresher, Refused, Said, Timer};

use super::calling::Told;
use super::words::{sdp_headers, value};
use super::Stack;
use crate::media::LegId;

/// The session of one leg.
pub struct Session {
    timer: Timer,
    /// Whether the phone takes UPDATE: else a re-INVITE with the description as it is.
    updates: bool,
}

/// What a request or an answer says of the timer.
fn said(headers: &rsipstack::sip::Headers) -> Said<'_> {
    let names = |name| value(headers, name).unwrap_or_default();
    let knows = |list: &str| {
        list.split(',')
            .any(|tag| tag.trim().eq_ignore_ascii_case("timer"))
    };
    Said {
        expires: value(headers, "Session-Expires").or_else(|| value(headers, "x")),
        knows: knows(names("Supported")) || knows(names("k")) || knows(names("Require")),
    }
}

fn updates(headers: &rsipstack::sip::Headers) -> bool {
    let allowed = value(headers, "Allow").unwrap_or_default();
    allowed
        .split(',')
        .any(|method| method.trim().eq_ignore_ascii_case("UPDATE"))
}

/// The headers of the answer that agrees.
pub fn agreeing(agreed: Option<Agreed>) -> Vec<Header> {
    let Some(agreed) = agreed else {
        return Vec::new();
    };
    let mut headers = vec![other("Session-Expires", timer::answer(agreed))];
    if agreed.refresher == Refresher::They {
        headers.push(Header::Require("timer".into()));
    }
    headers
}

/// What an INVITE of ours asks for.
pub fn asking() -> Vec<Header> {
    vec![
        other("Session-Expires", timer::SESSION_S.to_string()),
        other("Min-SE", timer::SESSION_S_MIN.to_string()),
    ]
}

fn other(name: &str, value: String) -> Header {
    Header::Other(name.to_owned(), value)
}

impl Stack {
    /// What is agreed to with a request; else the refusal's status and headers.
    pub(super) fn timer_asked(
        &self,
        request: &Request,
    ) -> Result<Option<Agreed>, (u16, Vec<Header>)> {
        let least_s = self.session_s_min;
        timer::asked(said(&request.headers), least_s).map_err(|refused| match refused {
            Refused::Malformed => (400, Vec::new()),
            Refused::TooBrief => (422, vec![other("Min-SE", least_s.to_string())]),
        })
    }

    /// A session that a request of theirs began or refreshed.
    pub(super) fn session_asked(&mut self, leg: LegId, agreed: Option<Agreed>, request: &Request) {
        let updates = updates(&request.headers);
        self.keep_session(leg, agreed, updates);
    }

    /// A session that their first answer to our INVITE began.
    pub(super) fn session_answered(&mut self, leg: LegId, response: &Response) {
        let agreed = timer::answered(said(&response.headers));
        self.keep_session(leg, agreed, updates(&response.headers));
    }

    /// Their session begins with our answer; what was agreed to.
    pub(super) fn begin_session(&mut self, leg: LegId) -> Option<Agreed> {
        let now_ms = self.now_ms();
        let session = self.sessions.get_mut(&leg)?;
        let agreed = session.timer.agreed();
        session.timer = Timer::new(now_ms, agreed);
        Some(agreed)
    }

    fn keep_session(&mut self, leg: LegId, agreed: Option<Agreed>, updates: bool) {
        let now_ms = self.now_ms();
        let before = self.sessions.remove(&leg);
        if let Some(agreed) = agreed {
            // An answer or a refresh need not say again what is allowed.
            let updates = updates || before.is_some_and(|before| before.updates);
            let timer = Timer::new(now_ms, agreed);
            self.sessions.insert(leg, Session { timer, updates });
        }
    }

    /// Refreshes what is due, and ends what nobody refreshed.
    pub fn keep_sessions(&mut self) {
        let now_ms = self.now_ms();
        let due: Vec<(LegId, Due)> = self
            .sessions
            .iter_mut()
            .filter_map(|(leg, session)| Some((*leg, session.timer.due(now_ms)?)))
            .collect();
        for (leg, due) in due {
            match due {
                Due::Refresh => self.refresh(leg),
                Due::Gone => {
                    self.sessions.remove(&leg);
                    self.metrics.sessions_expired_total.rise();
                    self.tell(leg, Heard::Expired);
                }
            }
        }
    }

    fn refresh(&mut self, leg: LegId) {
        let (Some(session), Some(dialog)) = (self.sessions.get(&leg), self.legs.get(&leg)) else {
            return;
        };
        let mut headers = vec![
            other("Session-Expires", timer::refresh(session.timer.agreed())),
            Header::Supported("timer".into()),
        ];
        let (dialog, updates) = (dialog.clone(), session.updates);
        let sdp = self.described.get(&leg).cloned();
        if !updates {
            headers.extend(sdp_headers());
        }
        self.metrics.sessions_refreshed_total.rise();
        let told = self.failures_to.clone();
        tokio::spawn(async move {
            let answer = refreshed(&dialog, headers, updates, sdp).await;
            // The receiver is the stack: without it nobody wants to know.
            let _ = told.send(Told::Refreshed(leg, answer.map(Box::new)));
        });
    }

    /// How a refresh of ours ended.
    pub(super) fn refreshed(&mut self, leg: LegId, answer: Option<Box<Response>>) {
        let now_ms = self.now_ms();
        let code = answer
            .as_ref()
            .map_or(0, |answer| answer.status_code.code());
        let Some(session) = self.sessions.get_mut(&leg) else {
            return;
        };
        match (code, answer) {
            (200..=299, Some(answer)) => {
                let agreed = timer::answered(said(&answer.headers));
                // A phone that does not speak of it any more has it all the same.
                session.timer = Timer::new(now_ms, agreed.unwrap_or(session.timer.agreed()));
            }
            (422, Some(answer)) => {
                let least = value(&answer.headers, "Min-SE").and_then(sip::message::whole);
                let agreed = session.timer.agreed();
                let session_s = least
                    .unwrap_or(0)
                    .clamp(agreed.session_s, timer::SESSION_S_MAX);
                session.timer = session.timer.longer(session_s);
                session.timer.try_again(now_ms);
            }
            // RFC 5057: the phone has no such dialog any more.
            (408 | 481, _) => {
                self.sessions.remove(&leg);
                self.tell(leg, Heard::Expired);
            }
            _ => session.timer.try_again(now_ms),
        }
    }
}

async fn refreshed(
    dialog: &InviteDialog,
    headers: Vec<Header>,
    updates: bool,
    sdp: Option<String>,
) -> Option<Response> {
    let answered = if updates {
        dialog.update(Some(headers), None).await
    } else {
        dialog
            .reinvite(Some(headers), Some(sdp?.into_bytes()))
            .await
    };
    answered.ok().flatten()
}
