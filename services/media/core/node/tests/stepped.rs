//! A wall clock that is stepped, by NTP or by hand: what happens in a call keeps one time, and later calls follow.

mod support;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use std::time::Instant;

use sasayaki_node::clock::{Clock, STEP_US};
use sasayaki_node::wire::happening::Happening as What;
use support::desk::{Desk, CONTACT, NUMBER};
use support::phone::Phone;
use support::Node;

const BEGAN_US: i64 = 1_800_000_000_000_000;
const HOUR_S: i64 = 3_600;
const HOUR_US: i64 = HOUR_S * 1_000_000;

/// A node, and what is added to its UTC.
fn node() -> (Node, Arc<AtomicI64>) {
    let stepped = Arc::new(AtomicI64::new(0));
    let (began, added) = (Instant::now(), Arc::clone(&stepped));
    let utc = move || {
        let passed = began.elapsed().as_micros() as i64;
        BEGAN_US + passed + added.load(Ordering::Relaxed)
    };
    let clock = Clock::start_with(Arc::new(utc));
    (Node::start_at(clock, |_| ()), stepped)
}

/// When all of a call happened, and when a second of its sound was; `amid` is done while it talks.
fn instants(node: &Node, desk: &mut Desk, amid: impl FnOnce()) -> Vec<i64> {
    let (caller, operator) = (Phone::new(node, "090"), Phone::new(node, "usr_op"));
    operator.register();
    let mut dialog = caller.invite(NUMBER);
    desk.admit();
    desk.answer();
    caller.finish(&mut dialog, 200);
    desk.dial("leg_op", "usr_op", 5_000);
    operator.pick_up(&operator.ring());
    let mut happened = Vec::new();
    happened.extend((0..4).map(|_| desk.next()));
    assert!(matches!(happened[3].happening, Some(What::Joined(_))));
    amid();
    let sound = desk.levels().at_us;
    caller.bye(&mut dialog);
    while !matches!(happened.last().unwrap().happening, Some(What::CallEnded(_))) {
        happened.push(desk.next());
    }
    assert!(happened.iter().all(|each| each.contact_id == CONTACT));
    let told = happened.iter().map(|each| each.at_us);
    told.chain([sound]).collect()
}

#[test]
fn a_step_of_utc_in_a_call_parts_neither_what_happens_from_before_nor_from_its_sound() {
    for step_us in [HOUR_US, -HOUR_US] {
        let (node, stepped) = node();
        let mut desk = Desk::open(&node);
        let instants = instants(&node, &mut desk, || {
            stepped.store(step_us, Ordering::Relaxed);
            node.wait_present("the step is noticed", |metrics| {
                metrics.clock_apart_seconds.get() >= HOUR_S - 1
            });
        });
        assert!(
            instants
                .iter()
                .all(|at| (at - BEGAN_US).abs() < HOUR_US / 2),
            "{instants:?}"
        );
        assert_eq!(
            node.metrics.clock_set_total.get(),
            0,
            "somebody was in a call a moment ago"
        );
    }
}

#[test]
fn a_step_while_nobody_is_in_a_call_is_followed_by_events_and_sound() {
    let (node, stepped) = node();
    stepped.store(HOUR_US, Ordering::Relaxed);
    node.wait("the clock is set", |metrics| {
        metrics.clock_set_total.get() == 1
    });
    let mut desk = Desk::open(&node);
    let instants = instants(&node, &mut desk, || ());
    let since = |at: &i64| at - BEGAN_US - HOUR_US;
    assert!(
        instants
            .iter()
            .all(|at| (-STEP_US..HOUR_US / 2).contains(&since(at))),
        "{instants:?}"
    );
    node.wait_present("nothing is apart", |metrics| {
        metrics.clock_apart_seconds.get() == 0
    });
}
