"""The audibility matrix with baresip as customer, operator and supervisor, in its namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from tests.foreign.conftest import OPERATOR, SUPERVISORS
from tests.harness.baresip import Account, Baresip, baresips
from tests.harness.namespace import Namespace
from tests.harness.running import Running

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.checks import HEARS, TONES, UNWANTED_DBFS, WANTED_DBFS
from sasayaki_demo.examine import NUMBER
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people import LISTEN, WHISPER, Operator, Supervisor, connected
from sasayaki_demo.sound import Samples, level

SUPERVISOR = SUPERVISORS[0]
HEAR_SAMPLES = 8000
# What a phone's own buffers still hold is not what it is sent.
SETTLE_SAMPLES = 4800
# The guidance lasts 1.5 s and takes no keys; the menu behind it waits for one.
MENU_S = 2.5

Heard = dict[str, dict[str, Samples]]


async def test_three_phones_of_another_make_hear_exactly_whom_they_should(
    running: Running, place: Namespace, tmp_path: Path
) -> None:
    server, secrets = running.endpoints.sip, running.endpoints.sip_secrets
    accounts = [
        Account("customer", "+819011112222", TONES["customer"]),
        Account("operator", OPERATOR, TONES["operator"], secrets[OPERATOR]),
        Account("supervisor", SUPERVISOR, TONES["supervisor"], secrets[SUPERVISOR]),
    ]
    ledger = Ledger(tmp_path / "ledger.jsonl")
    try:
        async with (
            baresips(accounts, place, server, tmp_path) as phones,
            connected(running.endpoints) as platform,
        ):
            operator = Operator(OPERATOR, platform, ledger)
            await operator.set_state(pool_pb.OPERATOR_STATE_READY)
            contact_id = await _call_and_get_through(phones, operator, server)
            heard = await _supervised(phones, Supervisor(SUPERVISOR, platform, ledger), contact_id)
            await phones["customer"].do("hangup")
            await phones["operator"].wait("CALL_CLOSED")
            await operator.complete_wrap_up(contact_id, {"outcome": "resolved"})
            await operator.set_state(pool_pb.OPERATOR_STATE_OFF)
    finally:
        ledger.close()

    assert list(_wrong_cells(heard)) == []


async def _call_and_get_through(phones: dict[str, Baresip], operator: Operator, server: str) -> str:
    """Lets the customer call and press 2 in the menu; returns the contact."""
    await phones["customer"].do("dial", f"sip:{NUMBER}@{server}")
    await phones["customer"].wait("CALL_ESTABLISHED")
    await asyncio.sleep(MENU_S)
    await phones["customer"].do("sndcode", "2")
    await phones["operator"].wait("CALL_ESTABLISHED")
    async with asyncio.timeout(10):
        async for desk in operator.desk():
            if desk.state == pool_pb.OPERATOR_STATE_TALKING:
                return desk.contact_id
    raise AssertionError("the desk's stream ended")


async def _supervised(phones: dict[str, Baresip], supervisor: Supervisor, contact_id: str) -> Heard:
    """Listens, whispers, leaves; what everybody heard meanwhile."""
    talkers = {name: phones[name] for name in ("customer", "operator")}
    heard = {"alone": await _hear(talkers)}
    supervision = await supervisor.start(contact_id, LISTEN)
    await phones["supervisor"].wait("CALL_ESTABLISHED")
    heard["listen"] = await _hear(phones)
    await supervisor.change(supervision, WHISPER)
    heard["whisper"] = await _hear(phones)
    await supervisor.end(supervision)
    await phones["supervisor"].wait("CALL_CLOSED")
    heard["after"] = await _hear(talkers)
    return heard


async def _hear(phones: dict[str, Baresip]) -> dict[str, Samples]:
    """What each phone hears from now on for a second, by its own clock, without the first of it."""
    since = {name: await phone.written(0) + SETTLE_SAMPLES for name, phone in phones.items()}
    return {
        name: phone.heard(since[name], await phone.written(since[name] + HEAR_SAMPLES))
        for name, phone in phones.items()
    }


def _wrong_cells(heard: Heard) -> Iterator[str]:
    for phase, listeners in heard.items():
        for listener, samples in listeners.items():
            for voice, hertz in TONES.items():
                found, wanted = level(samples, hertz), voice in HEARS[phase][listener]
                if not (found > WANTED_DBFS if wanted else found < UNWANTED_DBFS):
                    yield f"{phase}: {listener} has {voice} at {found:.1f} dBFS"
