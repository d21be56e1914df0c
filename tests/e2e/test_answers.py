"""What a console asks in the course of a call, on real phones: history, queues, waveform."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.centre import Centre, centre
from tests.e2e.test_outsourcers_day import soon
from tests.harness.running import Running

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1 import enquiry_events_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki.recording.v1.recording_events_pb2 import Track
from sasayaki.routing.v1 import routing_service_pb2 as routing

OPERATOR, SUPERVISOR, CLIENT = "usr_op01", "usr_sv01", "usr_check01"
CALLER = "+819040000091"
LOUD = 20
"""Of 255: a tone, and no comfort noise."""


async def talked(at: Centre, name: str) -> str:
    """One talk to its end and wrap-up; returns the contact."""
    talk = await at.talk(name, CALLER, OPERATOR)
    await at.talk_is_known(talk.contact_id, SUPERVISOR)
    await at.hang_up(name)
    await at.be_ready_again(OPERATOR)
    return talk.contact_id


async def loudest(at: Centre, user: str, contact_id: str) -> dict[int, int]:
    """The largest value of each track, once the recording is finished."""

    async def finished() -> bool:
        request = recording.ListRecordingsRequest(contact_id=contact_id)
        rows = (await at.ask(user, at.platform.recording.ListRecordings, request)).recordings
        return bool(rows and rows[0].finished)

    await soon(finished)
    request = recording.GetWaveformRequest(contact_id=contact_id)
    drawn = await at.ask(user, at.platform.recording.GetWaveform, request)
    return {track.track: max(track.peaks) for track in drawn.tracks}


async def floor_of(at: Centre, user: str) -> set[str]:
    """The kinds of rows that somebody sees at first."""
    bearer = (("authorization", f"Bearer {at.running.endpoints.tokens[user]}"),)
    floor = at.platform.monitoring.WatchFloor(monitoring.WatchFloorRequest(), metadata=bearer)
    async for message in floor:
        return {str(row.WhichOneof("row")) for row in message.rows}
    raise AssertionError("the floor's stream ended")


async def test_the_next_call_shows_the_last_and_the_client_company_sees_its_own(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        first = await talked(at, "first")
        second = await at.talk("second", CALLER, OPERATOR)
        asked = callreason.GetCallerHistoryRequest(contact_id=second.contact_id)
        history = (await at.ask(OPERATOR, at.platform.callreason.GetCallerHistory, asked)).contacts
        assert [earlier.contact_id for earlier in history] == [first]
        assert history[0].outcome == enquiry_events_pb2.ENQUIRY_OUTCOME_HANDLED
        assert [each.value for each in history[0].answers] == ["resolved"]

        listed = await at.ask(OPERATOR, at.platform.routing.ListQueues, routing.ListQueuesRequest())
        names = {queue.queue_id: queue.label_ja for queue in listed.queues}
        assert names["que_support"] == "技術サポート"
        assert OPERATOR not in {colleague.operator_id for colleague in listed.colleagues}
        assert "usr_op02" in {colleague.operator_id for colleague in listed.colleagues}

        async def talk_is_shown() -> bool:
            return {"talk", "operator"} <= await floor_of(at, SUPERVISOR)

        await soon(talk_is_shown)
        assert await floor_of(at, CLIENT) <= {"queue", "waiting"}

        await at.hang_up("second")
        await at.wrap_up(OPERATOR)
        heard = await loudest(at, SUPERVISOR, first)
        assert heard[Track.TRACK_CUSTOMER] > LOUD
        assert heard[Track.TRACK_OPERATOR] > LOUD
        assert heard[Track.TRACK_SUPERVISOR] == 0
        assert set(await loudest(at, CLIENT, first)) == {Track.TRACK_CUSTOMER, Track.TRACK_OPERATOR}


async def test_a_flow_comes_back_as_it_was_published(running: Running, tmp_path: Path) -> None:
    async with centre(running, tmp_path) as at:
        get = at.platform.callreason.GetFlow
        asked = callreason.GetFlowRequest(flow_id="flw_check")
        got = await at.ask(SUPERVISOR, get, asked)
        assert "# " in got.source
        check = callreason.CheckFlowRequest(
            client_id=got.client_id, source=got.source, tests=got.tests, prompts=got.prompts
        )
        checked = await at.ask("usr_admin", at.platform.callreason.CheckFlow, check)
        assert checked.flow_id == "flw_check"
