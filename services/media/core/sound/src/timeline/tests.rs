//! Tracks stay aligned whatever clocks and networks do.

use super::*;
use crate::{Codec, Slot};

const MS: Micros = 1_000;

/// A party that says one byte value, with a clock and a network of its own.
struct Party {
    role: Role,
    value: u8,
    /// Parts per million that its clock is fast.
    ppm: i64,
    /// The packets that exist, of 20 ms each.
    packets: std::ops::Range<u64>,
    lost: fn(u64) -> bool,
    jitter: fn(u64) -> Micros,
}

impl Party {
    fn new(role: Role, value: u8, packets: std::ops::Range<u64>) -> Self {
        Self {
            role,
            value,
            ppm: 0,
            packets,
            lost: |_| false,
            jitter: |_| 0,
        }
    }

    fn arrivals(&self) -> impl Iterator<Item = (Micros, Role, u32, u8)> + '_ {
        self.packets.clone().filter(|&n| !(self.lost)(n)).map(|n| {
            // A fast clock finishes its frames early.
            let spoken = (n as i64 + 1) * 20_000;
            let at = (spoken - spoken * self.ppm / 1_000_000) as u64 + (self.jitter)(n);
            (
                at,
                self.role,
                (n as u32).wrapping_mul(160).wrapping_sub(500),
                self.value,
            )
        })
    }
}

struct Tracks {
    sound: [Vec<u8>; 3],
    gaps: [Vec<(u32, u32)>; 3],
    last: [bool; 3],
    recorded: Recorded,
}

fn record(parties: &[Party], length: Micros) -> Tracks {
    let mut arrivals: Vec<_> = parties.iter().flat_map(Party::arrivals).collect();
    arrivals.sort_by_key(|arrival| arrival.0);
    let mut sound = [const { Vec::new() }; 3];
    let mut gaps = [const { Vec::new() }; 3];
    let mut last = [false; 3];
    let mut take = |page: Page<'_>| {
        let track = page.role as usize;
        assert_eq!(page.start_ms as usize, sound[track].len() / 8);
        assert_eq!(page.number as usize, sound[track].len() / PAGE_SAMPLES);
        let start = sound[track].len() as u32;
        sound[track].extend(page.pcmu);
        gaps[track].extend(page.gaps.map(|(from, samples)| (from + start, samples)));
        last[track] = page.last;
    };
    let mut timeline = Timeline::new(0);
    for (at, role, timestamp, value) in arrivals.into_iter().filter(|arrival| arrival.0 <= length) {
        let payload = [value; 160];
        let codec = Codec::Pcmu;
        timeline.add(
            &Tapped {
                role,
                leg: Slot(0),
                source: 1,
                timestamp,
                at,
                codec,
                payload: &payload,
            },
            &mut take,
        );
    }
    let recorded = timeline.close(length, &mut take);
    Tracks {
        sound,
        gaps,
        last,
        recorded,
    }
}

/// Milliseconds at which `value` is first and last heard.
fn heard(track: &[u8], value: u8) -> (usize, usize) {
    let first = track.iter().position(|&byte| byte == value).expect("heard");
    let last = track
        .iter()
        .rposition(|&byte| byte == value)
        .expect("heard");
    (first / 8, last / 8)
}

fn near(milliseconds: usize, expected: usize) -> bool {
    milliseconds.abs_diff(expected) <= 20
}

#[test]
fn all_tracks_have_the_length_of_the_call_whoever_spoke() {
    let tracks = record(&[Party::new(Role::Customer, 1, 0..200)], 3_210 * MS);
    assert_eq!(
        tracks.recorded,
        Recorded {
            milliseconds: 3_210,
            pages: 4
        }
    );
    assert_eq!(tracks.sound.each_ref().map(Vec::len), [3_210 * 8; 3]);
    assert_eq!(tracks.last, [true; 3]);
    assert_eq!(
        tracks.gaps[1],
        [(0, 8_000), (8_000, 8_000), (16_000, 8_000), (24_000, 1_680)]
    );
    assert!(tracks.sound[1]
        .iter()
        .all(|&byte| byte == Codec::Pcmu.silence()));
}

