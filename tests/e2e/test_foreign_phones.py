"""The audibility matrix with phones that we did not write as customer, operator and supervisor."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.harness.foreigners import ForeignPhones, write_tone
from tests.harness.running import Running

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.checks import HEARS, TONES, UNWANTED_DBFS, WANTED_DBFS
from sasayaki_demo.examine import NUMBER
from sasayaki_demo.ledger import Ledger
from sasayaki_demo.people import LISTEN, WHISPER, Operator, Supervisor, connected
from sasayaki_demo.sound import level

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"
HEAR_S = 1.0
SETTLE_S = 0.5


async def test_three_foreign_phones_hear_exactly_whom_they_should(
    running: Running, tmp_path: Path
) -> None:
    phones = await ForeignPhones.start()
    ledger = Ledger(tmp_path / "ledger.jsonl")
    try:
        async with connected(running.endpoints) as platform:
            operator = Operator(OPERATOR, platform, ledger)
            supervisor = Supervisor(SUPERVISOR, platform, ledger)
            await _plug_in(phones, running, tmp_path)
            await operator.set_state(pool_pb.OPERATOR_STATE_READY)
            contact_id = await _call_and_get_through(phones, operator, running)
            heard = {"alone": await phones.hear(HEAR_S, tmp_path, "alone", "customer", "operator")}
            supervision = await supervisor.start(contact_id, LISTEN)
            await phones.wait("established", "supervisor")
            await asyncio.sleep(SETTLE_S)
            heard["listen"] = await phones.hear(HEAR_S, tmp_path, "listen", *TONES)
            await supervisor.change(supervision, WHISPER)
            await asyncio.sleep(SETTLE_S)
            heard["whisper"] = await phones.hear(HEAR_S, tmp_path, "whisper", *TONES)
            await supervisor.end(supervision)
            await phones.wait("ended", "supervisor")
            # What a phone's own buffer still holds is not what it is sent.
            await asyncio.sleep(SETTLE_S)
            heard["after"] = await phones.hear(HEAR_S, tmp_path, "after", "customer", "operator")
            await phones.do("hangup", "customer")
            await phones.wait("ended", "operator")
            await operator.complete_wrap_up(contact_id, {"outcome": "resolved"})
            await operator.set_state(pool_pb.OPERATOR_STATE_OFF)
    finally:
        await phones.stop()
        ledger.close()

    wrong = [
        f"{phase}: {listener} has {voice} at {level(samples, hertz):.1f} dBFS"
        for phase, listeners in heard.items()
        for listener, samples in listeners.items()
        for voice, hertz in TONES.items()
        if not _is_right(level(samples, hertz), wanted=voice in HEARS[phase][listener])
    ]
    assert wrong == []


def _is_right(dbfs: float, *, wanted: bool) -> bool:
    return dbfs > WANTED_DBFS if wanted else dbfs < UNWANTED_DBFS


async def _plug_in(phones: ForeignPhones, running: Running, folder: Path) -> None:
    """Makes the three phones; operator and supervisor register with a SHA-256 digest."""
    server = running.endpoints.sip
    for name, user in (("operator", OPERATOR), ("supervisor", SUPERVISOR)):
        await phones.do(
            "phone",
            name,
            user=user,
            server=server,
            secret=running.endpoints.sip_secrets[user],
            tone=str(write_tone(folder / f"{name}.wav", TONES[name])),
        )
        assert (await phones.wait("registered", name))["code"] == 200
    await phones.do(
        "phone",
        "customer",
        user="+819011112222",
        server=server,
        tone=str(write_tone(folder / "customer.wav", TONES["customer"])),
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
