//! How a talk goes on: its levels, its silences, where customer and operator speak at once, and when the customer is on
//! hold.
//!
//! What the sound begins to tell is over at the latest with the talk. The sound is not asked then: the end of the talk
//! would have to wait for its answer.

use super::call::{Call, Phase};
use super::orders::{Answer, UNKNOWN_PROMPT, WRONG_STATE};
use super::{Calls, Shared};
use crate::media::{CallLevels, LegId, LegSecond, Levels, MediaHappening, MediaOrder};
use crate::wire::happening::Happening as What;
use crate::wire::{
    self, CustomerHeld, CustomerResumed, Joined, LegMuted, LegUnmuted, Overlapped, SilenceBegan,
    SilenceEnded, TalkBackEnded, TalkBackStarted,
};

/// What has begun and not ended.
#[derive(Debug, Default)]
pub struct Open {
    silence: Option<Since>,
    overlap: Option<Since>,
}

/// How long something had lasted at an instant.
#[derive(Debug, Clone, Copy)]
struct Since {
    lasted_ms: u32,
    at_ms: u64,
}

impl Since {
    fn until(self, now_ms: u64) -> u32 {
        let more = now_ms.saturating_sub(self.at_ms);
        self.lasted_ms.saturating_add(more as u32)
    }
}

impl Calls {
    /// A second of levels by the names that Python knows.
    pub fn levels(&self, levels: &Levels) -> wire::Levels {
        let calls = levels.calls.iter().filter_map(|second| {
            let call = self.held.get(&second.call)?;
            call.is_talk().then(|| call.levels(second))
        });
        wire::Levels {
            at_us: levels.at_unix_us,
            calls: calls.collect(),
        }
    }
}

impl Call {
    /// Takes what the sound tells of the talk.
    pub fn talk_went_on(&mut self, shared: &mut Shared, now_ms: u64, happening: &MediaHappening) {
        let since = |lasted_ms: u32| Since {
            lasted_ms,
            at_ms: now_ms,
        };
        match *happening {
            MediaHappening::SilenceBegan {
                since_unix_us,
                silent_ms,
                ..
            } if self.is_talk() && self.open.silence.is_none() => {
                self.open.silence = Some(since(silent_ms));
                let since_us = since_unix_us;
                shared.happened(
                    &self.contact_id,
                    What::SilenceBegan(SilenceBegan { since_us }),
                );
            }
            MediaHappening::OverlapBegan { overlap_ms, .. } if self.is_talk() => {
                self.open.overlap = Some(since(overlap_ms));
            }
            MediaHappening::SilenceEnded { silent_ms, .. } => self.end_silence(shared, silent_ms),
            MediaHappening::OverlapEnded { overlap_ms, .. } => self.end_overlap(shared, overlap_ms),
            MediaHappening::Joined { leg, .. } => {
                let party = self.party(leg).filter(|party| !party.dialog.is_over());
                if let Some(leg_id) = party.map(|party| party.leg_id.clone()) {
                    shared.happened(&self.contact_id, What::Joined(Joined { leg_id }));
                }
            }
            MediaHappening::Muted { leg, muted, .. } => self.voice_went(shared, leg, |leg_id| {
                if muted {
                    What::LegMuted(LegMuted { leg_id })
                } else {
                    What::LegUnmuted(LegUnmuted { leg_id })
                }
            }),
            MediaHappening::TalkBack { leg, on, .. } => self.voice_went(shared, leg, |leg_id| {
                if on {
                    What::TalkBackStarted(TalkBackStarted { leg_id })
                } else {
                    What::TalkBackEnded(TalkBackEnded { leg_id })
                }
            }),
            MediaHappening::CustomerHeld { .. } if !std::mem::replace(&mut self.held, true) => {
                shared.happened(&self.contact_id, What::CustomerHeld(CustomerHeld {}));
            }
            MediaHappening::CustomerResumed { .. } if std::mem::take(&mut self.held) => {
                shared.happened(&self.contact_id, What::CustomerResumed(CustomerResumed {}));
            }
            _ => {}
        }
    }

    /// Takes a person's voice out of the call or lets it in again.
    pub(super) fn mute(&self, shared: &mut Shared, asked: &wire::Mute) -> Answer {
        let (call, leg) = (self.id, self.talker(&asked.leg_id)?);
        let muted = asked.muted;
        shared.media(MediaOrder::Mute { call, leg, muted });
        Ok(())
    }

