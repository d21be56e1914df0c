"""A service dies while one contact is in every state: no call drops, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.harness.running import SOFTPHONE, Running

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import CUSTOMER_HZ, MENU_HZ, OPERATOR_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.checks import GAP_MS
from sasayaki_demo.examine import NUMBER, VOICES, settled
from sasayaki_demo.judge import Case, judge
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people import LISTEN, WHISPER, Operator, Platform, Supervisor, connected
from sasayaki_demo.phones import Phones
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import longest_without, read_packets

READY, OFF = pool_pb.OPERATOR_STATE_READY, pool_pb.OPERATOR_STATE_OFF
WRAP_UP, TALKING = pool_pb.OPERATOR_STATE_WRAP_UP, pool_pb.OPERATOR_STATE_TALKING
ANSWERS = {"outcome": "resolved"}
SUPERVISOR = "usr_sv01"
AFTER_S = 3.0


@dataclass
class Talk:
    """A customer's phone and the operator's who answered it."""

    customer: str
    operator: str
    contact_id: str
    customer_rx: Path
    operator_rx: Path


@dataclass
class Centre:
    """The people and phones of one test."""

    running: Running
    platform: Platform
    phones: Phones
    ledger: Ledger
    operators: dict[str, Operator] = field(default_factory=dict)

    async def operator(self, user: str, *, answer: str = "auto") -> None:
        """Registers an operator's phone and logs the operator in."""
        await self.phones.register(
            user,
            user,
            self.running.endpoints.sip_secrets[user],
            VOICES.operator,
            answer=answer,
            answer_after_ms=100,
            record=True,
        )
        self.operators[user] = Operator(user, self.platform, self.ledger)
        await self.operators[user].set_state(READY)

    async def customer(self, name: str, caller: str) -> dict[str, Any]:
        """Lets a customer call and hear the menu; returns the phone's entry."""
        await self.phones.add(name, VOICES.customer, record=True)
        since = self.phones.position
        await self.phones.do("call", phone=name, to=NUMBER, **{"from": caller})
        begun = await self.phones.wait(name, "established", since=since, within_s=20)
        await hears(Path(begun["rx"]), MENU_HZ)
        return begun

    async def talk(self, name: str, caller: str, user: str) -> Talk:
        """Lets a customer get through to the one operator who is ready."""
        begun = await self.customer(name, caller)
        since = self.phones.position
        await self.phones.do("dtmf", phone=name, digits="2")
        answered = await self.phones.wait(user, "established", since=since)
        await hears(Path(begun["rx"]), OPERATOR_HZ)
        return Talk(name, user, answered["contact_id"], Path(begun["rx"]), Path(answered["rx"]))

    async def hang_up(self, name: str) -> None:
        """Lets a phone hang up."""
        since = self.phones.position
        await self.phones.do("hangup", phone=name)
        await self.phones.wait(name, "hungup", since=since)

    async def desk_shows(self, user: str, state: int) -> str:
        """Returns the contact of an operator's desk once it shows a state."""
        async with asyncio.timeout(20):
            async for desk in self.operators[user].desk():
                if desk.state == state:
                    return str(desk.contact_id)
        raise AssertionError("the desk's stream ended")


@asynccontextmanager
async def centre(running: Running, folder: Path) -> AsyncIterator[Centre]:
    ledger = Ledger(folder / "ledger.jsonl")
    phones = await Phones.start(SOFTPHONE, folder / "captures", ledger, running.endpoints.sip)
    try:
        async with connected(running.endpoints) as platform:
            yield Centre(running, platform, phones, ledger)
    finally:
        await phones.stop()
        ledger.close()


@pytest.mark.parametrize("service", ["media", "routing"])
async def test_a_killed_service_costs_no_contact_anything(
    running: Running, tmp_path: Path, service: str
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        # One contact after another, each with the one operator who is ready.
        await at.operator("usr_op01")
        wrapping = await at.talk("wrapping", "09040000001", "usr_op01")
        await at.hang_up("wrapping")
        await at.desk_shows("usr_op01", WRAP_UP)
        await at.operator("usr_op02")
        talking = await at.talk("talking", "09040000002", "usr_op02")
        await at.operator("usr_op03")
        supervised = await at.talk("supervised", "09040000003", "usr_op03")
        supervisor, supervision = await _listen(at, supervised)
        await at.operator("usr_op04", answer="manual")
        await at.customer("ringing", "09040000004")
        since = at.phones.position
        await at.phones.do("dtmf", phone="ringing", digits="2")
        await at.phones.wait("usr_op04", "ringing", since=since)
        menu = await at.customer("menu", "09040000005")

        running.kill(service)
        killed = now_ns()

        await at.phones.do("answer", phone="usr_op04")
        await at.phones.wait("usr_op04", "established", since=since)
        await at.operator("usr_op05")
        since = at.phones.position
        await at.phones.do("dtmf", phone="menu", digits="2")
        await at.phones.wait("usr_op05", "established", since=since, within_s=20)
        await hears(Path(menu["rx"]), OPERATOR_HZ)
        await supervisor.change(supervision, WHISPER)
        await hears(supervised.operator_rx, SUPERVISOR_HZ)
        await asyncio.sleep(AFTER_S)
        end = now_ns()
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup")
        for name in ("talking", "supervised", "ringing", "menu"):
            await at.hang_up(name)
        await at.operators["usr_op01"].complete_wrap_up(wrapping.contact_id, ANSWERS)
        for user in ("usr_op02", "usr_op03", "usr_op04", "usr_op05"):
            contact = await at.desk_shows(user, WRAP_UP)
            await at.operators[user].complete_wrap_up(contact, ANSWERS)
        for user, operator in at.operators.items():
            await at.desk_shows(user, READY)
            await operator.set_state(OFF)
        records = await settled(running.endpoints)

    for talk in (talking, supervised):
        assert _longest_gap_ms(talk.customer_rx, OPERATOR_HZ, killed, end) <= GAP_MS
        assert _longest_gap_ms(talk.operator_rx, CUSTOMER_HZ, killed, end) <= GAP_MS
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []


async def _listen(at: Centre, talk: Talk) -> tuple[Supervisor, str]:
    await at.phones.register(
        SUPERVISOR,
        SUPERVISOR,
        at.running.endpoints.sip_secrets[SUPERVISOR],
        VOICES.supervisor,
        answer="auto",
        answer_after_ms=0,
        record=True,
    )
    supervisor = Supervisor(SUPERVISOR, at.platform, at.ledger)
    since = at.phones.position
    supervision = await supervisor.start(talk.contact_id, LISTEN)
    leg = await at.phones.wait(SUPERVISOR, "established", since=since)
    await hears(Path(leg["rx"]), CUSTOMER_HZ)
    return supervisor, supervision


def _longest_gap_ms(capture: Path, hertz: float, killed_ns: int, end_ns: int) -> float:
    """Returns the longest silence of a tone from a second before the kill to the end."""
    start = killed_ns - 1_000_000_000
    heard = read_packets(capture).between(start, end_ns)
    missing = (end_ns - start) / 1e6 - 20.0 * len(heard.payloads)
    return max(longest_without(heard.samples(), hertz), missing)