#[test]
fn a_recording_of_no_length_is_one_empty_last_page_per_track() {
    let tracks = record(&[], 0);
    assert_eq!(
        tracks.recorded,
        Recorded {
            milliseconds: 0,
            pages: 1
        }
    );
    assert_eq!(tracks.last, [true; 3]);
}

#[test]
fn each_voice_is_on_its_own_track_where_it_was_spoken() {
    let parties = [
        Party::new(Role::Customer, 1, 0..500),
        Party::new(Role::Operator, 2, 50..400),
        Party::new(Role::Supervisor, 3, 100..200),
    ];
    let tracks = record(&parties, 9_000 * MS);
    for (track, value, from, to) in [(0, 1, 0, 8_999), (1, 2, 1_000, 8_000), (2, 3, 2_000, 4_000)] {
        let (first, last) = heard(&tracks.sound[track], value);
        assert!(
            near(first, from) && near(last, to),
            "track {track}: {first} to {last} ms"
        );
    }
}

#[test]
fn a_loss_is_a_gap_of_its_own_length_and_moves_nothing() {
    let mut party = Party::new(Role::Customer, 1, 0..200);
    party.lost = |n| n == 60 || n == 61;
    let tracks = record(&[party], 4_000 * MS);
    assert_eq!(tracks.gaps[0], [(60 * 160, 320)]);
}

#[test]
fn jitter_moves_nothing() {
    let mut party = Party::new(Role::Customer, 1, 0..1_000);
    party.jitter = |n| (n * 7_919 % 40) * MS;
    let tracks = record(&[party], 20_000 * MS);
    let missing: u32 = tracks.gaps[0].iter().map(|gap| gap.1).sum();
    assert!(missing <= 40 * 8 + 160, "{missing} samples are missing");
}

#[test]
fn a_late_first_packet_shifts_the_track_only_until_the_next() {
    let mut party = Party::new(Role::Customer, 1, 50..100);
    party.jitter = |n| if n == 50 { 120 * MS } else { 0 };
    let tracks = record(&[party], 3_000 * MS);
    let (_, last) = heard(&tracks.sound[0], 1);
    assert!(near(last, 2_000), "the voice ends at {last} ms");
}

#[test]
fn clocks_that_drift_stay_aligned_for_an_hour() {
    for ppm in [-100, 100] {
        let mut party = Party::new(Role::Operator, 2, 0..180_000);
        party.ppm = ppm;
        let end = 180_000 * 20_000 - 180_000 * 20 * ppm / 1_000;
        let tracks = record(&[party], end as Micros);
        let (_, last) = heard(&tracks.sound[1], 2);
        assert!(
            near(last, end as usize / 1_000),
            "{ppm} ppm: {last} ms of {end} µs"
        );
        let missing: u32 = tracks.gaps[1].iter().map(|gap| gap.1).sum();
        assert!(
            missing < 8 * 400,
            "{ppm} ppm: {missing} samples are missing"
        );
    }
}

#[test]
fn timestamps_that_stood_still_through_a_pause_are_placed_by_arrival() {
    let mut timeline = Timeline::new(0);
    let mut sound = Vec::new();
    let mut take = |page: Page<'_>| {
        if page.role == Role::Customer {
            sound.extend(page.pcmu);
        }
    };
    for n in 0..100_u64 {
        let pause = if n < 50 { 0 } else { 5_000 * MS };
        let at = (n + 1) * 20 * MS + pause;
        let tapped = Tapped {
            role: Role::Customer,
            leg: Slot(0),
            source: 1,
            timestamp: n as u32 * 160,
            at,
            codec: Codec::Pcmu,
            payload: &[n as u8; 160],
        };
        timeline.add(&tapped, &mut take);
    }
    timeline.close(7_000 * MS, &mut take);
    assert!(near(heard(&sound, 49).1, 1_000));
    assert!(near(heard(&sound, 50).0, 6_000));
    assert!(near(heard(&sound, 99).1, 7_000));
}

