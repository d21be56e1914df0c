"""Twenty training sessions on the real path: not one sample at the supervisor before a yes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from tests.e2e.centre import Centre, centre
from tests.harness.running import Running
from tests.harness.waiting import until

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki_demo.bots import CUSTOMER_HZ, hears
from sasayaki_demo.ledger import Entry
from sasayaki_demo.sound import read_packets

SUPERVISOR, OPERATOR, ADMIN = "usr_sv02", "usr_op02", "usr_admin"
CLIENT = "cli_check"
SESSIONS = 20
YES, LATER = wire.CONSENT_ANSWER_ACCEPTED, wire.CONSENT_ANSWER_LATER
NO, SILENCE = wire.CONSENT_ANSWER_DECLINED, wire.CONSENT_ANSWER_UNSPECIFIED
SAID = (YES, NO, LATER, YES, SILENCE)
"""What the operator says, over and over; nothing, the fifth time."""


class Training:
    """One supervisor who wants to listen for training, and the operator who is asked."""

    def __init__(self, at: Centre) -> None:
        self._at = at
        self._monitoring: Any = at.platform.monitoring
        self.asked: set[str] = set()
        self.over: set[str] = set()

    async def set_policy(self, answer_within_ms: int = 0, daily_limit: int = 0) -> None:
        request = pb.SetSupervisionPolicyRequest(
            request_id=str(uuid4()),
            client_id=CLIENT,
            answer_within_ms=answer_within_ms,
            daily_limit=daily_limit,
        )
        await self._at.ask(ADMIN, self._monitoring.SetSupervisionPolicy, request)

    async def start(self, contact_id: str) -> str:
        request = pb.StartSupervisionRequest(
            request_id=str(uuid4()),
            contact_id=contact_id,
            mode=media_pb.SUPERVISION_MODE_LISTEN,
            purpose=wire.PURPOSE_TRAINING,
        )
        answer = await self._at.ask(SUPERVISOR, self._monitoring.StartSupervision, request)
        assert answer.consent_asked
        return str(answer.supervision_id)

    async def answer(self, supervision_id: str, said: wire.ConsentAnswer.ValueType) -> None:
        request = pb.AnswerConsentRequest(
            request_id=str(uuid4()), supervision_id=supervision_id, answer=said
        )
        await self._at.ask(OPERATOR, self._monitoring.AnswerConsent, request)

    async def end(self, supervision_id: str) -> None:
        request = pb.EndSupervisionRequest(request_id=str(uuid4()), supervision_id=supervision_id)
        await self._at.ask(SUPERVISOR, self._monitoring.EndSupervision, request)

    @asynccontextmanager
    async def at_desk(self) -> AsyncIterator[None]:
        """The operator watches the own desk."""
        token = self._at.running.endpoints.tokens[OPERATOR]
        metadata = (("authorization", f"Bearer {token}"),)
        watch = self._monitoring.WatchOperator(pb.WatchOperatorRequest(), metadata=metadata)

        async def follow() -> None:
            async for seen in watch:
                for row in seen.rows:
                    self.asked.add(row.consent.supervision_id)
                    self.over.add(row.gone.consent)

        following = asyncio.create_task(follow())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


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
        await at.supervisor(SUPERVISOR)
        await at.operator(OPERATOR)
        talk = await at.talk("trainee", "+819050000001", OPERATOR)
        training = Training(at)
        await training.set_policy(answer_within_ms=5_000, daily_limit=100)
        before, heard = 0, 0
        async with training.at_desk():
            for session in range(SESSIONS):
                said = SAID[session % len(SAID)]
                samples, early = await _session(at, training, talk.contact_id, said)
                heard, before = heard + samples, before + early
                assert bool(samples) is (said == YES)
        await training.set_policy()
        record_property("samples before a yes", before)
        record_property("samples after a yes", heard)
        assert before == 0
        rung = [entry for entry in phone_events(at, 0) if entry.get("event") == "established"]
        assert len(rung) == SESSIONS * SAID.count(YES) / len(SAID)
        await at.hang_up("trainee")
        await at.wrap_up(OPERATOR)


async def _session(
    at: Centre, training: Training, contact_id: str, said: wire.ConsentAnswer.ValueType
) -> tuple[int, int]:
    """Asks, has the operator answer or not; samples after and before the yes at the phone."""
    since = at.phones.position
    supervision_id = await training.start(contact_id)
    await until(lambda: supervision_id in training.asked)
    yes_ns = time.time_ns()
    if said != SILENCE:
        await training.answer(supervision_id, said)
    if said == YES:
        begun = await at.phones.wait(SUPERVISOR, "established", since=since)
        await hears(Path(begun["rx"]), CUSTOMER_HZ)
        left = at.phones.position
        await training.end(supervision_id)
        await at.phones.wait(SUPERVISOR, "hungup", since=left)
        packets = read_packets(Path(begun["rx"]))
        early = packets.between(0, yes_ns)
        assert int(packets.ns[0]) >= yes_ns
        return sum(map(len, packets.payloads)), sum(map(len, early.payloads))
    await until(lambda: supervision_id in training.over)
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await training.answer(supervision_id, YES)
    assert late.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert phone_events(at, since) == []
    return 0, 0
