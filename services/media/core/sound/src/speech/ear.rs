//! One leg's ear: what its phone said, cell by cell, and whether that was speech.

use super::{CELLS_AHEAD, CELLS_GRACE, CELL_SAMPLES};
use crate::stream::SourceId;
use crate::{g711, Codec, Micros, Role, Tapped, SAMPLE_RATE};

/// Mean square of full scale, the 0 dB of dBFS here.
const FULL_SCALE: f64 = 32_768.0 * 32_768.0;

/// A cell as loud as this begins speech: −42 dBFS. Speech on the telephone has a nominal active level of −26 dBFS, and
/// what lies more than 15.9 dB below the active level is no speech (ITU-T P.56). Line noise is −50 dBFS and less.
const LOUD_FROM: u64 = 67_750 * CELL_SAMPLES as u64;

/// A cell quieter than this is the end of it: −45 dBFS. Cells of steady noise differ by 1 dB from each other; 3 dB keep
/// a voice at the limit from being cut to pieces.
const QUIET_BELOW: u64 = 33_950 * CELL_SAMPLES as u64;

/// Pauses up to this, between words and in plosives, belong to the speech around them: 200 ms, the hangover of P.56.
const BRIDGED: u32 = 10;

/// What is loud for less than three cells, 60 ms, is a click: no syllable is that short.
const SYLLABLE: u32 = 3;

/// The judged cell's bit in the history of loud cells.
const JUDGED: u32 = CELLS_AHEAD as u32;

/// Beyond the bridged pause at both sides, so much of a syllable must be seen that it counts as one.
const _: () = assert!(JUDGED == BRIDGED + SYLLABLE - 1 && JUDGED + BRIDGED + SYLLABLE < u32::BITS);

/// Cells that are kept: unheard ones in their grace, heard ones that are not judged, and the two that fill.
const CELLS_KEPT: usize = 32;

const _: () = assert!(CELLS_GRACE + CELLS_AHEAD + 2 <= CELLS_KEPT as u64);

/// How far a packet's place by its timestamp may lie after its arrival, in samples: 10 ms.
const EARLY_MAX: i64 = 80;

/// 20 ms of a leg.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Sum of the squares of its samples.
    energy: u64,
    /// Whether any sound came.
    came: bool,
}

/// What a leg's phone said.
#[derive(Debug, Clone)]
pub struct Ear {
    pub role: Role,
    /// Whether the customer hears it.
    pub audible: bool,
    cells: [Cell; CELLS_KEPT],
    /// Bit `n`: the cell `n` before the newest heard one was loud.
    loud: u32,
    source: Option<Source>,
    energy: u64,
    came: bool,
    speech_cells: u32,
}

/// Where a source's timestamps lie in time, in samples.
#[derive(Debug, Clone, Copy)]
struct Source {
    id: SourceId,
    position: i64,
    timestamp: u32,
}

/// One leg's second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegSecond {
    /// Root mean square over the second, 0 to −960; −960: nothing came.
    pub level_tenth_dbfs: i32,
    /// 0 to 1,000.
    pub speech_ms: u32,
}

impl Ear {
    pub fn new(role: Role) -> Self {
        Self {
            role,
            audible: false,
            cells: [Cell::default(); CELLS_KEPT],
            loud: 0,
            source: None,
            energy: 0,
            came: false,
            speech_cells: 0,
        }
    }

    /// Takes one packet's sound; cells before `next` are closed.
    pub fn hear(&mut self, tapped: &Tapped<'_>, next: u64) {
        let position = self.place(tapped);
        let squares = squares(tapped.codec);
        let mut payload = tapped.payload;
        // Sound from before the clock's start is of no cell.
        let mut at = position.max(0) as u64;
        payload = &payload[(at as i64 - position).min(payload.len() as i64) as usize..];
        while !payload.is_empty() {
            let number = at / CELL_SAMPLES as u64;
            let room = CELL_SAMPLES - (at % CELL_SAMPLES as u64) as usize;
            let (part, rest) = payload.split_at(room.min(payload.len()));
            if number >= next {
                let cell = &mut self.cells[number as usize % CELLS_KEPT];
                let energy: u64 = part.iter().map(|&byte| squares[usize::from(byte)]).sum();
                cell.energy += energy;
                cell.came = true;
            }
            at += part.len() as u64;
            payload = rest;
        }
    }

