//! What the media threads report about a call.

use super::call::{Call, Phase};
use super::playing::Collected;
use super::Shared;
use crate::media::{CallId, Digits, MediaHappening, Mode, PlayOutcome};
use crate::wire::happening::Happening as What;
use crate::wire::{self, LegEnd, ModeApplied, Played};

/// The call that a happening is about.
pub fn call_of(happening: &MediaHappening) -> CallId {
    match happening {
        MediaHappening::Played { call, .. }
        | MediaHappening::Joined { call, .. }
        | MediaHappening::TapOpened { call, .. }
        | MediaHappening::ModeApplied { call, .. }
        | MediaHappening::ModeEnded { call, .. }
        | MediaHappening::OrderRefused { call, .. }
        | MediaHappening::Muted { call, .. }
        | MediaHappening::TalkBack { call, .. }
        | MediaHappening::CustomerHeld { call }
        | MediaHappening::CustomerResumed { call }
        | MediaHappening::TapPaused { call, .. }
        | MediaHappening::TapClosed { call, .. }
        | MediaHappening::LegMoved { call, .. }
        | MediaHappening::SilenceBegan { call, .. }
        | MediaHappening::SilenceEnded { call, .. }
        | MediaHappening::OverlapBegan { call, .. }
        | MediaHappening::OverlapEnded { call, .. }
        | MediaHappening::RtpSilent { call, .. } => *call,
    }
}

impl Call {
    /// Takes what the sound reports.
    ///
    /// Of a call that is ending only the play's end and the tap are told, of one that has ended only the tap's end.
    pub fn sounded(&mut self, shared: &mut Shared, now_ms: u64, happening: &MediaHappening) {
        let late = match self.phase {
            Phase::Closing(_) => !matches!(
                happening,
                MediaHappening::Played { .. }
                    | MediaHappening::TapOpened { .. }
                    | MediaHappening::TapPaused { .. }
                    | MediaHappening::TapClosed { .. }
            ),
            Phase::Over(_) | Phase::Gone => !matches!(happening, MediaHappening::TapClosed { .. }),
            Phase::Waiting(_) | Phase::Ringing(_) | Phase::Placed | Phase::Live => false,
        };
        if late {
            return;
        }
        match happening {
            MediaHappening::Played {
                play,
                heard_ms,
                total_ms,
                outcome,
                digits,
                ..
            } => {
                let Some(playing) = self.played(*play) else {
                    return;
                };
                let digits = if playing.hides_keys {
                    Digits::default()
                } else {
                    *digits
                };
                let played = Played {
                    play_id: playing.play_id.clone(),
                    heard_ms: *heard_ms,
                    total_ms: *total_ms,
                    outcome: play_outcome(*outcome).into(),
                    digits: digits.as_str().to_owned(),
                };
                let heard = *heard_ms >= *total_ms;
                self.open_tap(shared, playing.guidance && heard);
                if !digits.is_empty() {
                    let play_id = playing.play_id;
                    self.collected = Some(Collected { play_id, digits });
                }
                shared.happened(&self.contact_id, What::Played(played));
                self.close_if_quiet(shared, now_ms);
            }
            MediaHappening::TapOpened { .. }
            | MediaHappening::TapPaused { .. }
            | MediaHappening::TapClosed { .. } => self.tap_went_on(shared, now_ms, happening),
            MediaHappening::ModeApplied {
                leg,
                mode,
                at_unix_us,
                ..
            } => {
                let party = self.party(*leg).filter(|party| !party.dialog.is_over());
                let Some(leg_id) = party.map(|party| party.leg_id.clone()) else {
                    return;
                };
                // Who takes the call over has taken the customer back.
                let handled = self.handler == Some(*leg);
                if *mode == Mode::Takeover && !handled {
                    self.handler = Some(*leg);
                    self.take_back(shared);
                }
                let applied = ModeApplied {
                    leg_id,
                    mode: wire_mode(*mode).into(),
                    applied_at_us: *at_unix_us,
                };
                shared.happened(&self.contact_id, What::ModeApplied(applied));
            }
            MediaHappening::Joined { .. }
            | MediaHappening::Muted { .. }
            | MediaHappening::TalkBack { .. }
            | MediaHappening::CustomerHeld { .. }
            | MediaHappening::CustomerResumed { .. }
            | MediaHappening::SilenceBegan { .. }
            | MediaHappening::SilenceEnded { .. }
            | MediaHappening::OverlapBegan { .. }
            | MediaHappening::OverlapEnded { .. } => {
                self.talk_went_on(shared, now_ms, happening);
            }
            MediaHappening::RtpSilent { leg, .. } => self.silent(shared, now_ms, *leg),
            // The leg was gone when the order arrived: its end is reported anyway. Moves are not the call's business.
            MediaHappening::ModeEnded { .. }
            | MediaHappening::OrderRefused { .. }
            | MediaHappening::LegMoved { .. } => {}
        }
    }

    /// A phone whose sound has stopped is gone, whatever its dialog believes.
    fn silent(&mut self, shared: &mut Shared, now_ms: u64, leg: crate::media::LegId) {
        self.end_leg(shared, now_ms, leg, LegEnd::Failed);
        if self.customer.leg == leg {
            self.end(shared, now_ms, wire::CallEnd::Failed);
        }
    }
}

fn play_outcome(outcome: PlayOutcome) -> wire::PlayOutcome {
    match outcome {
        PlayOutcome::Completed => wire::PlayOutcome::Completed,
        PlayOutcome::Collected => wire::PlayOutcome::Collected,
        PlayOutcome::TimedOut => wire::PlayOutcome::TimedOut,
        PlayOutcome::HungUp => wire::PlayOutcome::HungUp,
        PlayOutcome::Stopped => wire::PlayOutcome::Stopped,
    }
}

fn wire_mode(mode: Mode) -> wire::Mode {
    match mode {
        Mode::Listen => wire::Mode::Listen,
        Mode::Whisper => wire::Mode::Whisper,
        Mode::Barge => wire::Mode::Barge,
        Mode::Takeover => wire::Mode::Takeover,
    }
}
