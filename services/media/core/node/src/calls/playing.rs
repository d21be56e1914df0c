//! What the customer is played: prompts, music, the digits that they keyed.

use std::sync::Arc;

use super::call::{Call, Phase};
use super::orders::{Answer, BAD_ORDER, UNKNOWN_PROMPT, WRONG_STATE};
use super::Shared;
use crate::media::{Collect, MediaOrder, PlayId, Prompt, Then};
use crate::wire;

/// Waits for digits when the order leaves them open, and the longest that may be asked for: a message for the client
/// company is spoken until a key or until then.
const FIRST_DIGIT_MS: u32 = 5_000;
const NEXT_DIGIT_MS: u32 = 3_000;
const DIGIT_MS_MAX: u32 = 300_000;
/// Prompts of one play before what is read back, those after it, and digits that it may collect.
const PLAY_PROMPTS_MAX: usize = 8;
const DIGITS_MAX: u32 = 32;
/// Prompts of the digits 0 to 9.
const DIGIT_PROMPTS: usize = 10;

/// A play that is under way.
#[derive(Debug)]
pub struct Playing {
    pub play: PlayId,
    pub play_id: String,
    pub guidance: bool,
    /// Keys may have come while the recording was paused: they are told to nobody.
    pub hides_keys: bool,
}

/// The digits of the last play that collected any.
#[derive(Debug)]
pub struct Collected {
    pub play_id: String,
    pub digits: crate::media::Digits,
}

impl Call {
    pub(super) fn play(&mut self, shared: &mut Shared, asked: &wire::Play) -> Answer {
        let then = then(asked)?;
        let talking = self.handler.is_some() || self.has_talker();
        if self.phase != Phase::Live || talking {
            return Err(WRONG_STATE);
        }
        let prompts = self.prompts(shared, asked)?;
        let play = shared.next_play();
        let replaced = self.playing.replace(Playing {
            play,
            play_id: asked.play_id.clone(),
            guidance: asked.guidance,
            hides_keys: self.tap_paused,
        });
        self.replaced.extend(replaced);
        let (call, leg) = (self.id, self.customer.leg);
        shared.media(MediaOrder::Play {
            call,
            leg,
            play,
            prompts,
            then,
        });
        Ok(())
    }

    pub(super) fn stop_play(&mut self, shared: &mut Shared, play_id: &str) {
        let playing = self
            .playing
            .as_ref()
            .filter(|playing| playing.play_id == play_id);
        if let Some(play) = playing.map(|playing| playing.play) {
            shared.media(MediaOrder::StopPlay {
                call: self.id,
                play,
            });
        }
    }

    /// Has no plays that are under way tell their keys.
    pub(super) fn hide_keys(&mut self) {
        for playing in self.playing.iter_mut().chain(&mut self.replaced) {
            playing.hides_keys = true;
        }
    }

    /// Takes the play with that number out of those whose end is awaited.
    pub(super) fn played(&mut self, play: PlayId) -> Option<Playing> {
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

    /// All that is heard, one after another.
    fn prompts(
        &self,
        shared: &Shared,
        asked: &wire::Play,
    ) -> Result<Vec<Arc<Prompt>>, &'static str> {
        let stored = |hash: &String| shared.prompt(hash);
        let mut prompts: Vec<_> = asked.prompt_sha256.iter().map(stored).collect();
        if !asked.read_back_play_id.is_empty() {
            let collected = self.collected.as_ref();
            let collected =
                collected.filter(|collected| collected.play_id == asked.read_back_play_id);
            let keys = collected.ok_or(WRONG_STATE)?.digits;
            // Keys that are no digits have no prompt.
            let digits = keys.as_str().chars().filter_map(|key| key.to_digit(10));
            prompts.extend(digits.map(|digit| stored(&asked.digit_sha256[digit as usize])));
            prompts.extend(asked.closing_sha256.iter().map(stored));
        }
        prompts
            .into_iter()
            .collect::<Option<_>>()
            .ok_or(UNKNOWN_PROMPT)
    }
}

/// What follows the prompts; also whether the order is one that can be understood.
fn then(asked: &wire::Play) -> Result<Then, &'static str> {
    let reads_back = !asked.read_back_play_id.is_empty();
    let prompts = asked.prompt_sha256.len();
    let (digit_prompts, closing) = (asked.digit_sha256.len(), asked.closing_sha256.len());
    let whole = if reads_back {
        digit_prompts == DIGIT_PROMPTS
    } else {
        prompts > 0 && digit_prompts + closing == 0
    };
    let fits = prompts.max(closing) <= PLAY_PROMPTS_MAX && asked.digits_max <= DIGITS_MAX;
    let repeatable = asked.digits_max == 0 && !asked.guidance && !reads_back;
    if asked.play_id.is_empty() || !whole || !fits || asked.repeat && !repeatable {
        return Err(BAD_ORDER);
    }
    let finish_key = match asked.finish_key.as_str() {
        "" | "#" => '#',
        "*" => '*',
        _ => return Err(BAD_ORDER),
    };
    Ok(match asked.digits_max {
        0 if asked.repeat => Then::Repeat,
        0 => Then::End,
        digits_max => Then::Collect(Collect {
            digits_max: digits_max as u8,
            first_ms: wait(asked.first_digit_ms, FIRST_DIGIT_MS),
            between_ms: wait(asked.next_digit_ms, NEXT_DIGIT_MS),
            finish_key: Some(finish_key),
            interrupts: !asked.guidance,
        }),
    })
}

fn wait(asked: u32, default: u32) -> u32 {
    if asked == 0 {
        default
    } else {
        asked.min(DIGIT_MS_MAX)
    }
}
