"""A call for help in a real call: told, claimed, heard and closed; monitoring dies in between."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.e2e.centre import Centre, centre
from tests.e2e.watching import watched
from tests.harness.running import LAUNCHER, Running
from tests.harness.waiting import WITHIN_S

from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring_pb
from sasayaki_demo.bots import SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import VOICES, settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.people import WHISPER, Supervisor
from sasayaki_demo.play import now_ns

SUPERVISOR = "usr_sv01"
SILENCE, LONG_HOLD = alert_pb.ALERT_KIND_SILENCE, alert_pb.ALERT_KIND_LONG_HOLD
PRESSES = 50
ALERT_MS_MOST = 1_000
"""The goal is 200; a busy machine may need longer, but never that long."""
LEVEL = re.compile(r" -?[0-9]+ #+[.]* ")
"""A level of a leg that is heard."""


async def test_a_call_for_help_is_claimed_heard_and_closed_across_monitorings_death(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        async with watched(supervisor) as floor:
            await at.operator("usr_op01")
            talk = await at.talk("angry", "+819040000011", "usr_op01")
            await floor.sees(lambda row: row.talk.contact_id == talk.contact_id)
            await floor.sees(lambda row: row.operator.state == pb.FLOOR_OPERATOR_STATE_TALKING)
            alert = await at.operators["usr_op01"].call_for_help()
            await floor.sees_alert(alert, pb.FLOOR_ALERT_STATE_OPEN)

            running.kill("monitoring")
            floor.rows.clear()
            await floor.sees_alert(alert, pb.FLOOR_ALERT_STATE_OPEN)

            contact = await supervisor.claim(alert)
            assert contact == talk.contact_id
            supervision = await supervisor.start(contact, WHISPER)
            await hears(talk.operator_rx, SUPERVISOR_HZ)
            await floor.sees(lambda row: row.supervision.supervision_id == supervision)
            await supervisor.resolve(alert, alert_pb.ALERT_OUTCOME_SOLVED)
            await floor.sees_alert(alert, pb.FLOOR_ALERT_STATE_RESOLVED)
            await supervisor.end(supervision)
            await at.phones.wait(SUPERVISOR, "hungup")
            await at.hang_up("angry")
            await floor.sees(lambda row: row.gone.talk == talk.contact_id)
            await at.wrap_up("usr_op01")
        records = await settled(running.endpoints)

    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []
    told = [record.name for record in records if record.event.get("subject") == alert]
    assert told == ["AlertRaised", "AlertClaimed", "AlertResolved"]


async def test_fifty_calls_for_help_reach_every_watching_supervisor_of_the_team_at_once(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    took_ms: list[float] = []
    async with centre(running, tmp_path) as at:
        team = [Supervisor(user, at.platform, at.ledger) for user in ("usr_sv01", "usr_sv02")]
        async with watched(team[0]) as first, watched(team[1]) as second:
            await at.operator("usr_op02")
            talk = await at.talk("patient", "+819040000012", "usr_op02")
            for floor in (first, second):
                await floor.sees(lambda row: row.talk.contact_id == talk.contact_id)
            for _ in range(PRESSES):
                pressed = time.perf_counter()
                alert = await at.operators["usr_op02"].call_for_help()
                for floor in (first, second):
                    await floor.sees_alert(alert, pb.FLOOR_ALERT_STATE_OPEN)
                    took_ms.append((floor.seen_at[alert] - pressed) * 1_000)
                await team[0].claim(alert)
                await team[0].resolve(alert, alert_pb.ALERT_OUTCOME_SOLVED)
            await at.hang_up("patient")
            await at.wrap_up("usr_op02")
    took_ms.sort()
    p50, p95 = took_ms[len(took_ms) // 2], took_ms[round(len(took_ms) * 0.95) - 1]
    record_property("alert_to_stream_ms", {"p50": p50, "p95": p95, "n": len(took_ms)})
    assert p95 <= ALERT_MS_MOST, took_ms


async def test_rules_find_a_real_silence_and_a_real_hold_and_see_them_end(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await set_rule(at, SILENCE, 4_000)
        await set_rule(at, LONG_HOLD, 1_500)
        supervisor = Supervisor(SUPERVISOR, at.platform, at.ledger)
        async with watched(supervisor) as floor:
            await at.operator("usr_op04")
            talk = await at.talk("mute", "+819040000014", "usr_op04")

            def told(
                kind: alert_pb.AlertKind.ValueType, state: pb.FloorAlertState.ValueType
            ) -> Callable[[pb.FloorRow], bool]:
                wanted = (talk.contact_id, kind, state)
                return lambda row: (row.alert.contact_id, row.alert.kind, row.alert.state) == wanted

            for phone in ("usr_op04", "mute"):
                await at.phones.do("sound", phone=phone, sound={"silence": True})
            await floor.sees(told(SILENCE, pb.FLOOR_ALERT_STATE_OPEN))
            await at.phones.do("sound", phone="mute", sound=VOICES.customer)
            await floor.sees(told(SILENCE, pb.FLOOR_ALERT_STATE_ENDED))
            await at.phones.do("hold", phone="usr_op04")
            await floor.sees(told(LONG_HOLD, pb.FLOOR_ALERT_STATE_OPEN))
            await at.phones.do("resume", phone="usr_op04")
            await floor.sees(told(LONG_HOLD, pb.FLOOR_ALERT_STATE_ENDED))
            await at.hang_up("mute")
            await at.wrap_up("usr_op04")
        await set_rule(at, SILENCE, 15_000)
        await set_rule(at, LONG_HOLD, 60_000)


async def set_rule(at: Centre, kind: alert_pb.AlertKind.ValueType, limit_ms: int) -> None:
    token = at.running.endpoints.tokens["usr_admin"]
    await at.platform.monitoring.SetAlertRule(
        monitoring_pb.SetAlertRuleRequest(
            request_id=str(uuid4()),
            client_id="cli_check",
            kind=kind,
            enabled=True,
            threshold=limit_ms,
            cleared_at=limit_ms,
        ),
        metadata=(("authorization", f"Bearer {token}"),),
    )


async def test_the_wall_shows_a_real_talk_with_its_levels(running: Running, tmp_path: Path) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator("usr_op03")
        talk = await at.talk("loud", "+819040000013", "usr_op03")
        async with asyncio.timeout(WITHIN_S):
            while not LEVEL.search(shown := await asyncio.to_thread(wall, running)):
                pass
        assert talk.contact_id[-6:] in shown
        assert "高橋 結衣" in shown
        assert "no answer" not in shown
        await at.hang_up("loud")
        await at.wrap_up("usr_op03")


def wall(running: Running, *arguments: str) -> str:
    """What `./sasayaki wall --once` prints of this platform."""
    done = subprocess.run(
        [LAUNCHER, "wall", "--once", "--lang", "en", *arguments],
        env={**os.environ, "SASAYAKI_STATE_DIR": str(running.state), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
