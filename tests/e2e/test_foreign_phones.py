"""Phones that we did not write as customer, operators and supervisors.

The audibility matrix in every mode of one supervisor, in every pair of modes of two, and while one
of them has the call; transfers by the phone's own button.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
from tests.harness.foreigners import ForeignPhones, write_tone
from tests.harness.running import Running

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.checks import HEARS, TONES, UNWANTED_DBFS, WANTED_DBFS
from sasayaki_demo.examine import NUMBER
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people import BARGE, LISTEN, TAKEOVER, WHISPER, Operator, Supervisor, connected
from sasayaki_demo.sound import RATE, Samples, level

OPERATOR, COLLEAGUE = "usr_op01", "usr_op02"
SUPERVISORS = {"supervisor": "usr_sv01", "second": "usr_sv02"}
# Off the 10 Hz grid of the other tones, on which all that µ-law makes of their sum falls.
VOICES = {**TONES, "second": 1613.0}
HEAR_S = 1.0
WINDOW = RATE // 5
SETTLE_S = 0.5
DESK_S = 20.0
ANSWERS = {"outcome": "resolved"}

Mode: TypeAlias = media_pb.SupervisionMode.ValueType
Modes: TypeAlias = Mapping[str, Mode]
"""The supervisors on the call, each in a mode."""

# Each differs from the one before by one mode alone, so that each change is heard by itself.
PAIRS = (
    (BARGE, LISTEN),
    (BARGE, WHISPER),
    (BARGE, BARGE),
    (WHISPER, BARGE),
    (WHISPER, WHISPER),
    (WHISPER, LISTEN),
    (LISTEN, LISTEN),
    (LISTEN, WHISPER),
    (LISTEN, BARGE),
)


def hears(listener: str, modes: Modes) -> set[str]:
    """Whom a party hears: people hear each other, supervisors are heard by their modes.

    A whisper is the operator's alone, and who has taken a call over stands in the operator's place.
    """
    people = {"customer"} if TAKEOVER in modes.values() else {"customer", "operator"}
    loud = {name for name, mode in modes.items() if mode in (BARGE, TAKEOVER)}
    whispering = {name for name, mode in modes.items() if mode == WHISPER}
    return ((people | loud) - {listener}) | (whispering if listener == "operator" else set())


@dataclass
class Room:
    """A call of foreign phones, and what each of them has heard that it should not, or not."""

    phones: ForeignPhones
    folder: Path
    modes: dict[str, Mode] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    cells: int = 0

    async def listen(self, phase: str, *on_the_call: str) -> None:
        """Lets everybody on the call hear for a while, and compares."""
        await asyncio.sleep(SETTLE_S)
        name = f"{self.cells:03}"
        for listener, samples in (
            await self.phones.hear(HEAR_S, self.folder, name, *on_the_call)
        ).items():
            self._compare(phase, listener, samples)

    async def pair(self, phase: str, one: str, other: str) -> None:
        """Lets two who talk hear for a while: each other, and nobody else."""
        await asyncio.sleep(SETTLE_S)
        heard = await self.phones.hear(HEAR_S, self.folder, phase, one, other)
        self._compare_with(phase, one, heard[one], {other})
        self._compare_with(phase, other, heard[other], {one})

    def _compare(self, phase: str, listener: str, samples: Samples) -> None:
        self._compare_with(phase, listener, samples, hears(listener, self.modes))

    def _compare_with(self, phase: str, listener: str, samples: Samples, wanted: set[str]) -> None:
        for voice, hertz in VOICES.items():
            self.cells += 1
            dbfs = _steady(samples, hertz) if voice in wanted else level(samples, hertz)
            if not (dbfs > WANTED_DBFS if voice in wanted else dbfs < UNWANTED_DBFS):
                self.wrong.append(f"{phase}: {listener} has {voice} at {dbfs:.1f} dBFS")


def _steady(samples: Samples, hertz: float) -> float:
    """The level of a tone most of the time: a lost packet turns its phase, and the sum hides it."""
    starts = range(0, len(samples) - WINDOW + 1, WINDOW)
    return float(np.median([level(samples[at : at + WINDOW], hertz) for at in starts]))


def test_the_rule_for_many_supervisors_is_the_table_for_one() -> None:
    modes = {"listen": LISTEN, "whisper": WHISPER, "barge": BARGE, "takeover": TAKEOVER}
    for phase, mode in modes.items():
        for listener, voices in HEARS[phase].items():
            assert hears(listener, {"supervisor": mode}) == voices, (phase, listener)
    for listener, voices in HEARS["alone"].items():
        assert hears(listener, {}) == voices


async def test_foreign_phones_hear_exactly_whom_they_should_in_every_mode(
    running: Running, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        phones = await ForeignPhones.start()
        stack.push_async_callback(phones.stop)
        ledger = Ledger(tmp_path / "ledger.jsonl")
        stack.callback(ledger.close)
        platform = await stack.enter_async_context(connected(running.endpoints))
        operator = Operator(OPERATOR, platform, ledger)
        one, two = (Supervisor(user, platform, ledger) for user in SUPERVISORS.values())
        await _plug_in(phones, running, tmp_path, {"operator": OPERATOR, **SUPERVISORS})
        await operator.set_state(pool_pb.OPERATOR_STATE_READY)
        contact_id = await _call_and_get_through(phones, operator, running)
        room = Room(phones, tmp_path)
        await room.listen("alone", "customer", "operator")
        await _alone_and_in_pairs(room, one, two, contact_id)
        await room.listen("after", "customer", "operator")
        await _taken_over(room, operator, one, two, contact_id)
        await operator.set_state(pool_pb.OPERATOR_STATE_OFF)
    assert room.wrong == []


async def test_a_phone_gives_its_customer_to_a_colleague_by_its_button_blind_and_attended(
    running: Running, tmp_path: Path
) -> None:
    async with _two_operators(running, tmp_path) as (phones, operator, colleague):
        await operator.set_state(pool_pb.OPERATOR_STATE_READY)
        contact_id = await _call_and_get_through(phones, operator, running)
        await colleague.set_state(pool_pb.OPERATOR_STATE_READY)
        server = running.endpoints.sip
        await phones.do("refer", "operator", to=f"sip:{COLLEAGUE}@{server}")
        assert await _transferred(phones, "operator") == 200
        await phones.wait("ended", "operator")
        await phones.wait("established", "second")
        room = Room(phones, tmp_path)
        await room.pair("blind", "customer", "second")

        # Who has the customer now asks the first one back, and leaves them the customer.
        await _desk_is(colleague, pool_pb.OPERATOR_STATE_TALKING)
        await _desk_is(operator, pool_pb.OPERATOR_STATE_READY)
        await colleague.consult(contact_id, operator.user_id)
        await phones.wait("established", "operator")
        await _desk_is(operator, pool_pb.OPERATOR_STATE_TALKING)
        await phones.do("refer_to_call", "second", of="operator")
        assert await _transferred(phones, "second") == 200
        await phones.wait("ended", "second")
        await room.pair("attended", "customer", "operator")
        await phones.do("hangup", "customer")
        await phones.wait("ended", "operator")
        await _desk_is(operator, pool_pb.OPERATOR_STATE_WRAP_UP)
        await operator.complete_wrap_up(contact_id, ANSWERS)
        await _desk_is(operator, pool_pb.OPERATOR_STATE_READY)
        for person in (operator, colleague):
            await person.set_state(pool_pb.OPERATOR_STATE_OFF)
    assert room.wrong == []


@asynccontextmanager
async def _two_operators(
    running: Running, folder: Path
) -> AsyncIterator[tuple[ForeignPhones, Operator, Operator]]:
    """A customer's phone, and those of two operators, whose tones differ."""
    async with AsyncExitStack() as stack:
        phones = await ForeignPhones.start()
        stack.push_async_callback(phones.stop)
        ledger = Ledger(folder / "ledger.jsonl")
        stack.callback(ledger.close)
        platform = await stack.enter_async_context(connected(running.endpoints))
        await _plug_in(phones, running, folder, {"operator": OPERATOR, "second": COLLEAGUE})
        yield phones, Operator(OPERATOR, platform, ledger), Operator(COLLEAGUE, platform, ledger)


