//! What smells of fraud and was refused: told at most once a second and kind, the rest is counted.

use std::collections::HashMap;
use std::sync::Arc;

use crate::metrics::Metrics;
use crate::wire::happening::Happening as What;
use crate::wire::{Suspected, Suspicion};

/// How long after one that was told the next of its kind is only counted.
const APART_MS: u64 = 1_000;

/// Which suspicions were told when.
#[derive(Debug)]
pub struct Suspicions {
    told: HashMap<Suspicion, u64>,
    metrics: Arc<Metrics>,
}

impl Suspicions {
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            told: HashMap::new(),
            metrics,
        }
    }

    /// What is to be told of it, if anything.
    pub fn suspect(&mut self, now_ms: u64, suspicion: Suspicion, trunk: &str) -> Option<What> {
        match suspicion {
            Suspicion::ForgedFrom => self.metrics.suspected_forged_from_total.rise(),
            Suspicion::UnknownPeer => self.metrics.suspected_unknown_peer_total.rise(),
            _ => self.metrics.suspected_refer_outside_total.rise(),
        }
        let lately = self.told.get(&suspicion);
        if lately.is_some_and(|at| now_ms.saturating_sub(*at) < APART_MS) {
            self.metrics.suspicions_untold_total.rise();
            return None;
        }
        self.told.insert(suspicion, now_ms);
        Some(What::Suspected(Suspected {
            suspicion: suspicion.into(),
            trunk: trunk.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_is_told_a_second_and_the_rest_counted() {
        let metrics = Arc::new(Metrics::default());
        let mut suspicions = Suspicions::new(Arc::clone(&metrics));
        let mut told = |at, kind| suspicions.suspect(at, kind, "").is_some();
        assert!(told(0, Suspicion::ForgedFrom));
        assert!(!told(999, Suspicion::ForgedFrom));
        assert!(told(999, Suspicion::UnknownPeer));
        assert!(told(1_000, Suspicion::ForgedFrom));
        assert_eq!(metrics.suspected_forged_from_total.get(), 3);
        assert_eq!(metrics.suspicions_untold_total.get(), 1);
    }
}
