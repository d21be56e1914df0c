//! The recording of a call: when it begins, pauses and ends.

use super::call::Call;
use super::orders::{Answer, WRONG_STATE};
use super::Shared;
use crate::media::{MediaHappening, MediaOrder};
use crate::wire::happening::Happening as What;
use crate::wire::{TapClosed, TapOpened, TapPaused, TapResumed};

/// Tracks of a recording; each has the same number of pages.
const TRACKS: u32 = 3;

/// How far the recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tap {
    /// There is to be none.
    None,
    /// It begins when a guidance was heard to its end.
    AfterGuidance,
    /// The sound is asked for it.
    Ordered,
    Opened,
}

impl Call {
    /// Has a recording begin that waits for its guidance to be heard.
    pub fn open_tap(&mut self, shared: &mut Shared, guided: bool) {
        if !guided || self.tap != Tap::AfterGuidance || self.is_over() {
            return;
        }
        self.tap = Tap::Ordered;
        let (call, contact_id) = (self.id, self.contact_id.clone());
        shared.media(MediaOrder::StartTap { call, contact_id });
    }

    /// Stops or resumes the writing; a recording that has not begun yet begins paused.
    pub fn pause_tap(&mut self, shared: &mut Shared, paused: bool) -> Answer {
        if self.tap == Tap::None || self.is_over() {
            return Err(WRONG_STATE);
        }
        if std::mem::replace(&mut self.tap_paused, paused) == paused {
            return Ok(());
        }
        if paused {
            self.hide_keys();
        }
        let call = self.id;
        shared.media(MediaOrder::PauseTap { call, paused });
        Ok(())
    }

    /// Takes what the sound tells of the recording.
    pub fn tap_went_on(&mut self, shared: &mut Shared, now_ms: u64, happening: &MediaHappening) {
        let what = match *happening {
            MediaHappening::TapOpened { .. } => {
                self.tap = Tap::Opened;
                What::TapOpened(TapOpened {})
            }
            MediaHappening::TapPaused {
                at_ms,
                paused: true,
                ..
            } => What::TapPaused(TapPaused { at_ms }),
            MediaHappening::TapPaused { at_ms, .. } => What::TapResumed(TapResumed { at_ms }),
            MediaHappening::TapClosed {
                recorded_ms, pages, ..
            } => {
                let pages = pages * TRACKS;
                What::TapClosed(TapClosed { recorded_ms, pages })
            }
            _ => return,
        };
        shared.happened(&self.contact_id, what);
        self.close_if_quiet(shared, now_ms);
    }
}
