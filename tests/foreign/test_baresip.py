"""Who hears whom, with baresip as customer, operator and two supervisors, in its namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.foreign.conftest import OPERATOR, SUPERVISORS
from tests.harness.baresip import Account, Baresip, baresips
from tests.harness.namespace import Namespace
from tests.harness.running import Running

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.checks import UNWANTED_DBFS, WANTED_DBFS
from sasayaki_demo.examine import NUMBER
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people import Operator, Platform, Supervisor, connected
from sasayaki_demo.sound import Samples, level

LISTEN, WHISPER = media_pb.SUPERVISION_MODE_LISTEN, media_pb.SUPERVISION_MODE_WHISPER
BARGE, TAKEOVER = media_pb.SUPERVISION_MODE_BARGE, media_pb.SUPERVISION_MODE_TAKEOVER
FIRST, SECOND = "first", "second"
VOICES = {"customer": 440.0, "operator": 850.0, FIRST: 1310.0, SECOND: 1910.0}
Modes = Mapping[str, media_pb.SupervisionMode.ValueType]

PHASES: dict[str, Modes] = {
    "alone": {},
    "listen": {FIRST: LISTEN},
    "whisper": {FIRST: WHISPER},
    "whisper, and another listens": {FIRST: WHISPER, SECOND: LISTEN},
    "barge, and another whispers": {FIRST: BARGE, SECOND: WHISPER},
    "two who barge": {FIRST: BARGE, SECOND: BARGE},
    "listen, as the other has left": {SECOND: LISTEN},
    "after both": {},
    "takeover, and another listens": {FIRST: LISTEN, SECOND: TAKEOVER},
}
HEAR_SAMPLES = 8000
# What a phone's own buffers still hold is not what it is sent.
SETTLE_SAMPLES = 8000
# The guidance lasts 1.5 s and takes no keys; the menu behind it waits 5 s for one.
MENU_S = 4.0

Heard = dict[str, dict[str, Samples]]


def wanted(listener: str, modes: Modes) -> set[str]:
    """Whom somebody hears: a whisper is for the operator alone, and nobody hears who listens."""
    heard = {who for who, mode in modes.items() if mode in (BARGE, TAKEOVER)}
    heard |= {"customer"} if TAKEOVER in modes.values() else {"customer", "operator"}
    if listener == "operator":
        heard |= {who for who, mode in modes.items() if mode == WHISPER}
    return heard - {listener}


async def test_phones_of_another_make_hear_exactly_whom_they_should_in_every_mode(
    running: Running, place: Namespace, tmp_path: Path
) -> None:
    server, secrets = running.endpoints.sip, running.endpoints.sip_secrets
    users = {"operator": OPERATOR, **dict(zip((FIRST, SECOND), SUPERVISORS, strict=True))}
    accounts = [Account("customer", "+819011112222", VOICES["customer"])]
    accounts += [Account(who, users[who], VOICES[who], secrets[users[who]]) for who in users]
    ledger = Ledger(tmp_path / "ledger.jsonl")
    try:
        async with (
            baresips(accounts, place, server, tmp_path) as phones,
            connected(running.endpoints) as platform,
        ):
            operator = Operator(OPERATOR, platform, ledger)
            await operator.set_state(pool_pb.OPERATOR_STATE_READY)
            contact_id = await _call_and_get_through(phones, operator, server)
            floor = Supervised(phones, contact_id, platform, ledger)
            heard = {name: await floor.goes_to(modes) for name, modes in PHASES.items()}
            await _desk_shows(operator, pool_pb.OPERATOR_STATE_WRAP_UP)
            await operator.complete_wrap_up(contact_id, {"outcome": "resolved"})
            await operator.set_state(pool_pb.OPERATOR_STATE_OFF)
            await floor.goes_to_nobody()
            await phones["customer"].wait("CALL_CLOSED")
    finally:
        ledger.close()

    assert list(_wrong_cells(heard)) == []


class Supervised:
    """The call, and the supervisors who come, change and go."""

    def __init__(
        self, phones: dict[str, Baresip], contact_id: str, platform: Platform, ledger: Ledger
    ) -> None:
        self._phones = phones
        self._contact_id = contact_id
        self._people = {
            who: Supervisor(user, platform, ledger)
            for who, user in zip((FIRST, SECOND), SUPERVISORS, strict=True)
        }
        self._ids: dict[str, str] = {}
        self._modes: Modes = {}

    async def goes_to(self, modes: Modes) -> dict[str, Samples]:
        """Brings the supervisors into these modes; returns what everybody hears then."""
        for who, mode in modes.items():
            if who not in self._ids:
                self._ids[who] = await self._people[who].start(self._contact_id, LISTEN)
                await self._phones[who].wait("CALL_ESTABLISHED")
            if self._modes.get(who, LISTEN) != mode:
                await self._people[who].change(self._ids[who], mode)
        for who in self._ids.keys() - modes.keys():
            await self._leaves(who)
        self._modes = modes
        listeners = ["customer", *modes]
        if TAKEOVER in modes.values():
            await self._phones["operator"].wait("CALL_CLOSED")
        else:
            listeners.append("operator")
        return await _hear({who: self._phones[who] for who in listeners})

    async def goes_to_nobody(self) -> None:
        """Everybody leaves; the call ends with the one who took it over."""
        for who in tuple(self._ids):
            await self._leaves(who)

    async def _leaves(self, who: str) -> None:
        await self._people[who].end(self._ids.pop(who))
        await self._phones[who].wait("CALL_CLOSED")


async def _call_and_get_through(phones: dict[str, Baresip], operator: Operator, server: str) -> str:
    """Lets the customer call and press 2 in the menu; returns the contact."""
    await phones["customer"].do("dial", f"sip:{NUMBER}@{server}")
    await phones["customer"].wait("CALL_ESTABLISHED")
    await asyncio.sleep(MENU_S)
    await phones["customer"].do("sndcode", "2")
    await phones["operator"].wait("CALL_ESTABLISHED")
    return await _desk_shows(operator, pool_pb.OPERATOR_STATE_TALKING)


async def _desk_shows(operator: Operator, state: pool_pb.OperatorState.ValueType) -> str:
    """Returns the contact of the operator's desk once it shows a state."""
    async with asyncio.timeout(10):
        async for desk in operator.desk():
            if desk.state == state:
                return desk.contact_id
    raise AssertionError("the desk's stream ended")


async def _hear(phones: dict[str, Baresip]) -> dict[str, Samples]:
    """What each phone hears for a second, by its own clock, once its buffers are through."""
    since = {name: await phone.written(0) + SETTLE_SAMPLES for name, phone in phones.items()}
    return {
        name: phone.heard(since[name], await phone.written(since[name] + HEAR_SAMPLES))
        for name, phone in phones.items()
    }


def _wrong_cells(heard: Heard) -> Iterator[str]:
    for phase, listeners in heard.items():
        for listener, samples in listeners.items():
            right = wanted(listener, PHASES[phase])
            for voice, hertz in VOICES.items():
                found = level(samples, hertz)
                if not (found > WANTED_DBFS if voice in right else found < UNWANTED_DBFS):
                    yield f"{phase}: {listener} has {voice} at {found:.1f} dBFS"
