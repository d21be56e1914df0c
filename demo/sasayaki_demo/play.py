"""Plays the demo's calls on a running platform and gathers what its checks need."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import Customer, Desk, Supervised, supervise
from sasayaki_demo.endpoints import Endpoints
from sasayaki_demo.ledger import Entry, Ledger
from sasayaki_demo.people import Operator, Platform, Supervisor
from sasayaki_demo.phones import Phones

OPERATORS = tuple(f"usr_op{n:02}" for n in range(1, 13))
SUPERVISORS = tuple(f"usr_sv{n:02}" for n in range(1, 4))
ANSWER_AFTER_MS = 300
ANSWERS = {"outcome": "resolved", "note": "デモの応対"}


@dataclass(frozen=True)
class Voices:
    """What each kind of phone says: a softphone sound."""

    customer: dict[str, Any]
    operator: dict[str, Any]
    supervisor: dict[str, Any]


@dataclass
class Floor:
    """The people at work and their phones."""

    platform: Platform
    phones: Phones
    ledger: Ledger
    voices: Voices
    supervisors: dict[str, Supervisor]
    operators: dict[str, Operator]
    desks: dict[str, Desk]
    started_ns: int = 0
    """When everybody was in place: what happened before is not this run's."""

    def talks(self, since: int) -> list[Entry]:
        """Returns the `established` entries of operators' phones from a ledger position on."""
        return [
            e
            for e in self.ledger.entries[since:]
            if e.get("event") == "established" and e["phone"] in self.operators
        ]


@asynccontextmanager
async def floor(
    platform: Platform, endpoints: Endpoints, softphone: Path, folder: Path, voices: Voices
) -> AsyncIterator[Floor]:
    """Registers everybody's phone, logs the operators in, lets them work; logs out at the end."""
    ledger = Ledger(folder / "ledger.jsonl")
    phones = await Phones.start(softphone, folder / "captures", ledger, endpoints.sip)
    try:
        for user in OPERATORS:
            await phones.register(
                user,
                endpoints.sip_secrets[user],
                voices.operator,
                answer="auto",
                answer_after_ms=ANSWER_AFTER_MS,
                record=True,
            )
        for user in SUPERVISORS:
            await phones.register(
                user,
                endpoints.sip_secrets[user],
                voices.supervisor,
                answer="auto",
                answer_after_ms=0,
                record=True,
            )
        operators = {user: Operator(user, platform, ledger) for user in OPERATORS}
        at_work = Floor(
            platform,
            phones,
            ledger,
            voices,
            {user: Supervisor(user, platform, ledger) for user in SUPERVISORS},
            operators,
            {user: Desk(person, ANSWERS) for user, person in operators.items()},
        )
        async with _desks(at_work):
            yield at_work
    finally:
        await phones.stop()
        ledger.close()


@asynccontextmanager
async def _desks(at_work: Floor) -> AsyncIterator[None]:
    people = at_work.operators.values()
    for person in people:
        await person.go_home()
    at_work.started_ns = time.time_ns()
    desks = [asyncio.create_task(desk.work()) for desk in at_work.desks.values()]
    for person in people:
        await person.set_state(pool_pb.OPERATOR_STATE_READY)
    try:
        yield
        for person in people:
            await person.set_state(pool_pb.OPERATOR_STATE_OFF)
    finally:
        for desk in desks:
            desk.cancel()
        for desk in desks:
            with suppress(asyncio.CancelledError):
                await desk


async def play(
    at_work: Floor,
    customers: list[Customer],
    *,
    supervisions: int,
    hold_s: float,
    whispers: int = 1,
) -> list[Supervised]:
    """Lets all customers call while supervisors go to the first talks; returns what those did."""
    since = at_work.phones.position
    free: asyncio.Queue[str] = asyncio.Queue()
    for user in at_work.supervisors:
        free.put_nowait(user)
    done: list[Supervised] = []

    async def visit(user: str, talk: Entry) -> None:
        person = at_work.supervisors[user]
        done.append(await supervise(person, at_work.phones, talk, hold_s=hold_s, whispers=whispers))
        free.put_nowait(user)

    async with asyncio.TaskGroup() as everybody:
        for customer in customers:
            everybody.create_task(customer.call(at_work.phones, at_work.voices.customer))
        for number in range(supervisions):
            user = await free.get()
            everybody.create_task(visit(user, await nth_talk(at_work, since, number)))
    return done


async def nth_talk(at_work: Floor, since: int, number: int) -> Entry:
    """Returns the `number`th talk since a ledger position, waiting for it."""
    await at_work.ledger.wait(
        lambda _: len(at_work.talks(since)) > number, within_s=60.0, since=since
    )
    return at_work.talks(since)[number]


async def wrapped_up(at_work: Floor, since: int, *, within_s: float = 20.0) -> None:
    """Returns when every talk since a ledger position was wrapped up by its operator."""
    wanted = {e["contact_id"] for e in at_work.talks(since)}

    def is_done(_: Entry) -> bool:
        acts = {
            e["contact_id"]
            for e in at_work.ledger.entries[since:]
            if e.get("act") == "complete_wrap_up"
        }
        return wanted <= acts

    await at_work.ledger.wait(is_done, within_s=within_s, since=since)


def now_ns() -> int:
    """Returns the wall clock in nanoseconds."""
    return time.time_ns()
