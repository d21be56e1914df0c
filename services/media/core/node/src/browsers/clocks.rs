//! Between the clocks of RTP: G.711 counts 8,000 a second, as everything inside does, and Opus 48,000 (RFC 7587, 4.1).

use sound::Codec;

/// What Opus counts while G.711 counts one.
const OPUS_TICKS: u32 = 6;

/// In what a packet's sound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    G711(Codec),
    Opus,
}

impl Spoken {
    fn ticks(self) -> u32 {
        match self {
            Self::G711(_) => 1,
            Self::Opus => OPUS_TICKS,
        }
    }
}

/// The timestamps of a track that changes between both clocks under one SSRC.
///
/// The first packet after a change goes on in the clock of those before it; from there the new one counts (RFC 7160,
/// 4.1). So what a receiver hears stays in its place whichever of both clocks it measures the change with.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing {
    ticks: u32,
    /// The same instant at 8,000 a second, and as it was sent.
    inside: u32,
    sent: u32,
}

impl Outgoing {
    /// A track that begins with G.711 at that timestamp.
    pub fn starting_at(timestamp: u32) -> Self {
        Self {
            ticks: 1,
            inside: timestamp,
            sent: timestamp,
        }
    }

    /// Whether a packet like this changes the clock.
    pub fn changes(&self, spoken: Spoken) -> bool {
        self.ticks != spoken.ticks()
    }

    /// The timestamp to send for that of an inner stream.
    pub fn at(&mut self, inside: u32, spoken: Spoken) -> u32 {
        let elapsed = inside.wrapping_sub(self.inside);
        // Counting wraps, and so does what it is multiplied by.
        let sent = self.sent.wrapping_add(elapsed.wrapping_mul(self.ticks));
        if self.changes(spoken) {
            *self = Self {
                ticks: spoken.ticks(),
                inside,
                sent,
            };
        }
        sent
    }
}

/// The timestamps of a browser's Opus, told at 8,000 a second.
#[derive(Debug, Clone, Copy)]
pub struct Incoming {
    newest: u32,
    /// With the times that the count has begun anew.
    ticks: i64,
}

impl Incoming {
    pub fn starting_at(timestamp: u32) -> Self {
        Self {
            newest: timestamp,
            ticks: i64::from(timestamp),
        }
    }

    pub fn at(&mut self, timestamp: u32) -> u32 {
        let step = timestamp.wrapping_sub(self.newest) as i32;
        self.newest = timestamp;
        self.ticks += i64::from(step);
        self.ticks.div_euclid(i64::from(OPUS_TICKS)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PCMU: Spoken = Spoken::G711(Codec::Pcmu);

    #[test]
    fn the_first_packet_of_another_clock_goes_on_in_the_clock_before() {
        let mut track = Outgoing::starting_at(u32::MAX - 159);
        let inside = |frame: u32| (u32::MAX - 159).wrapping_add(frame * 160);
        let spoken = [PCMU, PCMU, Spoken::Opus, Spoken::Opus, PCMU, PCMU];
        let sent: Vec<u32> = (0..)
            .zip(spoken)
            .map(|(frame, spoken)| track.at(inside(frame), spoken))
            .collect();
        let steps: Vec<u32> = sent.windows(2).map(|p| p[1].wrapping_sub(p[0])).collect();
        assert_eq!(steps, [160, 160, 960, 960, 160]);
    }

    #[test]
    fn opus_is_told_at_8000_across_the_wrap() {
        let first = u32::MAX - 1_500;
        let mut clock = Incoming::starting_at(first);
        let told: Vec<u32> = (0..5)
            .map(|frame: u32| clock.at(first.wrapping_add(frame * 960)))
            .collect();
        assert!(
            told.windows(2).all(|pair| pair[1] - pair[0] == 160),
            "{told:?}"
        );
        // One that was overtaken has the place that it would have had.
        assert_eq!(clock.at(first.wrapping_add(3 * 960)), told[3]);
    }

    proptest! {
        #[test]
        fn in_any_order_of_clocks_time_goes_on_and_by_the_clock_in_force(
            first: u32, frames in proptest::collection::vec((any::<bool>(), 1..50_u32), 2..200),
        ) {
            let mut track = Outgoing::starting_at(first);
            let (mut inside, mut before) = (first, (first, 1));
            for (opus, frames) in frames {
                inside = inside.wrapping_add(frames * 20);
                let spoken = if opus { Spoken::Opus } else { PCMU };
                let sent = track.at(inside, spoken);
                prop_assert_eq!(sent.wrapping_sub(before.0), frames * 20 * before.1);
                before = (sent, spoken.ticks());
            }
        }
    }
}
