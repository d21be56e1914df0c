"""The small morning, scene by scene; each knows who is free, and so who is reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import CUSTOMER_HZ, OTHER_CUSTOMER_HZ
from sasayaki_demo.ledger import Entry
from sasayaki_demo.morning import callback, talk
from sasayaki_demo.morning.abandoned import give_up
from sasayaki_demo.morning.callback import CalledBack
from sasayaki_demo.morning.caller import Call, Customer
from sasayaki_demo.morning.listening import Listening
from sasayaki_demo.morning.overflow import Overflowed, overflow
from sasayaki_demo.morning.transfer import Transferred, transfer
from sasayaki_demo.morning.voicemail import LeftMessage, leave_message
from sasayaki_demo.morning.wrong_number import Astray, go_astray
from sasayaki_demo.play import Floor

FIRST, SECOND = "usr_op01", "usr_op07"
"""Of the first and the second team."""
ASKED = "usr_op02"
PATIENCE_S = 2.5
MESSAGE_S = 2.0


@dataclass(frozen=True)
class Town:
    """Whom the morning's customers call, and how they listen there."""

    desk: str
    """A number of a company whose third key leads to the reception desk."""
    other_desk: str
    """Such a number of the other company."""
    night: str
    """A number that nobody answers at this time."""
    offer_key: str
    """The menu's key for those who are offered a call back while they wait."""
    plain_key: str
    """The menu's key for those who hear music only."""
    listening: Listening
    other_listening: Listening
    other_language_key: str = ""
    """Of the other company's question for a language, if it asks."""


@dataclass(frozen=True)
class Morning:
    """What became of its customers."""

    message: LeftMessage
    gave_up: Call
    overflowed: Overflowed
    called_back: CalledBack
    astray: Astray
    transferred: Transferred

    @property
    def calls(self) -> list[Call]:
        """The calls that customers made."""
        return [
            self.message.call,
            self.gave_up,
            self.overflowed.talk.call,
            self.called_back.asked,
            self.astray.talk.call,
            self.transferred.talk.call,
        ]


async def play_morning(at_work: Floor, town: Town, *, serial: int = 0) -> Morning:
    """Plays every scene; at its end everybody is away. `serial` tells one morning from another."""
    for user in at_work.operators:
        await _away(at_work, user)

    def customer(
        number: int, dialled: str, hertz: float, *, key: str = town.plain_key, other: bool = False
    ) -> Customer:
        listening = town.other_listening if other else town.listening
        caller = f"+8190255{serial % 1000:03}{number:02}"
        language = town.other_language_key if other else ""
        return Customer(f"m{serial}c{number}", caller, dialled, hertz, listening, key, language)

    wants_call = customer(3, town.desk, CUSTOMER_HZ, key=town.offer_key)
    await callback.plug_in(at_work, wants_call.hertz)
    async with asyncio.TaskGroup() as nobody_is_there:
        begin = nobody_is_there.create_task
        message = begin(leave_message(at_work, customer(1, town.night, CUSTOMER_HZ), MESSAGE_S))
        gave_up = begin(
            give_up(at_work, customer(2, town.other_desk, CUSTOMER_HZ, other=True), PATIENCE_S)
        )
        asked = begin(callback.ask_for_it(at_work, wants_call))

    since = at_work.phones.position
    await _ready(at_work, FIRST)
    called = await callback.be_called_back(at_work, asked.result(), FIRST, since)
    await _ready(at_work, SECOND)
    over = customer(4, town.other_desk, OTHER_CUSTOMER_HZ, other=True)
    overflowed = await overflow(at_work, over, SECOND)
    async with asyncio.TaskGroup() as both:
        both.create_task(callback.finish(at_work, called))
        both.create_task(talk.finish(at_work, overflowed.talk, SECOND))

    await _away(at_work, SECOND)
    wrong = customer(5, town.desk, CUSTOMER_HZ)
    astray = await go_astray(at_work, wrong, FIRST)
    handed = customer(6, town.other_desk, OTHER_CUSTOMER_HZ, other=True)
    transferred = await transfer(at_work, handed, FIRST, ASKED)
    await _away(at_work, FIRST)
    await _away(at_work, ASKED)
    return Morning(message.result(), gave_up.result(), overflowed, called, astray, transferred)


async def _ready(at_work: Floor, user: str) -> None:
    await at_work.operators[user].set_state(pool_pb.OPERATOR_STATE_READY)


async def _away(at_work: Floor, user: str) -> None:
    """Sends somebody away who is not: what changes nothing is no event."""
    said = [e["state"] for e in at_work.ledger.entries if _says_state(e, user)]
    if said and said[-1] == pool_pb.OperatorState.Name(pool_pb.OPERATOR_STATE_AWAY):
        return
    await at_work.operators[user].set_state(pool_pb.OPERATOR_STATE_AWAY)


def _says_state(entry: Entry, user: str) -> bool:
    return entry.get("act") == "set_operator_state" and entry["user"] == user
