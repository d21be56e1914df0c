//! What all phones share.

use std::collections::HashMap;

use crate::clock::Random;
use crate::ledger::{Event, Ledger};
use crate::media::engine::Engine;
use crate::media::sound::Sounds;

/// What phones share.
pub struct World {
    pub ledger: Ledger,
    pub engine: Engine,
    pub random: Random,
    pub sounds: Sounds,
    /// Whose leg a notice of the media threads is about; until the leg's summary.
    pub legs: HashMap<u32, Owner>,
}

/// Names that events about a leg carry.
#[derive(Clone)]
pub struct Owner {
    pub phone: String,
    pub call: String,
    pub contact_id: Option<String>,
}

impl Owner {
    pub fn name(&self, event: Event) -> Event {
        event
            .with("phone", self.phone.as_str())
            .with("call", self.call.as_str())
            .with_some("contact_id", self.contact_id.as_deref())
    }
}
