"""A centre whose people and phones a test steers one by one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.running import SOFTPHONE, Running

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import CUSTOMER_HZ, MENU_HZ, OPERATOR_HZ, hears
from sasayaki_demo.examine import NUMBER, VOICES
from sasayaki_demo.ledger import Entry, Ledger
from sasayaki_demo.people import Operator, Platform, Supervisor, connected
from sasayaki_demo.phones import Phones

READY, OFF = pool_pb.OPERATOR_STATE_READY, pool_pb.OPERATOR_STATE_OFF
AWAY, WRAP_UP = pool_pb.OPERATOR_STATE_AWAY, pool_pb.OPERATOR_STATE_WRAP_UP
ANSWERS = {"outcome": "resolved"}


@dataclass
class Talk:
    """A customer's phone and the operator's who answered it."""

    customer: str
    operator: str
    contact_id: str
    customer_rx: Path
    operator_rx: Path
    operator_tx: Path


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
            self.running.endpoints.sip_secrets[user],
            VOICES.operator,
            answer=answer,
            answer_after_ms=100,
            record=True,
        )
        self.operators[user] = Operator(user, self.platform, self.ledger)
        await self.operators[user].set_state(READY)

    async def supervisor(self, user: str) -> Supervisor:
        """Registers a supervisor's phone, which answers by itself."""
        await self.phones.register(
            user,
            self.running.endpoints.sip_secrets[user],
            VOICES.supervisor,
            answer="auto",
            answer_after_ms=0,
            record=True,
        )
        return Supervisor(user, self.platform, self.ledger)

    async def ear(self, supervisor: Supervisor, since: int) -> Path:
        """Returns what a supervisor's phone receives in the call that it picks up."""
        leg = await self.phones.wait(supervisor.user_id, "established", since=since)
        return Path(leg["rx"])

    async def ask(self, user: str, method: Any, request: Any) -> Any:
        """Calls an RPC in somebody's name."""
        token = self.running.endpoints.tokens[user]
        return await method(request, metadata=(("authorization", f"Bearer {token}"),), timeout=10)

    async def customer(
        self, name: str, caller: str, hertz: float = CUSTOMER_HZ, number: str = NUMBER
    ) -> dict[str, Any]:
        """Lets a customer call and hear the menu; returns the phone's entry."""
        await self.phones.add(name, {"tone": hertz}, record=True)
        since = self.phones.position
        await self.phones.call(name, number, caller)
        begun = await self.phones.wait(name, "established", since=since, within_s=20)
        await hears(Path(begun["rx"]), MENU_HZ)
        return begun

    async def talk(self, name: str, caller: str, user: str, hertz: float = CUSTOMER_HZ) -> Talk:
        """Lets a customer get through to the one operator who is ready."""
        begun = await self.customer(name, caller, hertz)
        since = self.phones.position
        await self.phones.do("dtmf", phone=name, digits="2")
        answered = await self.phones.wait(user, "established", since=since)
        await hears(Path(begun["rx"]), OPERATOR_HZ)
        return Talk(
            name,
            user,
            answered["contact_id"],
            Path(begun["rx"]),
            Path(answered["rx"]),
            Path(answered["tx"]),
        )

    async def talk_is_known(self, contact_id: str, asker: str) -> None:
        """Returns when callreason knows who talks: phones hear each other before."""
        request = callreason_pb.GetEnquiryRequest(contact_id=contact_id)
        async with asyncio.timeout(20):
            while not (
                await self.ask(asker, self.platform.callreason.GetEnquiry, request)
            ).operator_id:
                await asyncio.sleep(0.02)

    async def hang_up(self, name: str) -> None:
        """Lets a phone hang up."""
        since = self.phones.position
        await self.phones.do("hangup", phone=name)
        await self.phones.wait(name, "hungup", since=since)

    def phones_entries(self, phone: str, since: int = 0) -> list[Entry]:
        """What a phone told from a ledger position on."""
        told = self.ledger.entries[since:]
        return [entry for entry in told if entry.get("phone") == phone and "event" in entry]

    async def desk_shows(self, user: str, state: int) -> str:
        """Returns the contact of an operator's desk once it shows a state."""
        async with asyncio.timeout(20):
            async for desk in self.operators[user].desk():
                if desk.state == state:
                    return str(desk.contact_id)
        raise AssertionError("the desk's stream ended")

    async def wrap_up(self, user: str) -> None:
        """Lets an operator complete the wrap-up that the desk shows, and log out."""
        await self.be_ready_again(user)
        await self.operators[user].set_state(OFF)

    async def be_ready_again(self, user: str) -> None:
        """Lets an operator complete the wrap-up that the desk shows."""
        contact = await self.desk_shows(user, WRAP_UP)
        await self.operators[user].complete_wrap_up(contact, ANSWERS)
        await self.desk_shows(user, READY)


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
