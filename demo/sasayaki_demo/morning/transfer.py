"""An operator asks a colleague while the customer hears music, and leaves the customer to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import COLLEAGUE_HZ, OPERATOR_HZ
from sasayaki_demo.morning import caller
from sasayaki_demo.morning.caller import Customer
from sasayaki_demo.morning.ears import MUSIC_HZ, Stretch, faults, no_music
from sasayaki_demo.morning.talk import HOLD_S, Talk, both_hear, reach
from sasayaki_demo.play import Floor


@dataclass(frozen=True)
class Transferred:
    """A customer who was given from one operator to another."""

    talk: Talk
    colleague_rx: Path
    before: Stretch
    consulting: Stretch
    after: Stretch


async def transfer(
    at_work: Floor, customer: Customer, operator: str, colleague: str
) -> Transferred:
    """Talks with `operator`, who asks `colleague`, comes ready only now, and hands over."""
    phones = at_work.phones
    talk = await reach(at_work, customer, operator)
    before = await Stretch.lasting(HOLD_S)
    at_work.desks[operator].given_away.add(talk.contact_id)
    if "tone" in at_work.voices.operator:
        await phones.do("sound", phone=colleague, sound={"tone": COLLEAGUE_HZ})
    since = phones.position
    await at_work.operators[colleague].set_state(pool_pb.OPERATOR_STATE_READY)
    await at_work.operators[operator].consult(talk.contact_id, colleague)
    joined = await caller.answered_by(at_work, colleague, since)
    consulting = await Stretch.lasting(HOLD_S)
    await at_work.operators[operator].complete_transfer(talk.contact_id)
    await phones.wait(operator, "hungup", since=since)
    after = await Stretch.lasting(HOLD_S)
    await caller.hang_up(at_work, talk.call)
    await caller.wrapped_up_by(at_work, colleague, talk.contact_id)
    await phones.do("sound", phone=colleague, sound=at_work.voices.operator)
    return Transferred(talk, Path(joined["rx"]), before, consulting, after)


def check(given: Transferred) -> Iterator[str]:
    """On hold the customer hears music alone while the operators hear each other; then the next."""
    rx, hertz = given.talk.call.rx, given.talk.call.customer.hertz
    yield from both_hear("before the transfer", given.talk, given.before)

    held = given.consulting.of(rx)
    yield from no_music("on hold, customer", held)
    people = (OPERATOR_HZ, COLLEAGUE_HZ)
    yield from faults("on hold, customer", held, unwanted=people)
    for who, capture, other in (
        ("operator", given.talk.operator_rx, COLLEAGUE_HZ),
        ("colleague", given.colleague_rx, OPERATOR_HZ),
    ):
        heard = given.consulting.of(capture)
        unwanted = (hertz, *MUSIC_HZ)
        yield from faults(f"on hold, {who}", heard, wanted=(other,), unwanted=unwanted)

    heard = given.after.of(rx)
    wanted, unwanted = (COLLEAGUE_HZ,), (OPERATOR_HZ, *MUSIC_HZ)
    yield from faults("transferred, customer", heard, wanted=wanted, unwanted=unwanted)
    heard = given.after.of(given.colleague_rx)
    yield from faults("transferred, colleague", heard, wanted=(hertz,), unwanted=(OPERATOR_HZ,))
    if len(left := given.after.of(given.talk.operator_rx)):
        yield f"transferred: the first operator still receives {len(left) // 8} ms of sound"