#[test]
fn a_law_is_recorded_as_mu_law() {
    let mut first = 0;
    let mut timeline = Timeline::new(0);
    let payload = [0x2A; 160];
    let (role, codec) = (Role::Customer, Codec::Pcma);
    let tapped = Tapped {
        role,
        leg: Slot(0),
        source: 1,
        timestamp: 0,
        at: 20 * MS,
        codec,
        payload: &payload,
    };
    timeline.add(&tapped, &mut |_| ());
    timeline.close(20 * MS, &mut |page| {
        if page.role == Role::Customer {
            first = page.pcmu[0];
        }
    });
    assert_eq!(
        first,
        crate::g711::ulaw_encode(crate::g711::alaw_decode(0x2A))
    );
}

/// Records what legs of the supervisors' track say, packet by packet; the track and its gaps.
fn record_supervisors(said: &[(u64, u8, i16)], length: Micros) -> (Vec<i16>, u32) {
    let mut timeline = Timeline::new(0);
    let (mut track, mut missing) = (Vec::new(), 0);
    let mut take = |page: Page<'_>| {
        if page.role == Role::Supervisor {
            let mut samples = vec![0; page.pcmu.len()];
            Codec::Pcmu.decode(page.pcmu, &mut samples);
            track.extend(samples);
            missing += page.gaps.map(|(_, samples)| samples).sum::<u32>();
        }
    };
    for &(n, leg, value) in said {
        let mut payload = [0; 160];
        Codec::Pcmu.encode(&[value; 160], &mut payload);
        let tapped = Tapped {
            role: Role::Supervisor,
            leg: Slot(leg),
            source: u64::from(leg) + 1,
            timestamp: n as u32 * 160 + u32::from(leg) * 77_777,
            at: (n + 1) * 20 * MS,
            codec: Codec::Pcmu,
            payload: &payload,
        };
        timeline.add(&tapped, &mut take);
    }
    timeline.close(length, &mut take);
    (track, missing)
}

/// Whether each sample of the customer's track is their voice, and the track's gaps and pauses, with pauses set at those
/// milliseconds.
fn record_with_pauses(
    switched: &[(u32, bool)],
    lost: fn(u64) -> bool,
    jitter: fn(u64) -> Micros,
    length: Micros,
) -> (Vec<bool>, [Vec<(u32, u32)>; 2]) {
    let mut writing = Timeline::new(0);
    let (mut track, mut gaps, mut pauses) = (Vec::new(), Vec::new(), Vec::new());
    let mut take = |page: Page<'_>| {
        if page.role == Role::Customer {
            let start = track.len() as u32;
            let placed = move |(from, samples)| (from + start, samples);
            track.extend(page.pcmu.iter().map(|&byte| byte == 1));
            gaps.extend(page.gaps.map(placed));
            pauses.extend(page.pauses.map(placed));
        }
    };
    let mut party = Party::new(Role::Customer, 1, 0..length / 20_000);
    (party.lost, party.jitter) = (lost, jitter);
    let mut orders = switched.iter().peekable();
    for (at, role, begun, value) in party.arrivals() {
        while let Some((at_ms, paused)) = orders.next_if(|(at_ms, _)| u64::from(*at_ms) * MS <= at)
        {
            writing.pause(*at_ms, *paused, &mut take);
        }
        let tapped = Tapped {
            role,
            leg: Slot(0),
            source: 1,
            timestamp: begun,
            at,
            codec: Codec::Pcmu,
            payload: &[value; 160],
        };
        // Even what comes while the recording is paused leaves no trace.
        writing.add(&tapped, &mut take);
    }
    writing.close(length, &mut take);
    (track, [gaps, pauses])
}