    /// Turns an operator's voice to the supervisors alone or back.
    pub(super) fn talk_back(&self, shared: &mut Shared, asked: &wire::TalkBack) -> Answer {
        let (call, leg) = (self.id, self.talker(&asked.leg_id)?);
        let mut parties = self.dialled.iter();
        let operator = parties.any(|party| party.leg == leg && party.joined);
        if !operator {
            return Err(WRONG_STATE);
        }
        let on = asked.on;
        shared.media(MediaOrder::TalkBack { call, leg, on });
        Ok(())
    }

    /// The dialled leg of that name, if its phone was picked up.
    fn talker(&self, leg_id: &str) -> Result<LegId, &'static str> {
        let leg = self.named(leg_id)?;
        let mut parties = self.dialled.iter();
        let talks = parties.any(|party| party.leg == leg && party.talks());
        talks.then_some(leg).ok_or(WRONG_STATE)
    }

    fn voice_went(&mut self, shared: &mut Shared, leg: LegId, what: impl FnOnce(String) -> What) {
        let party = self.party(leg).filter(|party| !party.dialog.is_over());
        if let Some(leg_id) = party.map(|party| party.leg_id.clone()) {
            shared.happened(&self.contact_id, what(leg_id));
        }
    }

    /// Puts the customer on hold, also before a further operator is called.
    pub(super) fn hold(&mut self, shared: &mut Shared, music_sha256: &str) -> Answer {
        let music = if music_sha256.is_empty() {
            shared.silence.clone()
        } else {
            shared.prompt(music_sha256).ok_or(UNKNOWN_PROMPT)?
        };
        if !self.is_talk() {
            return Err(WRONG_STATE);
        }
        let before = self.music.replace(music_sha256.to_owned());
        if before.as_deref() != Some(music_sha256) {
            let (call, leg, play) = (self.id, self.customer.leg, shared.next_play());
            shared.media(MediaOrder::Hold {
                call,
                leg,
                play,
                music,
            });
        }
        Ok(())
    }

    /// Takes the customer back; one who is not on hold is there.
    pub(super) fn take_back(&mut self, shared: &mut Shared) {
        if self.music.take().is_some() {
            shared.media(MediaOrder::Resume { call: self.id });
        }
    }

    /// Ends what is open, since the talk is over.
    pub fn end_talk(&mut self, shared: &mut Shared, now_ms: u64) {
        if let Some(silence) = self.open.silence {
            self.end_silence(shared, silence.until(now_ms));
        }
        if let Some(overlap) = self.open.overlap {
            self.end_overlap(shared, overlap.until(now_ms));
        }
    }

    /// Ends what is over without an operator: with who has taken the call over the talk goes on.
    pub fn operator_left(&mut self, shared: &mut Shared, now_ms: u64) {
        let silence = self.open.silence.take_if(|_| self.handler.is_some());
        self.end_talk(shared, now_ms);
        self.open.silence = silence;
    }

    /// Whether customer and operator, or who has taken the call over, are joined.
    fn is_talk(&self) -> bool {
        self.phase == Phase::Live && (self.handler.is_some() || self.has_talker())
    }

    fn end_silence(&mut self, shared: &mut Shared, silent_ms: u32) {
        if self.open.silence.take().is_some() {
            shared.happened(
                &self.contact_id,
                What::SilenceEnded(SilenceEnded { silent_ms }),
            );
        }
    }

    fn end_overlap(&mut self, shared: &mut Shared, overlap_ms: u32) {
        if self.open.overlap.take().is_some() {
            shared.happened(
                &self.contact_id,
                What::Overlapped(Overlapped { overlap_ms }),
            );
        }
    }

    fn levels(&self, second: &CallLevels) -> wire::CallLevels {
        let named = |&(leg, heard): &(LegId, LegSecond)| {
            let party = self.parties().find(|party| party.leg == leg)?;
            Some(wire::LegLevel {
                leg_id: party.leg_id.clone(),
                level_tenth_dbfs: heard.level_tenth_dbfs,
                speech_ms: heard.speech_ms,
            })
        };
        wire::CallLevels {
            contact_id: self.contact_id.clone(),
            legs: second.legs.iter().flatten().filter_map(named).collect(),
            overlap_ms: second.overlap_ms,
        }
    }
}
