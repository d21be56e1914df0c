"""A call for help in a real call: told, claimed, heard and closed; monitoring dies in between."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.centre import centre
from tests.e2e.watching import watched
from tests.harness.running import Running

from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki_demo.bots import SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.case import Case
from sasayaki_demo.examine import settled
from sasayaki_demo.judge import judge
from sasayaki_demo.people import WHISPER
from sasayaki_demo.play import now_ns

SUPERVISOR = "usr_sv01"


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
