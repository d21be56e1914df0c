//! How many requests and refusals one source and all sources may cause: token buckets in a bounded table.

use std::collections::HashMap;
use std::net::IpAddr;

/// Sources that are told apart; a full table is emptied of those that have rested, else strangers share one bucket.
const SOURCES_MAX: usize = 10_000;

/// Tokens a second, and how many may be saved.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub per_second: u64,
    pub burst: u64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    millitokens: u64,
    at_ms: u64,
}

impl Bucket {
    fn full(rate: Rate, now_ms: u64) -> Self {
        Self {
            millitokens: rate.burst * 1000,
            at_ms: now_ms,
        }
    }

    fn refill(&mut self, rate: Rate, now_ms: u64) {
        let gained = now_ms.saturating_sub(self.at_ms) * rate.per_second;
        self.millitokens = (self.millitokens + gained).min(rate.burst * 1000);
        self.at_ms = now_ms;
    }

    fn take(&mut self, rate: Rate, now_ms: u64) -> bool {
        self.refill(rate, now_ms);
        let enough = self.millitokens >= 1000;
        if enough {
            self.millitokens -= 1000;
        }
        enough
    }
}

/// The buckets of one kind of work.
#[derive(Debug)]
pub struct Limiter {
    each: Rate,
    all: Rate,
    total: Bucket,
    strangers: Bucket,
    sources: HashMap<IpAddr, Bucket>,
}

impl Limiter {
    pub fn new(each: Rate, all: Rate) -> Self {
        Self {
            each,
            all,
            total: Bucket::full(all, 0),
            strangers: Bucket::full(each, 0),
            sources: HashMap::new(),
        }
    }

    /// Whether one more from this source is within its share and the total.
    pub fn allows(&mut self, now_ms: u64, source: IpAddr) -> bool {
        let each = self.each;
        if self.sources.len() >= SOURCES_MAX && !self.sources.contains_key(&source) {
            self.sources.retain(|_, bucket| {
                bucket.refill(each, now_ms);
                bucket.millitokens < each.burst * 1000
            });
        }
        let room = self.sources.len() < SOURCES_MAX;
        let bucket = match self.sources.get_mut(&source) {
            Some(bucket) => bucket,
            None if room => self
                .sources
                .entry(source)
                .or_insert_with(|| Bucket::full(each, now_ms)),
            None => &mut self.strangers,
        };
        bucket.take(each, now_ms) && self.total.take(self.all, now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EACH: Rate = Rate {
        per_second: 10,
        burst: 2,
    };
    const ALL: Rate = Rate {
        per_second: 10,
        burst: 3,
    };

    fn source(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn a_source_gets_its_burst_and_then_its_rate() {
        let mut limiter = Limiter::new(EACH, ALL);
        let taken: Vec<bool> = [0, 0, 0, 99, 100]
            .map(|at| limiter.allows(at, source(1)))
            .into();
        assert_eq!(taken, [true, true, false, false, true]);
    }

    #[test]
    fn all_sources_together_stay_within_the_total() {
        let mut limiter = Limiter::new(EACH, ALL);
        let taken = (1..=5)
            .filter(|last| limiter.allows(0, source(*last)))
            .count();
        assert_eq!(taken, 3);
    }

    #[test]
    fn a_flood_of_sources_stays_within_the_table() {
        let mut limiter = Limiter::new(
            EACH,
            Rate {
                per_second: 1 << 20,
                burst: 1 << 20,
            },
        );
        for number in 0..30_000_u32 {
            limiter.allows(1, IpAddr::from(number.to_be_bytes()));
        }
        assert_eq!(limiter.sources.len(), SOURCES_MAX);
    }
}
