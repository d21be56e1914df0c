"""A thousand seeded floors: nobody is heard in training before they said yes, in any order."""

from collections import Counter
from collections.abc import Callable

import pytest
from tests.harness.simulation import simulate
from tests.property.monitoring.gallery_world import World

from sasayaki.monitoring.v1.supervision_events import (
    ConsentRequested,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.supervision.states import Over

SEEDS = 1_000
BLOCK = 125


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_media_is_asked_for_no_training_before_a_yes_in_1000_seeded_interleavings(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    told: Counter[str] = Counter()
    for seed in range(first, first + BLOCK):
        world = World(seed)
        simulate(world.run())
        for heard in world.heard:
            told["supervise"] += 1
            if heard.purpose is not Purpose.TRAINING:
                continue
            told["training"] += 1
            operator_id = world.operator_of[heard.request.contact_id]
            assert heard.yes_of == operator_id, f"seed {seed}: {heard}"
        told.update(world.answers)
        told.update(_what_came_of_it(world))
    for name, number in sorted(told.items()):
        record_property(name, number)
    # The proof is worth something only if all of it happened, many times.
    for name in ("training", "ACCEPTED", "LATER", "DECLINED", "NOT_ANSWERED", "followed"):
        assert told[name] > BLOCK / 10, told


def _what_came_of_it(world: World) -> Counter[str]:
    """Counts how supervisions ended; every one did, and who was never started was never heard."""
    told: Counter[str] = Counter()
    for supervision_id in world.begun:
        assert isinstance(world.supervisions.state(supervision_id), Over)
        events = world.log.of(supervision_id)
        if isinstance(events[0], ConsentRequested):
            told["asked"] += 1
        if not any(isinstance(event, SupervisionStarted) for event in events):
            assert all(each.request.supervision_id != supervision_id for each in world.heard)
        told["followed"] += sum(isinstance(event, TargetSwitched) for event in events)
        ended = events[-1]
        assert isinstance(ended, SupervisionEnded)
        told[SupervisionEndReason(ended.reason).name] += 1
    return told
