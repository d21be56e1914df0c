"""The first team can't be reached: after some seconds the second team is asked as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sasayaki_demo.morning.caller import Customer
from sasayaki_demo.morning.ears import Stretch, no_music
from sasayaki_demo.morning.talk import HOLD_S, Talk, both_hear, reach
from sasayaki_demo.play import Floor
from sasayaki_demo.sound import read_packets

SECOND_TEAM_AFTER_S = 3.0
"""As the demo's queue of the reception desk is seeded."""


@dataclass(frozen=True)
class Overflowed:
    """A talk with somebody of the second team."""

    talk: Talk
    stretch: Stretch


async def overflow(at_work: Floor, customer: Customer, second: str) -> Overflowed:
    """Calls while only `second`, of the second team, is free; the talk goes on afterwards."""
    talk = await reach(at_work, customer, second)
    return Overflowed(talk, await Stretch.lasting(HOLD_S))


def check(overflowed: Overflowed) -> Iterator[str]:
    """The customer heard music for as long as only the first team is asked, then the second."""
    talk = overflowed.talk
    yield from both_hear("overflow", talk, overflowed.stretch)
    before = int((SECOND_TEAM_AFTER_S - 1.0) * 1e9)
    waited = read_packets(talk.call.rx).between(talk.answered_ns - 1_000_000_000, talk.answered_ns)
    yield from no_music("overflow, customer before the answer", waited.samples())
    if talk.answered_ns - talk.call.begun_ns < before:
        yield "overflow: the second team answered before it was to be asked"