    /// Where the packet's sound begins: by its timestamp, unless that and its arrival are too far apart.
    fn place(&mut self, tapped: &Tapped<'_>) -> i64 {
        let spoken = samples(tapped.at) - tapped.payload.len() as i64;
        let known = self.source.filter(|source| source.id == tapped.source);
        let by_timestamp = known.map(|source| {
            source.position + i64::from(tapped.timestamp.wrapping_sub(source.timestamp) as i32)
        });
        let late_max = CELLS_GRACE as i64 * CELL_SAMPLES as i64 / 2;
        let position = by_timestamp
            .filter(|position| (-EARLY_MAX..=late_max).contains(&(spoken - position)))
            .unwrap_or(spoken);
        self.source = Some(Source {
            id: tapped.source,
            position,
            timestamp: tapped.timestamp,
        });
        position
    }

    /// Closes a cell; the next in number.
    pub fn close_cell(&mut self, number: u64) {
        let energy = self.cells[number as usize % CELLS_KEPT].energy;
        let limit = if self.loud & 1 == 1 {
            QUIET_BELOW
        } else {
            LOUD_FROM
        };
        self.loud = self.loud << 1 | u32::from(energy >= limit);
    }

    /// Whether the judged cell, [`CELLS_AHEAD`] before the newest closed one, is of speech; counts it in the second.
    pub fn judge_cell(&mut self, number: u64) -> bool {
        let cell = std::mem::take(&mut self.cells[number as usize % CELLS_KEPT]);
        self.energy += cell.energy;
        self.came |= cell.came;
        let speaks = is_speech(self.loud);
        self.speech_cells += u32::from(speaks);
        speaks
    }

    /// The second that is over.
    pub fn take_second(&mut self) -> LegSecond {
        let second = LegSecond {
            level_tenth_dbfs: level(self.energy, self.came),
            speech_ms: self.speech_cells * 20,
        };
        (self.energy, self.came, self.speech_cells) = (0, false, 0);
        second
    }
}

/// Whether the judged cell is of a syllable, or of a pause short enough between two.
fn is_speech(loud: u32) -> bool {
    let runs = loud & loud >> 1 & loud >> 2;
    let syllables = runs | runs << 1 | runs << 2;
    if syllables >> JUDGED & 1 == 1 {
        return true;
    }
    let newer = syllables & ((1 << JUDGED) - 1);
    let older = syllables >> (JUDGED + 1);
    if newer == 0 || older == 0 {
        return false;
    }
    let until_next = JUDGED - newer.ilog2();
    let since_last = older.trailing_zeros() + 1;
    until_next + since_last - 1 <= BRIDGED
}

fn level(energy: u64, came: bool) -> i32 {
    if !came {
        return -960;
    }
    let mean = energy as f64 / f64::from(SAMPLE_RATE);
    // Of digital silence the logarithm is minus infinity.
    ((mean / FULL_SCALE).log10() * 100.0)
        .clamp(-959.0, 0.0)
        .round() as i32
}

fn samples(at: Micros) -> i64 {
    (at * 8 / 1_000) as i64
}

fn squares(codec: Codec) -> &'static [u64; 256] {
    match codec {
        Codec::Pcmu => &ULAW_SQUARES,
        Codec::Pcma => &ALAW_SQUARES,
    }
}

const ULAW_SQUARES: [u64; 256] = squares_of(Codec::Pcmu);
const ALAW_SQUARES: [u64; 256] = squares_of(Codec::Pcma);

const fn squares_of(codec: Codec) -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let sample = match codec {
            Codec::Pcmu => g711::ulaw_decode(byte as u8),
            Codec::Pcma => g711::alaw_decode(byte as u8),
        } as i64;
        table[byte] = (sample * sample) as u64;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which cells of a history are speech, when all around them are quiet; `#` is loud.
    fn speech(history: &str) -> String {
        let quiet = [' '; JUDGED as usize];
        let mut loud = 0;
        let cells = history.chars().chain(quiet);
        let judged = cells.map(|cell| {
            loud = loud << 1 | u32::from(cell == '#');
            if is_speech(loud) {
                '#'
            } else {
                ' '
            }
        });
        judged.collect::<String>().split_off(JUDGED as usize)
    }

    #[test]
    fn syllables_are_speech_and_clicks_are_not() {
        assert_eq!(speech("  ###   ####     "), "  ##########     ");
        assert_eq!(speech("  #   ##  # #    "), " ".repeat(17));
    }

    #[test]
    fn a_pause_of_200_ms_belongs_to_the_speech_and_a_longer_one_does_not() {
        let apart = |cells: usize| format!("###{}###", " ".repeat(cells));
        assert_eq!(speech(&apart(10)), "#".repeat(16));
        assert_eq!(speech(&apart(11)), apart(11));
    }

    #[test]
    fn clicks_do_not_lengthen_the_pause_that_is_bridged() {
        let history = "###        #        ###";
        assert_eq!(speech(history), "###                 ###");
    }
}
