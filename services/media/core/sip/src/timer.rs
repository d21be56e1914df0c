//! Session timers (RFC 4028): who says how often that the session is still there, and when it counts as gone.

use crate::message::{parameter, whole};

/// The shortest session that is agreed to, and what our own INVITEs ask for; seconds.
pub const SESSION_S_MIN: u64 = 90;
pub const SESSION_S: u64 = 1_800;
/// Longer ones are cut to this.
pub const SESSION_S_MAX: u64 = 86_400;
/// How long a refresh of ours may be repeated after a failure that may pass.
const AGAIN_MS: u64 = 10_000;

/// What a message says about the timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// `Session-Expires`.
    pub expires: Option<&'a str>,
    /// Whether `Supported` or `Require` names `timer`.
    pub knows: bool,
}

/// Who refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    We,
    They,
}

/// What was agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    pub session_s: u64,
    pub refresher: Refresher,
}

/// Why a timer is not agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// 400.
    Malformed,
    /// 422 with `Min-SE`.
    TooBrief,
}

/// What becomes of a session by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is ours to refresh it.
    Refresh,
    /// Nobody has refreshed it: it is to be ended.
    Gone,
}

/// The answer to their request; none: no timer.
pub fn asked(said: Said<'_>, least_s: u64) -> Result<Option<Agreed>, Refused> {
    let Some(value) = said.expires else {
        return Ok(None);
    };
    let session_s = seconds(value).ok_or(Refused::Malformed)?;
    if session_s < least_s {
        return Err(Refused::TooBrief);
    }
    // RFC 4028, 9: who did not ask for it and does not know it can't refresh; a proxy wants it.
    let refresher = match parameter(value, "refresher") {
        Some(who) if who.eq_ignore_ascii_case("uas") => Refresher::We,
        _ if !said.knows => Refresher::We,
        _ => Refresher::They,
    };
    Ok(Some(Agreed {
        session_s: session_s.min(SESSION_S_MAX),
        refresher,
    }))
}

/// What their answer to a request of ours agrees to; none: no timer.
pub fn answered(said: Said<'_>) -> Option<Agreed> {
    let value = said.expires?;
    let session_s = seconds(value)?.clamp(1, SESSION_S_MAX);
    let refresher = match parameter(value, "refresher") {
        Some(who) if who.eq_ignore_ascii_case("uas") => Refresher::They,
        _ => Refresher::We,
    };
    Some(Agreed {
        session_s,
        refresher,
    })
}

/// `Session-Expires` of our answer to their request.
pub fn answer(agreed: Agreed) -> String {
    let who = match agreed.refresher {
        Refresher::We => "uas",
        Refresher::They => "uac",
    };
    format!("{};refresher={who}", agreed.session_s)
}

/// `Session-Expires` of our refresh.
pub fn refresh(agreed: Agreed) -> String {
    format!("{};refresher=uac", agreed.session_s)
}

fn seconds(value: &str) -> Option<u64> {
    whole(value.split(';').next()?.trim())
}

/// The timer of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    agreed: Agreed,
    refreshed_ms: u64,
    /// When our next refresh is due; none while one is under way, or when it is theirs.
    refresh_ms: Option<u64>,
}

impl Timer {
    pub fn new(now_ms: u64, agreed: Agreed) -> Self {
        Self {
            agreed,
            refreshed_ms: now_ms,
            refresh_ms: (agreed.refresher == Refresher::We)
                .then(|| now_ms + agreed.session_s * 1_000 / 2),
        }
    }

    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// RFC 4028, 10: it is over a little before its end, by a third of its length, 32 s at most.
    fn gone_ms(&self) -> u64 {
        let whole_ms = self.agreed.session_s * 1_000;
        let early_ms = match self.agreed.refresher {
            Refresher::They => (whole_ms / 3).min(32_000),
            Refresher::We => 0,
        };
        self.refreshed_ms + whole_ms - early_ms
    }

    /// What is due, once.
    pub fn due(&mut self, now_ms: u64) -> Option<Due> {
        if now_ms >= self.gone_ms() {
            return Some(Due::Gone);
        }
        let due = self.refresh_ms.is_some_and(|at| now_ms >= at);
        if due {
            self.refresh_ms = None;
        }
        due.then_some(Due::Refresh)
    }

    /// The same session with another length, which its refresh asks for.
    #[must_use]
    pub fn longer(self, session_s: u64) -> Self {
        let agreed = Agreed {
            session_s,
            ..self.agreed
        };
        Self { agreed, ..self }
    }

    /// A refresh of ours failed for the moment.
    pub fn try_again(&mut self, now_ms: u64) {
        self.refresh_ms = Some(now_ms + AGAIN_MS);
    }
}