async def _transferred(phones: ForeignPhones, phone: str) -> int:
    """What a phone is told in the end of the transfer that it asked for."""
    while not (told := await phones.wait("transferred", phone))["final"]:
        pass
    return int(told["code"])


async def _desk_is(operator: Operator, state: pool_pb.OperatorState.ValueType) -> None:
    async with asyncio.timeout(DESK_S):
        async for desk in operator.desk():
            if desk.state == state:
                return


async def _alone_and_in_pairs(
    room: Room, one: Supervisor, two: Supervisor, contact_id: str
) -> None:
    """The first supervisor in each mode, then both in each pair of modes; then both leave."""
    first = await one.start(contact_id, LISTEN)
    await room.phones.wait("established", "supervisor")
    room.modes["supervisor"] = LISTEN
    await room.listen("listen", "customer", "operator", "supervisor")
    for mode, phase in ((WHISPER, "whisper"), (BARGE, "barge")):
        await one.change(first, mode)
        room.modes["supervisor"] = mode
        await room.listen(phase, "customer", "operator", "supervisor")
    second = await two.start(contact_id, LISTEN)
    await room.phones.wait("established", "second")
    room.modes["second"] = LISTEN
    for pair in PAIRS:
        for who, supervision, name, mode in zip(
            (one, two), (first, second), SUPERVISORS, pair, strict=True
        ):
            if room.modes[name] != mode:
                await who.change(supervision, mode)
                room.modes[name] = mode
        phase = "+".join(media_pb.SupervisionMode.Name(mode)[17:] for mode in pair)
        await room.listen(phase, "customer", "operator", *SUPERVISORS)
    for who, supervision, name in ((two, second, "second"), (one, first, "supervisor")):
        await who.end(supervision)
        await room.phones.wait("ended", name)
        del room.modes[name]


