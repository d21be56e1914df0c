"""The supervised calls of the demo: an angry caller, a training refused, a switch, a following.

Each scene is told what it needs of the floor and returns what the checks look at. What nobody
called for is heard because of complaints: for them no operator is asked and no daily limit counts,
so that round after round can be played.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from sasayaki.monitoring.v1.alert_events_pb2 import ALERT_OUTCOME_SOLVED
from sasayaki.monitoring.v1.supervision_events_pb2 import (
    PURPOSE_COMPLAINT,
    PURPOSE_HELP,
    PURPOSE_TRAINING,
)
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import CUSTOMER_HZ, OTHER_CUSTOMER_HZ, Customer, Supervised, Visit
from sasayaki_demo.ledger import Entry
from sasayaki_demo.people import LISTEN, TAKEOVER, WHISPER, Supervisor
from sasayaki_demo.play import Floor, nth_talk, wrapped_up
from sasayaki_demo.sound import level, read_packets

TALKS = 5
"""Talks that the scenes need at once."""
ANSWER_S = 10.0


@dataclass(frozen=True)
class Refused:
    """A training that was asked for in vain; ledger positions from the question to after."""

    contact_id: str
    operator_id: str
    supervisor_id: str
    since: int
    until: int


@dataclass
class Played:
    """What became of the scenes."""

    supervised: list[Supervised] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


async def play_scenes(
    at_work: Floor, customers: list[Customer], again: Customer, *, hold_s: float
) -> Played:
    """Lets all customers call, at least five at once, and plays the scenes among their talks.

    `again` calls when they are gone, and reaches the operator who is followed.
    """
    since = at_work.phones.position
    played = Played()
    angry, trainer, follower = list(at_work.supervisors.values())[:3]
    async with asyncio.TaskGroup() as everybody:
        for customer in customers:
            everybody.create_task(customer.call(at_work.phones, at_work.voices.customer))
        talks = _cast([await nth_talk(at_work, since, n) for n in range(TALKS)])
        again.hertz = _other(_said_to(talks[4]))
        everybody.create_task(_angry(at_work, played, angry, talks[0], hold_s))
        everybody.create_task(_refused_and_switched(at_work, played, trainer, talks[1:4], hold_s))
        begun = everybody.create_task(
            Visit.begin(
                follower,
                at_work.phones,
                talks[4],
                PURPOSE_COMPLAINT,
                hold_s=hold_s,
                following=True,
            )
        )
    await wrapped_up(at_work, since)
    followed = begun.result()
    played.supervised.append(followed.done)
    await _next_call_followed(at_work, played, followed, talks[4], again)
    return played


def _cast(talks: list[Entry]) -> list[Entry]:
    """Returns the talks in the order of the scenes: the supervisor switches from the third to the
    fourth, so those two customers should say different things.
    """
    first = talks[0]
    others = [talk for talk in talks[1:] if _said_to(talk) != _said_to(first)]
    second = (others or talks[1:])[0]
    rest = [talk for talk in talks[1:] if talk is not second]
    return [rest[0], rest[1], first, second, rest[2]]


def _said_to(talk: Entry) -> float:
    """Returns which of the customers' tones the operator of a talk hears."""
    heard = read_packets(Path(talk["rx"])).samples()
    return max(CUSTOMER_HZ, OTHER_CUSTOMER_HZ, key=lambda hertz: level(heard, hertz))


def _other(hertz: float) -> float:
    return OTHER_CUSTOMER_HZ if hertz == CUSTOMER_HZ else CUSTOMER_HZ


async def _angry(
    at_work: Floor, played: Played, person: Supervisor, talk: Entry, hold_s: float
) -> None:
    """An angry customer: the operator presses, a supervisor claims, whispers, takes over."""
    await asyncio.sleep(hold_s)
    alert_id = await at_work.operators[talk["phone"]].call_for_help()
    await person.claim(alert_id)
    visit = await Visit.begin(person, at_work.phones, talk, PURPOSE_HELP, hold_s=hold_s)
    played.supervised.append(visit.done)
    await visit.change(WHISPER, "whisper")
    since = at_work.phones.position
    await visit.change(TAKEOVER, "takeover")
    await at_work.phones.wait(talk["phone"], "hungup", since=since)
    await person.resolve(alert_id, ALERT_OUTCOME_SOLVED)


async def _refused_and_switched(
    at_work: Floor, played: Played, person: Supervisor, talks: list[Entry], hold_s: float
) -> None:
    """One operator wants no training now; two others are heard one after the other."""
    await asyncio.sleep(hold_s)
    since = at_work.phones.position
    contact_id, operator_id = str(talks[0]["contact_id"]), str(talks[0]["phone"])
    supervision_id = await person.start(contact_id, LISTEN, PURPOSE_TRAINING)
    await at_work.ledger.wait(
        lambda e: e.get("act") == "answer_consent" and e["supervision_id"] == supervision_id,
        within_s=ANSWER_S,
        since=since,
    )
    await asyncio.sleep(hold_s)
    played.refused.append(
        Refused(contact_id, operator_id, person.user_id, since, at_work.phones.position)
    )
    visit = await Visit.begin(person, at_work.phones, talks[1], PURPOSE_COMPLAINT, hold_s=hold_s)
    await visit.change(WHISPER, "whisper")
    await person.switch(visit.supervision_id, talks[2]["contact_id"])
    other = visit.moved(talks[2])
    played.supervised += [visit.done, other.done]
    await asyncio.gather(visit.hold("left"), other.hold("listen"))
    await other.change(WHISPER, "whisper")
    await other.change(LISTEN, "listen")
    await other.leave(at_work.phones)
    await other.hold("after")


async def _next_call_followed(
    at_work: Floor, played: Played, visit: Visit, talk: Entry, again: Customer
) -> None:
    """The next call of the followed operator is heard without anybody lifting a finger."""
    for user, person in at_work.operators.items():
        if user != talk["phone"]:
            await person.set_state(pool_pb.OPERATOR_STATE_AWAY)
    since = at_work.phones.position
    async with asyncio.TaskGroup() as both:
        both.create_task(again.call(at_work.phones, at_work.voices.customer))
        further = visit.moved(await nth_talk(at_work, since, 0))
        played.supervised.append(further.done)
        await further.hold("listen")
        await further.leave(at_work.phones)
        await further.hold("after")
    await wrapped_up(at_work, since)
