//! What the media threads report about a call.

use super::call::{Call, Phase, Playing, Tap};
use super::Shared;
use crate::media::{CallId, MediaHappening, MediaOrder, Mode, PlayOutcome, Role};
use crate::wire::happening::Happening as What;
use crate::wire::{self, Joined, LegEnd, ModeApplied, Played, TapClosed, TapOpened};

/// Tracks of a recording; each has the same number of pages.
const TRACKS: u32 = 3;

/// The call that a happening is about.
pub fn call_of(happening: &MediaHappening) -> CallId {
    match happening {
        MediaHappening::Played { call, .. }
        | MediaHappening::Joined { call, .. }
        | MediaHappening::TapOpened { call, .. }
        | MediaHappening::ModeApplied { call, .. }
        | MediaHappening::ModeEnded { call, .. }
        | MediaHappening::OrderRefused { call, .. }
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
                    | MediaHappening::TapClosed { .. }
            ),
            Phase::Over(_) | Phase::Gone => !matches!(happening, MediaHappening::TapClosed { .. }),
            Phase::Waiting(_) | Phase::Ringing(_) | Phase::Live => false,
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
                let played = Played {
                    play_id: playing.play_id.clone(),
                    heard_ms: *heard_ms,
                    total_ms: *total_ms,
                    outcome: play_outcome(*outcome).into(),
                    digits: digits.as_str().to_owned(),
                };
                let heard = *heard_ms >= *total_ms;
                self.open_tap(shared, playing.guidance && heard);
                shared.happened(&self.contact_id, What::Played(played));
                self.close_if_quiet(shared, now_ms);
            }
            MediaHappening::Joined { .. } => {
                let joined = self
                    .dialled
                    .iter()
                    .find(|party| Some(party.leg) == self.joined);
                if let Some(leg_id) = joined.map(|party| party.leg_id.clone()) {
                    shared.happened(&self.contact_id, What::Joined(Joined { leg_id }));
                }
            }
            MediaHappening::TapOpened { .. } => {
                self.tap = Tap::Opened;
                shared.happened(&self.contact_id, What::TapOpened(TapOpened {}));
                self.close_if_quiet(shared, now_ms);
            }
            MediaHappening::TapClosed {
                recorded_ms, pages, ..
            } => {
                let (recorded_ms, pages) = (*recorded_ms, *pages * TRACKS);
                shared.happened(
                    &self.contact_id,
                    What::TapClosed(TapClosed { recorded_ms, pages }),
                );
            }
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
                if *mode == Mode::Takeover {
                    self.handler = Some(*leg);
                }
                let applied = ModeApplied {
                    leg_id,
                    mode: wire_mode(*mode).into(),
                    applied_at_us: *at_unix_us,
                };
                shared.happened(&self.contact_id, What::ModeApplied(applied));
            }
            MediaHappening::SilenceBegan { .. }
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

    /// Takes the play with that number out of those whose end is awaited.
    fn played(&mut self, play: crate::media::PlayId) -> Option<Playing> {
        if self
            .playing
            .as_ref()
            .is_some_and(|playing| playing.play == play)
        {
            return self.playing.take();
        }
        let at = self
            .replaced
            .iter()
            .position(|playing| playing.play == play)?;
        Some(self.replaced.swap_remove(at))
    }

    fn open_tap(&mut self, shared: &mut Shared, guided: bool) {
        if !guided || self.tap != Tap::AfterGuidance || self.is_over() {
            return;
        }
        self.tap = Tap::Ordered;
        let (call, contact_id) = (self.id, self.contact_id.clone());
        shared.media(MediaOrder::StartTap { call, contact_id });
    }

    /// A phone whose sound has stopped is gone, whatever its dialog believes.
    fn silent(&mut self, shared: &mut Shared, now_ms: u64, leg: crate::media::LegId) {
        let customer = self.customer.leg == leg;
        let operator = self
            .party(leg)
            .is_some_and(|party| party.role == Role::Operator);
        let needed = customer || operator && self.handler.is_none();
        self.end_leg(shared, now_ms, leg, LegEnd::Failed);
        if needed {
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
