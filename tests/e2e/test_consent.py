"""Twenty training sessions on the real path: not one sample at the supervisor before a yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from tests.e2e.centre import Centre, centre
from tests.e2e.watching import Seen, watching
from tests.harness.running import Running

from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.desk_pb2 import DeskRow
from sasayaki_demo.bots import CUSTOMER_HZ, hears
from sasayaki_demo.ledger import Entry
from sasayaki_demo.people import LISTEN, Supervisor
from sasayaki_demo.sound import read_packets

SUPERVISOR, OPERATOR, ADMIN = "usr_sv02", "usr_op02", "usr_admin"
CLIENT = "cli_check"
SESSIONS = 20
YES, LATER = wire.CONSENT_ANSWER_ACCEPTED, wire.CONSENT_ANSWER_LATER
NO, SILENCE = wire.CONSENT_ANSWER_DECLINED, wire.CONSENT_ANSWER_UNSPECIFIED
SAID = (YES, NO, LATER, YES, SILENCE)
"""What the operator says, over and over; nothing, the fifth time."""


async def set_policy(at: Centre, answer_within_ms: int = 0, daily_limit: int = 0) -> None:
    request = pb.SetSupervisionPolicyRequest(
        request_id=str(uuid4()),
        client_id=CLIENT,
        answer_within_ms=answer_within_ms,
        daily_limit=daily_limit,
    )
    await at.ask(ADMIN, at.platform.monitoring.SetSupervisionPolicy, request)


def phone_events(at: Centre, since: int) -> list[Entry]:
    """What reached the supervisor's phone from that place in the ledger on.

    The summary of an earlier call is written a while after its end.
    """
    return [
        entry
        for entry in at.ledger.entries[since:]
        if entry.get("phone") == SUPERVISOR and entry.get("event") != "rtp_summary"
    ]


async def test_no_sample_of_20_training_sessions_is_heard_before_a_yes(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(OPERATOR)
        talk = await at.talk("trainee", "+819050000001", OPERATOR)
        await set_policy(at, answer_within_ms=5_000, daily_limit=100)
        before, heard = 0, 0
        async with watching(at.operators[OPERATOR]) as desk:
            for session in range(SESSIONS):
                said = SAID[session % len(SAID)]
                samples, early = await _session(at, supervisor, desk, talk.contact_id, said)
                heard, before = heard + samples, before + early
                assert bool(samples) is (said == YES)
        await set_policy(at)
        record_property("samples before a yes", before)
        record_property("samples after a yes", heard)
        assert before == 0
        rung = [entry for entry in phone_events(at, 0) if entry.get("event") == "established"]
        assert len(rung) == SESSIONS * SAID.count(YES) / len(SAID)
        await at.hang_up("trainee")
        await at.wrap_up(OPERATOR)


async def _session(
    at: Centre,
    supervisor: Supervisor,
    desk: Seen[DeskRow],
    contact_id: str,
    said: wire.ConsentAnswer.ValueType,
) -> tuple[int, int]:
    """Asks, has the operator answer or not; samples after and before the yes at the phone."""
    operator = at.operators[OPERATOR]
    since = at.phones.position
    supervision_id = await supervisor.start(contact_id, LISTEN, wire.PURPOSE_TRAINING)
    await desk.sees(lambda row: row.consent.supervision_id == supervision_id)
    yes_ns = time.time_ns()
    if said != SILENCE:
        await operator.answer_consent(supervision_id, said)
    if said == YES:
        ear = await at.ear(supervisor, since)
        await hears(ear, CUSTOMER_HZ)
        left = at.phones.position
        await supervisor.end(supervision_id)
        await at.phones.wait(SUPERVISOR, "hungup", since=left)
        packets = read_packets(ear)
        early = packets.between(0, yes_ns)
        assert int(packets.ns[0]) >= yes_ns
        return sum(map(len, packets.payloads)), sum(map(len, early.payloads))
    await desk.sees(lambda row: row.gone.consent == supervision_id)
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await operator.answer_consent(supervision_id, YES)
    assert late.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert phone_events(at, since) == []
    return 0, 0
