"""A talk of the morning: who was reached, with all captures, and what both heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sasayaki_demo.bots import COLLEAGUE_HZ, GUIDANCE_HZ, OPERATOR_HZ
from sasayaki_demo.ledger import Entry
from sasayaki_demo.morning import caller
from sasayaki_demo.morning.caller import Call, Customer
from sasayaki_demo.morning.ears import MUSIC_HZ, Stretch, faults
from sasayaki_demo.play import Floor

HOLD_S = 1.2


@dataclass(frozen=True)
class Talk:
    """A customer's call that an operator's phone answered."""

    call: Call
    contact_id: str
    operator_id: str
    operator_rx: Path
    answered_ns: int

    @classmethod
    def of(cls, call: Call, answered: Entry) -> Talk:
        """Puts both ends together; `answered` is the operator's `established` entry."""
        return cls(
            call,
            str(answered["contact_id"]),
            str(answered["phone"]),
            Path(answered["rx"]),
            int(answered["at_ns"]),
        )


async def reach(at_work: Floor, customer: Customer, operator: str) -> Talk:
    """Calls, presses the key and talks with the one operator who can be reached."""
    since = at_work.phones.position
    call = await caller.call_in(at_work, customer)
    await caller.choose(at_work, call)
    return Talk.of(call, await caller.answered_by(at_work, operator, since))


async def finish(at_work: Floor, talk: Talk, operator: str) -> None:
    """Hangs up; returns when the operator has sent the form."""
    await caller.hang_up(at_work, talk.call)
    await caller.wrapped_up_by(at_work, operator, talk.contact_id)


def both_hear(what: str, talk: Talk, stretch: Stretch) -> Iterator[str]:
    """The customer and the operator hear each other, and nobody and nothing else."""
    customer = stretch.of(talk.call.rx)
    others = (COLLEAGUE_HZ, GUIDANCE_HZ, *MUSIC_HZ, talk.call.customer.hertz)
    yield from faults(f"{what}, customer", customer, wanted=(OPERATOR_HZ,), unwanted=others)
    operator = stretch.of(talk.operator_rx)
    unwanted = (COLLEAGUE_HZ, OPERATOR_HZ, *MUSIC_HZ)
    wanted = (talk.call.customer.hertz,)
    yield from faults(f"{what}, operator", operator, wanted=wanted, unwanted=unwanted)
