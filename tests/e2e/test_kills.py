"""A service dies while one contact is in every state: no call drops, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.centre import WRAP_UP, Centre, Talk, centre
from tests.harness.running import Running

from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.checks import (
    GAP_MS,
    HEARS,
    TONES,
    UNWANTED_DBFS,
    WANTED_DBFS,
    read_wav,
    tone_span,
)
from sasayaki_demo.examine import settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.people import LISTEN, WHISPER, Supervisor
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import level, longest_without, read_packets

SERVICES = ("media", "routing", "callreason", "monitoring", "recording")
SUPERVISOR = "usr_sv01"
AFTER_S = 3.0
SETTLE_NS = 500_000_000


@dataclass
class Scene:
    """A contact in every state: who is in it, and what their phones write down."""

    talking: Talk
    supervised: Talk
    supervisor: Supervisor
    supervision: str
    supervisor_rx: Path
    alert: str
    menu_rx: Path
    since: int
    """The place in the phones' ledger from which the last of them rings."""


@pytest.mark.parametrize("service", SERVICES)
async def test_a_killed_service_costs_no_contact_anything(
    running: Running, tmp_path: Path, service: str
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        scene = await _one_in_every_state(at)

        running.kill(service)
        killed = now_ns()

        whispering = await _all_go_on(at, scene)
        end = now_ns()
        await _all_come_to_their_end(at, scene)
        records = await settled(running.endpoints)
        recordings = [
            await scene.supervisor.recording(talk.contact_id)
            for talk in (scene.talking, scene.supervised)
        ]

    for talk in (scene.talking, scene.supervised):
        assert _longest_gap_ms(talk.customer_rx, OPERATOR_HZ, killed, end) <= GAP_MS
        assert _longest_gap_ms(talk.operator_rx, CUSTOMER_HZ, killed, end) <= GAP_MS
    assert list(_wrong_cells(scene, whispering + SETTLE_NS, end)) == []
    assert [hole for recording in recordings for hole in _holes(recording)] == []
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []


async def _one_in_every_state(at: Centre) -> Scene:
    """One contact after another, each with the one operator who is ready."""
    await at.operator("usr_op01")
    await at.talk("wrapping", "+819040000001", "usr_op01")
    await at.hang_up("wrapping")
    await at.desk_shows("usr_op01", WRAP_UP)
    await at.operator("usr_op02")
    talking = await at.talk("talking", "+819040000002", "usr_op02")
    await at.operator("usr_op03")
    supervised = await at.talk("supervised", "+819040000003", "usr_op03")
    supervisor, supervision, supervisor_rx = await _listen(at, supervised)
    alert = await at.operators["usr_op03"].call_for_help()
    await at.operator("usr_op04", answer="manual")
    await at.customer("ringing", "+819040000004")
    since = at.phones.position
    await at.phones.do("dtmf", phone="ringing", digits="2")
    await at.phones.wait("usr_op04", "ringing", since=since)
    menu = await at.customer("menu", "+819040000005")
    return Scene(
        talking,
        supervised,
        supervisor,
        supervision,
        supervisor_rx,
        alert,
        Path(menu["rx"]),
        since,
    )


async def _all_go_on(at: Centre, scene: Scene) -> int:
    """Each contact takes its next step; returns from when on the supervisor whispered."""
    await at.phones.do("answer", phone="usr_op04")
    await at.phones.wait("usr_op04", "established", since=scene.since)
    await at.operator("usr_op05")
    since = at.phones.position
    await at.phones.do("dtmf", phone="menu", digits="2")
    await at.phones.wait("usr_op05", "established", since=since, within_s=20)
    await hears(scene.menu_rx, OPERATOR_HZ)
    assert await scene.supervisor.claim(scene.alert) == scene.supervised.contact_id
    await scene.supervisor.change(scene.supervision, WHISPER)
    await hears(scene.supervised.operator_rx, SUPERVISOR_HZ)
    whispering = now_ns()
    await asyncio.sleep(AFTER_S)
    return whispering


async def _all_come_to_their_end(at: Centre, scene: Scene) -> None:
    await scene.supervisor.end(scene.supervision)
    await at.phones.wait(SUPERVISOR, "hungup")
    await scene.supervisor.resolve(scene.alert, alert_pb.ALERT_OUTCOME_SOLVED)
    for name in ("talking", "supervised", "ringing", "menu"):
        await at.hang_up(name)
    for user in at.operators:
        await at.wrap_up(user)


async def _listen(at: Centre, talk: Talk) -> tuple[Supervisor, str, Path]:
    supervisor = await at.supervisor(SUPERVISOR)
    since = at.phones.position
    supervision = await supervisor.start(talk.contact_id, LISTEN)
    rx = await at.ear(supervisor, since)
    await hears(rx, CUSTOMER_HZ)
    return supervisor, supervision, rx


def _longest_gap_ms(capture: Path, hertz: float, killed_ns: int, end_ns: int) -> float:
    """Returns the longest silence of a tone from a second before the kill to the end."""
    start = killed_ns - 1_000_000_000
    heard = read_packets(capture).between(start, end_ns)
    missing = (end_ns - start) / 1e6 - 20.0 * len(heard.payloads)
    return max(longest_without(heard.samples(), hertz), missing)


def _wrong_cells(scene: Scene, start_ns: int, end_ns: int) -> Iterator[str]:
    """Who hears whom wrongly while the supervisor whispers, after the restart."""
    captures = {
        "customer": scene.supervised.customer_rx,
        "operator": scene.supervised.operator_rx,
        "supervisor": scene.supervisor_rx,
    }
    for listener, capture in captures.items():
        samples = read_packets(capture).between(start_ns, end_ns).samples()
        for voice, hertz in TONES.items():
            found, wanted = level(samples, hertz), voice in HEARS["whisper"][listener]
            if not (found > WANTED_DBFS if wanted else found < UNWANTED_DBFS):
                yield f"{listener} has {voice} at {found:.1f} dBFS"


def _holes(recording: bytes) -> Iterator[str]:
    """Where a recorded tone breaks off and comes again, from the operator's first sound on.

    A page that was lost is a hole of a second.
    """
    tracks = read_wav(recording)
    spans = {name: tone_span(tracks[name], TONES[name]) for name in ("customer", "operator")}
    for name, span in spans.items():
        if span is None or spans["operator"] is None:
            yield f"nothing of the {name} is recorded"
            continue
        first = max(span.start, spans["operator"].start)
        said = tracks[name][int(first * 8) : int(span.end * 8)]
        hole = longest_without(said, TONES[name])
        if hole > GAP_MS:
            yield f"the {name}'s tone has a hole of {hole:.0f} ms"
