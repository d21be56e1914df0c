//! Whatever order things come in, every call, every leg and every phone ends, once, and nothing is left of it.

mod world;

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use sasayaki_node::media::{Media, MediaConfig};
use world::{Step, World};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(
        (0_usize..34, 0_usize..100, 0_usize..100).prop_map(|(kind, a, b)| Step { kind, a, b }),
        1..150,
    )
}

/// How far all walks got.
#[derive(Default, Clone, Copy)]
struct Reached {
    admitted: usize,
    dialled: usize,
    plays: usize,
    moved: usize,
    phones: usize,
    silences: usize,
    holds: usize,
    placed: usize,
}

impl Reached {
    fn add(&mut self, world: &World) {
        self.admitted += world.admitted.len();
        self.dialled += world.dialled.len();
        self.plays += world.plays.len();
        self.moved += world.moved;
        self.phones += world.phones.gone.len();
        self.silences += world.silences;
        self.holds += world.holds;
        self.placed += world.placed.len();
    }
}

#[test]
fn every_call_and_every_leg_ends_once() {
    let spool = tempfile::tempdir().unwrap();
    let (happenings, _taken) = tokio::sync::mpsc::channel(1);
    let first = 20_000 + (std::process::id() % 100) as u16 * 40;
    let ports = (first, first + 38);
    let config = MediaConfig {
        ports,
        spool_dir: spool.path().to_owned(),
        ..MediaConfig::default()
    };
    let (levels, _) = tokio::sync::mpsc::channel(1);
    let media = Media::start(&config, happenings, levels).unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let reached = RefCell::new(Reached::default());
    let result = runner.run(&steps(), |steps| {
        let mut world = World::new(&media, ports);
        // An invited call that is admitted and answered, then anything.
        for kind in [0, 2, 5] {
            world.step(&Step { kind, a: 2, b: 1 });
        }
        // In every other walk a supervisor's phone, to be kept, is picked up.
        if steps.len() % 2 == 0 {
            world.step(&Step {
                kind: 11,
                a: 1,
                b: 0,
            });
            world.step(&Step {
                kind: 14,
                a: 1,
                b: 7,
            });
        }
        for step in &steps {
            world.step(step);
        }
        world.finish();
        reached.borrow_mut().add(&world);
        prop_assert_eq!(world.calls.counts(), (0, 0));
        prop_assert_eq!(world.calls.deadline(), None);
        prop_assert_eq!(world.calls.phones(), (0, 0));
        prop_assert_eq!(world.calls.orders_waiting(), 0);
        prop_assert!(world.rooms.is_empty(), "a call of the sound is left");
        prop_assert!(world.phones.seats.is_empty(), "a phone is not gone");
        prop_assert_eq!(media.ports().0, 0, "a port is still leased");
        for leg in &world.legs {
            prop_assert!(world.forgotten.contains(leg), "{:?} has a dialog left", leg);
        }
        for contact_id in world.admitted.union(&world.placed) {
            prop_assert_eq!(world.ended.get(contact_id), Some(&1), "{}", contact_id);
        }
        for node_call_id in &world.invited {
            prop_assert_eq!(
                world.settled.get(node_call_id),
                Some(&1),
                "{}",
                node_call_id
            );
        }
        for (leg, ends) in &world.dialled {
            prop_assert_eq!(*ends, 1, "{:?}", leg);
        }
        Ok(())
    });
    result.unwrap();
    media.stop();
    let Reached {
        admitted,
        dialled,
        plays,
        moved,
        phones,
        silences,
        holds,
        placed,
    } = *reached.borrow();
    let least = [
        admitted,
        dialled,
        plays,
        moved,
        phones,
        silences * 20,
        holds * 20,
        placed,
    ];
    assert!(
        least.iter().all(|&reached| reached > 1_000),
        "the walks get far: {least:?}"
    );
}
