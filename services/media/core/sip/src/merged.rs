//! One request that arrives twice by different ways (RFC 3261, 8.2.2.2): the second is answered with 482.

use std::collections::{HashMap, VecDeque};

/// How long a request is remembered: as long as its transaction may live.
const REMEMBERED_MS: u64 = 32_000;
/// Requests remembered; beyond it the oldest are forgotten first.
pub const REQUESTS_MAX: usize = 8192;

/// The requests outside dialogs of the last half minute.
#[derive(Debug, Default)]
pub struct Merged {
    branches: HashMap<String, String>,
    order: VecDeque<(u64, String)>,
}

impl Merged {
    /// Whether the same request is known under another branch. Remembers it otherwise.
    pub fn seen(
        &mut self,
        now_ms: u64,
        call_id: &str,
        from_tag: &str,
        cseq: &str,
        branch: &str,
    ) -> bool {
        while self
            .order
            .front()
            .is_some_and(|(at, _)| at + REMEMBERED_MS < now_ms || self.order.len() >= REQUESTS_MAX)
        {
            if let Some((_, key)) = self.order.pop_front() {
                self.branches.remove(&key);
            }
        }
        let key = format!("{call_id}\n{from_tag}\n{cseq}");
        if let Some(known) = self.branches.get(&key) {
            return known != branch;
        }
        self.order.push_back((now_ms, key.clone()));
        self.branches.insert(key, branch.to_owned());
        false
    }

    /// Requests that are remembered.
    pub fn len(&self) -> usize {
        self.branches.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }
}
