//! A histogram of durations with a bounded relative error (1/64) and a fixed size.

const STEPS: u64 = 64;
const BUCKETS: usize = 64 * 40;

#[derive(Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max_ns: u64,
}

impl Histogram {
    pub fn new() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
            max_ns: 0,
        }
    }

    pub fn add(&mut self, duration_ns: u64) {
        let bucket = bucket_of(duration_ns).min(BUCKETS - 1);
        self.buckets[bucket] += 1;
        self.count += 1;
        self.max_ns = self.max_ns.max(duration_ns);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn max_us(&self) -> f64 {
        microseconds(self.max_ns)
    }

    /// The duration in µs that the share `portion` (0..=1) of all samples does not exceed; 0 without samples.
    pub fn quantile_us(&self, portion: f64) -> f64 {
        let wanted = (self.count as f64 * portion).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return microseconds(top_of(bucket).min(self.max_ns));
            }
        }
        0.0
    }
}

fn microseconds(ns: u64) -> f64 {
    (ns as f64 / 100.0).round() / 10.0
}

/// Below 64 each value has its own bucket; above, each octave has 64 of them.
fn bucket_of(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let octave = u64::from(value.ilog2()) - 6;
    (octave * STEPS + (value >> octave)) as usize
}

fn top_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * STEPS {
        return bucket;
    }
    let octave = bucket / STEPS - 1;
    ((bucket - octave * STEPS + 1) << octave) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bucket_within_one_part_in_64() {
        let mut value = 1u64;
        while value < 3_600_000_000_000 {
            let top = top_of(bucket_of(value));
            assert!(
                top >= value && top - value <= value / STEPS,
                "{value} {top}"
            );
            value += value / 97 + 1;
        }
    }

    #[test]
    fn quantiles_are_those_of_the_samples() {
        let mut histogram = Histogram::new();
        assert!(histogram.quantile_us(0.5).abs() < f64::EPSILON);
        (1..=1000).for_each(|microsecond| histogram.add(microsecond * 1000));
        assert!((histogram.quantile_us(0.5) - 500.0).abs() < 8.0);
        assert!((histogram.quantile_us(0.99) - 990.0).abs() < 16.0);
        assert!((histogram.quantile_us(1.0) - 1000.0).abs() < 0.1);
        assert_eq!(histogram.count(), 1000);
    }
}
