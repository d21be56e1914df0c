"""A customer waits, hears music, and hangs up before anybody is free."""

from __future__ import annotations

from collections.abc import Iterator

from sasayaki_demo.bots import COLLEAGUE_HZ, OPERATOR_HZ
from sasayaki_demo.morning import caller
from sasayaki_demo.morning.caller import Call, Customer
from sasayaki_demo.morning.ears import Stretch, faults, no_music
from sasayaki_demo.play import Floor
from sasayaki_demo.sound import read_packets


async def give_up(at_work: Floor, customer: Customer, patience_s: float) -> Call:
    """Calls, waits so long in the queue, and hangs up."""
    call = await caller.call_in(at_work, customer)
    await caller.choose(at_work, call)
    await Stretch.lasting(patience_s)
    await at_work.ledger.add({"act": "give_up", "phone": customer.phone})
    await caller.hang_up(at_work, call)
    return call


def check(call: Call) -> Iterator[str]:
    """The customer heard music at the end, and at no time anybody."""
    heard = read_packets(call.rx).samples()
    yield from faults("abandoned, customer", heard, unwanted=(OPERATOR_HZ, COLLEAGUE_HZ))
    yield from no_music("abandoned, customer at the end", heard[-8_000:])
