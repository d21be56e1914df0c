"""What a supervisor must be able to do, line by line, with real phones on a real platform.

Line 4 (at home, in a browser) waits for the console; the others are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from tests.e2e.centre import Centre, Talk, centre
from tests.e2e.watching import watched, watching
from tests.harness.running import Running

from sasayaki.monitoring.v1 import coaching_events_pb2 as coaching_pb
from sasayaki.monitoring.v1 import fairness_pb2 as fairness_pb
from sasayaki.monitoring.v1 import floor_pb2, monitoring_service_pb2
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki_demo.bots import (
    CUSTOMER_HZ,
    OPERATOR_HZ,
    OTHER_CUSTOMER_HZ,
    SUPERVISOR_HZ,
    hears,
)
from sasayaki_demo.people import BARGE, LISTEN, TAKEOVER, WHISPER, Supervisor
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import first_frame_with, is_forwarded, level, read_packets

MISAKI = "usr_op01"
DAISUKE = "usr_op02"
SAORI = "usr_op09"
"""Whom no other test monitors."""
SUPERVISOR = "usr_sv01"
CLIENT = "cli_check"
A_WHILE_S = 1.0
NOT_HEARD_DBFS = -60.0


@asynccontextmanager
async def a_talk(
    running: Running, folder: Path, operator: str = MISAKI
) -> AsyncIterator[tuple[Centre, Supervisor, Talk]]:
    """One operator in a talk and a supervisor with a phone; everybody goes home afterwards."""
    async with centre(running, folder) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(operator)
        talk = await at.talk("caller", "+819050000001", operator)
        yield at, supervisor, talk
        await at.hang_up("caller")
        await at.wrap_up(operator)


async def test_1_a_click_on_a_name_lets_the_supervisor_hear_both_sides_within_a_second(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as (at, supervisor, _), watched(supervisor) as floor:
        name = await floor.sees(
            lambda row: (
                row.operator.operator_id == MISAKI
                and row.operator.state == floor_pb2.FLOOR_OPERATOR_STATE_TALKING
            )
        )
        assert name.operator.since.ToNanoseconds() > 0
        clicked = await floor.sees(lambda row: row.talk.operator_id == MISAKI)
        await floor.sees(lambda row: row.talk.reason_id == "rsn_contract")
        since, before = at.phones.position, now_ns()
        supervision = await supervisor.start(clicked.talk.contact_id, LISTEN)
        rx = await at.ear(supervisor, since)
        for voice in (CUSTOMER_HZ, OPERATOR_HZ):
            await hears(rx, voice)
            heard = first_frame_with(read_packets(rx), voice)
            assert heard is not None
            assert heard - before < 1_000_000_000
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)


async def test_2_a_whisper_reaches_the_operator_and_leaves_the_customers_sound_as_it_was(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, WHISPER)
        await hears(talk.operator_rx, SUPERVISOR_HZ)
        start = now_ns()
        await asyncio.sleep(A_WHILE_S)
        end = now_ns()
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
    # Not quiet but absent: the customer was sent the operator's own payloads, bit by bit.
    received = read_packets(talk.customer_rx).between(start, end)
    assert is_forwarded(received, read_packets(talk.operator_tx))


async def test_3_modes_and_targets_change_without_a_second_call_to_the_supervisor(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(MISAKI)
        talk = await at.talk("caller", "+819050000001", MISAKI)
        await at.operator(DAISUKE)
        other = await at.talk("other", "+819050000002", DAISUKE, OTHER_CUSTOMER_HZ)
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN)
        rx = await at.ear(supervisor, since)
        await hears(rx, CUSTOMER_HZ)

        await supervisor.switch(supervision, other.contact_id)
        await hears(rx, OTHER_CUSTOMER_HZ)
        await supervisor.change(supervision, WHISPER)
        await hears(other.operator_rx, SUPERVISOR_HZ)
        assert level(read_packets(other.customer_rx).samples(), SUPERVISOR_HZ) < NOT_HEARD_DBFS
        await supervisor.change(supervision, BARGE)
        await hears(other.customer_rx, SUPERVISOR_HZ)
        await supervisor.change(supervision, TAKEOVER)
        await at.phones.wait(DAISUKE, "hungup", since=since)
        await at.wrap_up(DAISUKE)

        rung = at.phones_entries(SUPERVISOR, since)
        assert [e["event"] for e in rung].count("established") == 1
        await supervisor.end(supervision)
        await at.phones.wait("other", "hungup", since=since)
        await at.hang_up("caller")
        await at.wrap_up(MISAKI)


async def test_3_the_supervisor_follows_an_operator_to_the_next_call(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(MISAKI)
        talk = await at.talk("first", "+819050000001", MISAKI)
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN, following=True)
        rx = await at.ear(supervisor, since)
        await hears(rx, CUSTOMER_HZ)
        await at.hang_up("first")
        await at.be_ready_again(MISAKI)
        await at.talk("second", "+819050000002", MISAKI, OTHER_CUSTOMER_HZ)
        await hears(rx, OTHER_CUSTOMER_HZ)
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        await at.hang_up("second")
        await at.wrap_up(MISAKI)


async def test_5_and_6_feedback_is_seen_before_the_next_call_and_asked_after_in_one_like_it(
    running: Running, tmp_path: Path
) -> None:
    pb = monitoring_service_pb2
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(MISAKI)
        talk = await at.talk("first", "+819050000001", MISAKI)
        since = at.phones.position
        supervision = await supervisor.start(talk.contact_id, LISTEN)
        await hears(await at.ear(supervisor, since), CUSTOMER_HZ)
        await at.hang_up("first")
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        async with watching(at.operators[MISAKI]) as desk, watched(supervisor) as floor:
            given = await at.ask(
                SUPERVISOR,
                at.platform.monitoring.GiveFeedback,
                pb.GiveFeedbackRequest(
                    request_id="feedback",
                    supervision_id=supervision,
                    at_ms=100,
                    kind=coaching_pb.FEEDBACK_KIND_IMPROVE,
                    text="復唱をもう一度",
                ),
            )
            note = await desk.sees(lambda row: row.feedback.feedback_id == given.feedback_id)
            assert (note.feedback.text, note.feedback.at_ms) == ("復唱をもう一度", 100)
            await at.ask(
                MISAKI,
                at.platform.monitoring.ReadFeedback,
                pb.ReadFeedbackRequest(request_id="read", feedback_id=given.feedback_id),
            )
            await desk.sees(lambda row: row.gone.feedback == given.feedback_id)

            await at.be_ready_again(MISAKI)
            second = await at.talk("second", "+819050000002", MISAKI)
            asked = await floor.sees(lambda row: row.follow_up.feedback_id == given.feedback_id)
            assert asked.follow_up.contact_id == second.contact_id
            await at.ask(
                SUPERVISOR,
                at.platform.monitoring.AnswerFollowUp,
                pb.AnswerFollowUpRequest(
                    request_id="done",
                    feedback_id=given.feedback_id,
                    contact_id=second.contact_id,
                    operator_id=MISAKI,
                    outcome=coaching_pb.FOLLOW_UP_OUTCOME_DONE,
                ),
            )
            await floor.sees(lambda row: row.gone.follow_up == given.feedback_id)
            await at.hang_up("second")
            await at.wrap_up(MISAKI)


async def test_7_the_fairness_board_tells_who_is_monitored_how_much_and_who_is_next(
    running: Running, tmp_path: Path
) -> None:
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        since = at.phones.position
        supervision = await supervisor.start(
            talk.contact_id, LISTEN, supervision_pb.PURPOSE_QUALITY
        )
        await hears(await at.ear(supervisor, since), CUSTOMER_HZ)
        await supervisor.end(supervision)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        board = await _board(at)
        team = next(team for team in board.teams if team.team_id == "tea_osaka")
        counted = {line.operator_id: line for line in team.operators}
        assert counted[MISAKI].sessions >= 1
        assert counted[MISAKI].due > 0
        assert all(line.reason_ja and line.reason_en for line in team.next)
        assert {line.operator_id for line in team.next} <= counted.keys()


async def _board(at: Centre) -> fairness_pb.GetFairnessResponse:
    """The board, once the session just heard is counted."""
    async with asyncio.timeout(10):
        while True:
            board: fairness_pb.GetFairnessResponse = await at.ask(
                SUPERVISOR, at.platform.monitoring.GetFairness, fairness_pb.GetFairnessRequest()
            )
            if any(team.sessions for team in board.teams):
                return board
            await asyncio.sleep(0.05)


async def test_8_training_asks_the_operator_first_and_a_complaint_does_not_wait(
    running: Running, tmp_path: Path
) -> None:
    pb = monitoring_service_pb2
    async with a_talk(running, tmp_path) as (at, supervisor, talk):
        async with watching(at.operators[MISAKI]) as desk:
            since = at.phones.position
            asked = await at.ask(
                SUPERVISOR,
                at.platform.monitoring.StartSupervision,
                pb.StartSupervisionRequest(
                    request_id="train",
                    contact_id=talk.contact_id,
                    mode=LISTEN,
                    purpose=supervision_pb.PURPOSE_TRAINING,
                    note="クロージングの練習",
                ),
            )
            assert asked.consent_asked
            question = await desk.sees(
                lambda row: row.consent.supervision_id == asked.supervision_id
            )
            assert question.consent.note == "クロージングの練習"
            assert question.consent.purpose == supervision_pb.PURPOSE_TRAINING
            await at.ask(
                MISAKI,
                at.platform.monitoring.AnswerConsent,
                pb.AnswerConsentRequest(
                    request_id="no",
                    supervision_id=asked.supervision_id,
                    answer=supervision_pb.CONSENT_ANSWER_DECLINED,
                    reason=supervision_pb.CONSENT_REASON_DIFFICULT_CALL,
                ),
            )
            await desk.sees(lambda row: row.gone.consent == asked.supervision_id)
            assert at.phones_entries(SUPERVISOR, since) == []

            supervision = await supervisor.start(
                talk.contact_id, LISTEN, supervision_pb.PURPOSE_COMPLAINT
            )
            await hears(await at.ear(supervisor, since), CUSTOMER_HZ)
            shown = await desk.sees(lambda row: row.listener.supervision_id == supervision)
            assert shown.listener.supervisor_id == SUPERVISOR
            assert shown.listener.purpose == supervision_pb.PURPOSE_COMPLAINT
            await supervisor.end(supervision)
            await at.phones.wait(SUPERVISOR, "hungup", since=since)


async def test_9_nobody_is_monitored_more_often_a_day_than_the_policy_says(
    running: Running, tmp_path: Path
) -> None:
    pb = monitoring_service_pb2
    async with a_talk(running, tmp_path, SAORI) as (at, supervisor, talk):
        policy = at.platform.monitoring.SetSupervisionPolicy
        await at.ask(
            "usr_admin",
            policy,
            pb.SetSupervisionPolicyRequest(request_id="few", client_id=CLIENT, daily_limit=1),
        )
        since = at.phones.position
        first = await supervisor.start(talk.contact_id, LISTEN, supervision_pb.PURPOSE_SAMPLING)
        await at.ear(supervisor, since)
        await supervisor.end(first)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await supervisor.start(talk.contact_id, LISTEN, supervision_pb.PURPOSE_SAMPLING)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert dict(refused.value.trailing_metadata())["sasayaki-reason"] == "DAILY_LIMIT"
        assert "recorded" in str(refused.value.details())
        since = at.phones.position
        helped = await supervisor.start(talk.contact_id, LISTEN, supervision_pb.PURPOSE_HELP)
        await at.ear(supervisor, since)
        await supervisor.end(helped)
        await at.phones.wait(SUPERVISOR, "hungup", since=since)
        await at.ask(
            "usr_admin",
            policy,
            pb.SetSupervisionPolicyRequest(request_id="many", client_id=CLIENT, daily_limit=100),
        )
