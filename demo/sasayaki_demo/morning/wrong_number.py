"""A customer has dialled a wrong number: the operator says so in the form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sasayaki_demo.morning.caller import Customer
from sasayaki_demo.morning.ears import Stretch
from sasayaki_demo.morning.talk import HOLD_S, Talk, both_hear, finish, reach
from sasayaki_demo.play import Floor

REASON = "rsn_wrong_number"


@dataclass(frozen=True)
class Astray:
    """A talk with somebody who wanted somebody else."""

    talk: Talk
    stretch: Stretch


async def go_astray(at_work: Floor, customer: Customer, operator: str) -> Astray:
    """Calls, talks for a moment, hangs up; the operator fills the form in."""
    talk = await reach(at_work, customer, operator)
    at_work.desks[operator].reasons[talk.contact_id] = REASON
    stretch = await Stretch.lasting(HOLD_S)
    await finish(at_work, talk, operator)
    return Astray(talk, stretch)


def check(astray: Astray) -> Iterator[str]:
    """Both heard each other."""
    yield from both_hear("wrong number", astray.talk, astray.stretch)
