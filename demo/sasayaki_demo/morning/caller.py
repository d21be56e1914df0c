"""A customer's call of the morning, step by step as its scene goes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from sasayaki_demo.bots import HEAR_S, LANGUAGE_AFTER_S
from sasayaki_demo.ledger import Entry
from sasayaki_demo.morning.listening import Listening
from sasayaki_demo.play import Floor


@dataclass(frozen=True)
class Customer:
    """Who calls, whom, and what they say (a tone, in the checks)."""

    phone: str
    caller: str
    dialled: str
    hertz: float
    listening: Listening
    key: str = "3"
    language_key: str = ""
    """Pressed before that, where a language is asked for first."""


@dataclass(frozen=True)
class Call:
    """A call that was answered, with the captures of the customer's phone."""

    customer: Customer
    since: int
    """The ledger's position before it."""
    begun_ns: int
    rx: Path
    tx: Path


async def call_in(at_work: Floor, customer: Customer) -> Call:
    """Calls and is answered."""
    phones, voice = at_work.phones, at_work.voices.customer
    said = {"tone": customer.hertz} if "tone" in voice else voice
    await phones.add(customer.phone, said, record=True)
    since = phones.position
    begun_ns = time.time_ns()
    await phones.call(customer.phone, customer.dialled, customer.caller)
    begun = await phones.wait(customer.phone, "established", since=since, within_s=HEAR_S)
    return Call(customer, since, begun_ns, Path(begun["rx"]), Path(begun["tx"]))


async def choose(at_work: Floor, call: Call) -> None:
    """Says by key why they call, and before that, where it is asked, in which language."""
    if call.customer.language_key:
        await asyncio.sleep(LANGUAGE_AFTER_S)
        await press(at_work, call, call.customer.language_key)
    await call.customer.listening.menu(call.rx)
    await press(at_work, call, call.customer.key)


async def press(at_work: Floor, call: Call, digits: str) -> None:
    """Presses keys."""
    await at_work.phones.do("dtmf", phone=call.customer.phone, digits=digits)


async def hang_up(at_work: Floor, call: Call) -> None:
    """Hangs up."""
    await at_work.phones.do("hangup", phone=call.customer.phone)
    await was_hung_up(at_work, call)


async def was_hung_up(at_work: Floor, call: Call) -> None:
    """Returns when the call is over for the customer."""
    await at_work.phones.wait(call.customer.phone, "hungup", since=call.since, within_s=HEAR_S)


async def answered_by(at_work: Floor, user: str, since: int) -> Entry:
    """Returns an operator's phone's `established` entry from a ledger position on."""
    return await at_work.phones.wait(user, "established", since=since, within_s=HEAR_S)


async def wrapped_up_by(at_work: Floor, user: str, contact_id: str) -> None:
    """Returns when an operator has sent the form about a contact."""
    await at_work.ledger.wait(
        lambda e: (
            e.get("act") == "complete_wrap_up"
            and e["user"] == user
            and e["contact_id"] == contact_id
        ),
        within_s=HEAR_S,
    )
