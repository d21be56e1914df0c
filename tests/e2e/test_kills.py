"""A service dies while one contact is in every state: no call drops, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.e2e.centre import WRAP_UP, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.case import Case
from sasayaki_demo.checks import GAP_MS
from sasayaki_demo.examine import VOICES, settled
from sasayaki_demo.judge import judge
from sasayaki_demo.people import LISTEN, WHISPER, Supervisor
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import longest_without, read_packets

SUPERVISOR = "usr_sv01"
AFTER_S = 3.0


@pytest.mark.parametrize("service", ["media", "routing"])
async def test_a_killed_service_costs_no_contact_anything(
    running: Running, tmp_path: Path, service: str
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        # One contact after another, each with the one operator who is ready.
        await at.operator("usr_op01")
        await at.talk("wrapping", "+819040000001", "usr_op01")
        await at.hang_up("wrapping")
        await at.desk_shows("usr_op01", WRAP_UP)
        await at.operator("usr_op02")
        talking = await at.talk("talking", "+819040000002", "usr_op02")
        await at.operator("usr_op03")
        supervised = await at.talk("supervised", "+819040000003", "usr_op03")
        supervisor, supervision = await _listen(at, supervised)
        await at.operator("usr_op04", answer="manual")
        await at.customer("ringing", "+819040000004")
        since = at.phones.position
        await at.phones.do("dtmf", phone="ringing", digits="2")
        await at.phones.wait("usr_op04", "ringing", since=since)
        menu = await at.customer("menu", "+819040000005")

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
        for user in at.operators:
            await at.wrap_up(user)
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