#[test]
fn nothing_of_a_pause_is_written_and_both_its_ends_are_exact() {
    for (from, to) in [(1_010, 1_011), (1_500, 1_507), (990, 4_321), (0, 2_000)] {
        let switched = [(from, true), (to, false)];
        let (track, [gaps, pauses]) = record_with_pauses(&switched, |_| false, |_| 0, 6_000 * MS);
        let (from, to) = (from as usize * 8, to as usize * 8);
        assert!(track[..from].iter().all(|&voice| voice), "before {from}");
        assert!(track[from..to].iter().all(|&voice| !voice), "{from}..{to}");
        assert!(track[to..].iter().all(|&voice| voice), "after {to}");
        assert_eq!(gaps, []);
        let all: u32 = pauses.iter().map(|(_, samples)| samples).sum();
        assert_eq!((pauses[0].0, all), (from as u32, (to - from) as u32));
    }
}

#[test]
fn a_pause_that_does_not_end_lasts_to_the_end_of_the_recording() {
    let (track, [gaps, pauses]) =
        record_with_pauses(&[(2_500, true)], |_| false, |_| 0, 5_300 * MS);
    assert!(track[20_000..].iter().all(|&voice| !voice));
    assert_eq!(gaps, []);
    assert_eq!(
        pauses,
        [
            (20_000, 4_000),
            (24_000, 8_000),
            (32_000, 8_000),
            (40_000, 2_400)
        ]
    );
}

#[test]
fn what_was_said_in_a_pause_and_comes_late_is_not_written() {
    let late = |n: u64| if (60..70).contains(&n) { 100 * MS } else { 0 };
    let (track, [_, pauses]) = record_with_pauses(
        &[(1_200, true), (1_400, false)],
        |_| false,
        late,
        3_000 * MS,
    );
    assert!(track[9_600..11_200].iter().all(|&voice| !voice));
    assert_eq!(pauses, [(9_600, 1_600)]);
}

#[test]
fn losses_beside_a_pause_are_gaps_and_those_within_it_are_not() {
    let (_, [gaps, pauses]) = record_with_pauses(
        &[(1_000, true), (1_200, false), (1_300, true), (1_400, false)],
        |n| n == 40 || n == 55 || n == 62,
        |_| 0,
        3_000 * MS,
    );
    assert_eq!(gaps, [(40 * 160, 160), (62 * 160, 160)]);
    assert_eq!(pauses, [(8_000, 1_600), (10_400, 800)]);
}

#[test]
fn supervisors_who_speak_at_once_are_summed_on_their_track() {
    let mut said = Vec::new();
    for n in 0..150 {
        if n < 100 {
            said.push((n, 2, 4_000));
        }
        if n >= 50 {
            said.push((n, 3, 8_000));
        }
        if n >= 75 {
            said.push((n, 4, 30_000));
        }
    }
    let (track, missing) = record_supervisors(&said, 3_000 * MS);
    assert_eq!((track.len(), missing), (24_000, 0));
    for (from, to, value) in [
        (0, 50, 4_000),
        (50, 75, 12_000),
        // Above full scale it is clipped.
        (75, 100, i16::MAX),
        (100, 150, i16::MAX),
    ] {
        let near = |&sample: &i16| (i32::from(sample) - i32::from(value)).abs() <= 800;
        assert!(track[from * 160..to * 160].iter().all(near), "{from}");
    }
}

#[test]
fn what_one_leg_says_twice_of_one_instant_is_not_summed() {
    let said: Vec<_> = (0..20)
        .flat_map(|n| [(n, 2, 4_000), (n, 2, 4_000)])
        .collect();
    let (track, _) = record_supervisors(&said, 400 * MS);
    assert!(track.iter().all(|&sample| (3_800..4_200).contains(&sample)));
}