async def _taken_over(
    room: Room, operator: Operator, one: Supervisor, two: Supervisor, contact_id: str
) -> None:
    """The first supervisor takes over; the operator is through with it while the call goes on."""
    second = await two.start(contact_id, LISTEN)
    await room.phones.wait("established", "second")
    await one.start(contact_id, TAKEOVER)
    await room.phones.wait("established", "supervisor")
    await room.phones.wait("ended", "operator")
    await operator.complete_wrap_up(contact_id, ANSWERS)
    room.modes = {"supervisor": TAKEOVER, "second": LISTEN}
    await room.listen("TAKEOVER+LISTEN", "customer", *SUPERVISORS)
    for mode in (WHISPER, BARGE):
        await two.change(second, mode)
        room.modes["second"] = mode
        phase = f"TAKEOVER+{media_pb.SupervisionMode.Name(mode)[17:]}"
        await room.listen(phase, "customer", *SUPERVISORS)
    await two.end(second)
    await room.phones.wait("ended", "second")
    del room.modes["second"]
    await room.listen("takeover", "customer", "supervisor")
    await room.phones.do("hangup", "supervisor")
    await room.phones.wait("ended", "customer")


async def _plug_in(
    phones: ForeignPhones, running: Running, folder: Path, people: Mapping[str, str]
) -> None:
    """Makes the phones; those of people who work here register with a SHA-256 digest."""
    server = running.endpoints.sip
    for name, user in people.items():
        await phones.do(
            "phone",
            name,
            user=user,
            server=server,
            secret=running.endpoints.sip_secrets[user],
            tone=str(write_tone(folder / f"{name}.wav", VOICES[name])),
        )
        assert (await phones.wait("registered", name))["code"] == 200
    await phones.do(
        "phone",
        "customer",
        user="+819011112222",
        server=server,
        tone=str(write_tone(folder / "customer.wav", VOICES["customer"])),
    )


async def _call_and_get_through(phones: ForeignPhones, operator: Operator, running: Running) -> str:
    """Lets the customer call and press 2 after the guidance; returns the contact."""
    await phones.do("call", "customer", to=f"sip:{NUMBER}@{running.endpoints.sip}")
    await phones.wait("established", "customer")
    # The guidance lasts 1.5 s and takes no keys; the menu behind it waits for one.
    await asyncio.sleep(2.5)
    await phones.do("dtmf", "customer", digits="2")
    await phones.wait("established", "operator")
    async with asyncio.timeout(10):
        async for desk in operator.desk():
            if desk.state == pool_pb.OPERATOR_STATE_TALKING:
                return desk.contact_id
    raise AssertionError("the desk's stream ended")
