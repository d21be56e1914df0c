"""A waiting customer wants to be called back, and is, by the centre, when somebody is free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sasayaki_demo.bots import GUIDANCE_HZ, HEAR_S, OPERATOR_HZ
from sasayaki_demo.ledger import Entry
from sasayaki_demo.morning import caller
from sasayaki_demo.morning.caller import Call, Customer
from sasayaki_demo.morning.ears import Stretch, faults, music_share, seconds_with
from sasayaki_demo.morning.talk import HOLD_S
from sasayaki_demo.phones import OUTSIDE
from sasayaki_demo.play import Floor
from sasayaki_demo.sound import read_packets

CALL_BACK_KEY = "1"
THANKED_HZ = 1600.0
PICKED_UP_AFTER_MS = 300
SLACK_S = 0.3


@dataclass(frozen=True)
class CalledBack:
    """A customer who waited, hung up, was called and talked."""

    asked: Call
    outside_rx: Path
    contact_id: str
    operator_id: str
    operator_rx: Path
    stretch: Stretch


async def plug_in(at_work: Floor, hertz: float) -> None:
    """Puts the phone there that calls to outside reach, if it is not there: one at a time."""
    if any(e.get("event") == "phone" and e["phone"] == OUTSIDE for e in at_work.ledger.entries):
        return
    voice = at_work.voices.customer
    said = {"tone": hertz} if "tone" in voice else voice
    address, _, port = at_work.platform.endpoints.outside.rpartition(":")
    await at_work.phones.add(
        OUTSIDE,
        said,
        address=address,
        port=int(port),
        answer="auto",
        answer_after_ms=PICKED_UP_AFTER_MS,
        record=True,
    )


async def ask_for_it(at_work: Floor, customer: Customer) -> Call:
    """Calls, waits, takes the offer of a call back, is thanked and let go."""
    call = await caller.call_in(at_work, customer)
    await caller.choose(at_work, call)
    await customer.listening.offer(call.rx)
    await at_work.ledger.add({"act": "ask_for_call_back", "phone": customer.phone})
    await caller.press(at_work, call, CALL_BACK_KEY)
    await caller.was_hung_up(at_work, call)
    return call


async def be_called_back(at_work: Floor, asked: Call, operator: str, since: int) -> CalledBack:
    """Picks up, hears the guidance and talks with `operator`; the talk goes on afterwards."""
    rung = await at_work.phones.wait(OUTSIDE, "established", since=since, within_s=HEAR_S)
    answered: Entry = await caller.answered_by(at_work, operator, since)
    stretch = await Stretch.lasting(HOLD_S)
    return CalledBack(
        asked,
        Path(rung["rx"]),
        str(answered["contact_id"]),
        operator,
        Path(answered["rx"]),
        stretch,
    )


async def finish(at_work: Floor, called: CalledBack) -> None:
    """Hangs up; returns when the operator has sent the form."""
    await at_work.phones.do("hangup", phone=OUTSIDE)
    await caller.wrapped_up_by(at_work, called.operator_id, called.contact_id)


def check(called: CalledBack) -> Iterator[str]:
    """Music, thanks and no operator in the first call; guidance, then both hear each other."""
    first = read_packets(called.asked.rx).samples()
    yield from faults("waiting for a call back, customer", first, unwanted=(OPERATOR_HZ,))
    if not music_share(first):
        yield "waiting for a call back: the customer heard no music"
    if seconds_with(first, THANKED_HZ) < SLACK_S:
        yield "waiting for a call back: the customer was not thanked"
    hertz = called.asked.customer.hertz
    whole = read_packets(called.outside_rx).samples()
    if seconds_with(whole, GUIDANCE_HZ) < 1.0:
        yield "called back: the customer heard no recording guidance"
    heard = called.stretch.of(called.outside_rx)
    yield from faults("called back, customer", heard, wanted=(OPERATOR_HZ,), unwanted=(hertz,))
    heard = called.stretch.of(called.operator_rx)
    yield from faults("called back, operator", heard, wanted=(hertz,), unwanted=(OPERATOR_HZ,))
