"""However late messages are and whatever people do, pool and sound agree once all has arrived."""

from random import Random

import pytest
from tests.property.routing.world import World

WORLDS = 500
STEPS = 150
WEIGHTS = {
    "time passes": 8,
    "pick up": 8,
    "get ready": 4,
    "refuse": 2,
    "transfer": 0.5,
    "consult": 2,
    "complete": 1,
    "end consult": 0.5,
    "ring off": 0.3,
    "take over": 0.2,
    "hang up": 0.1,
}


@pytest.mark.parametrize("first_seed", range(0, WORLDS, 50))
def test_the_pool_knows_who_talks_with_whom_once_all_messages_have_arrived(
    first_seed: int,
) -> None:
    for seed in range(first_seed, first_seed + 50):
        world = lived(Random(seed))
        world.settle()
        assert list(world.disagreements()) == [], f"seed {seed}"


def lived(random: Random) -> World:
    """A world after some steps; how late messages are is different in each."""
    world, promptness = World(), random.random()
    for _ in range(STEPS):
        deliveries = world.deliveries()
        if deliveries and random.random() < promptness:
            random.choice(deliveries)()
        else:
            deeds = world.deeds()
            kind = random.choices(list(deeds), [WEIGHTS[kind] for kind in deeds])[0]
            random.choice(deeds[kind])()
    return world
