"""How loud a real call is, on a supervisor's screen and, of silence and overlap, in the topic."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import grpc
from tests.e2e.centre import centre
from tests.harness.running import Running

from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import VOICES, settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.play import now_ns

SUPERVISOR, OPERATOR, CUSTOMER = "usr_sv01", "usr_op01", "levels"
SILENCE = {"silence": True}
WITHIN_S = 20
LATE_S = 2.0
"""How long after the end of its second a level may come: half a second, and a busy machine."""


Watch: TypeAlias = "grpc.aio.UnaryStreamCall[pb.WatchLevelsRequest, pb.WatchLevelsResponse]"


class Screen:
    """What a supervisor sees of one talk."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.late_s: list[float] = []

    async def shows(self, contact_id: str, holds: Callable[[pb.CallLevels], bool]) -> pb.CallLevels:
        """The first second of the talk of which this holds."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                second = await self._watch.read()
                assert isinstance(second, pb.WatchLevelsResponse)
                self.late_s.append(time.time() - second.at.ToNanoseconds() / 1e9)
                for call in second.calls:
                    if call.contact_id == contact_id and holds(call):
                        return call


def _speech_ms(call: pb.CallLevels) -> list[int]:
    return [leg.speech_ms for leg in call.legs]


async def test_a_supervisor_sees_who_speaks_and_the_topic_tells_of_overlap_and_silence(
    running: Running, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    started = now_ns()
    metadata = (("authorization", f"Bearer {running.endpoints.tokens[SUPERVISOR]}"),)
    async with (
        centre(running, tmp_path) as at,
        grpc.aio.insecure_channel(running.endpoints.grpc["media"]) as channel,
    ):
        media = MediaServiceStub(channel)
        screen = Screen(media.WatchLevels(pb.WatchLevelsRequest(), metadata=metadata))
        await at.operator(OPERATOR)
        talk = await at.talk(CUSTOMER, "+819040000021", OPERATOR)
        contact = talk.contact_id

        both = await screen.shows(contact, lambda call: call.overlap_ms == 1_000)
        assert [(leg.role, leg.user_id, leg.speech_ms) for leg in both.legs] == [
            (pb.LEG_ROLE_CUSTOMER, "", 1_000),
            (pb.LEG_ROLE_OPERATOR, OPERATOR, 1_000),
        ]
        assert all(-30 < leg.level_dbfs < -5 for leg in both.legs)

        await at.phones.do("sound", phone=OPERATOR, sound=SILENCE)
        await screen.shows(contact, lambda call: _speech_ms(call) == [1_000, 0])
        await at.phones.do("sound", phone=CUSTOMER, sound=SILENCE)
        for _ in range(5):
            await screen.shows(contact, lambda call: _speech_ms(call) == [0, 0])
        await at.phones.do("sound", phone=CUSTOMER, sound=VOICES.customer)
        await screen.shows(contact, lambda call: _speech_ms(call) == [1_000, 0])

        await at.hang_up(CUSTOMER)
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)

    record_property("late_ms", [round(each * 1_000) for each in sorted(screen.late_s)])
    assert max(screen.late_s) < LATE_S
    ours = [r for r in records if r.is_history and r.event.get("subject") == contact]
    told = {r.name: r.event["data"] for r in ours}
    assert told["OverlapHeard"]["overlap_ms"] >= 1_000
    assert 5_000 <= told["SilenceEnded"]["silent_ms"] < 10_000
    order = ["TalkStarted", "OverlapHeard", "SilenceBegan", "SilenceEnded", "CallEnded"]
    assert [r.name for r in ours if r.name in order] == order
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []
