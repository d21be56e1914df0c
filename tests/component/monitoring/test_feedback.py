"""Feedback over gRPC and Kafka: given after the call, read, and asked about in the next one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
from tests.component.monitoring.gallery import ITO, NODE, SATO, Gallery, bearer, refused
from tests.component.monitoring.wall import Wall, operator, watching

from sasayaki.callreason.v1.enquiry_events import ReasonStated
from sasayaki.media.v1.call_events import (
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1 import coaching_events_pb2 as wire
from sasayaki.monitoring.v1 import desk_pb2
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki_chassis.channels import REASON_KEY

DENIED = grpc.StatusCode.PERMISSION_DENIED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION
MORI = "usr_con_1"
"""The operator of `con_1`."""
IMPROVE = wire.FEEDBACK_KIND_IMPROVE
WAIT_S = 10
TEXT = "配送の確認を先に。落ち着いていて良い"


async def heard_call(gallery: Gallery, *, hears: bool = True) -> str:
    """A call about a delivery that a supervisor heard and that is over; the supervision's id."""
    stated = ReasonStated(step_id="menu", reason_id="rsn_delivery", key="2")
    await gallery.enquiries.tell("con_1", stated)
    await gallery.talks("con_1")
    spv = await gallery.start("con_1")
    if hears:
        heard = SupervisorHeard(
            leg_id="leg_2",
            supervisor_id=SATO,
            supervision_id=spv,
            mode=SupervisionMode.LISTEN,
            applied_at=datetime.now(UTC),
            **NODE,
        )
        gone = SupervisorLegEnded(
            leg_id="leg_2",
            supervisor_id=SATO,
            supervision_id=spv,
            reason=LegEndReason.CALL_ENDED,
            left_at=datetime.now(UTC) + timedelta(milliseconds=1),
            **NODE,
        )
        await gallery.calls.tell("con_1", heard, gone)
    await gallery.ends("con_1")
    return spv


async def talks_again(gallery: Gallery, contact_id: str, reason_id: str = "rsn_delivery") -> None:
    """The same operator's next call."""
    stated = ReasonStated(step_id="menu", reason_id=reason_id, key="2")
    await gallery.enquiries.tell(contact_id, stated)
    talk = TalkStarted(leg_id=f"leg_{contact_id}", operator_id=MORI, **NODE)
    await gallery.calls.tell(contact_id, talk)


async def give(
    gallery: Gallery,
    spv: str,
    user_id: str = SATO,
    *,
    at_ms: int = 0,
    request_id: str = "",
    **claims: Any,
) -> str:
    """Returns the feedback's id."""
    request = pb.GiveFeedbackRequest(
        request_id=request_id or str(uuid4()),
        supervision_id=spv,
        at_ms=at_ms,
        kind=IMPROVE,
        text=TEXT,
    )
    answer = await gallery.monitoring.GiveFeedback(request, metadata=bearer(user_id, **claims))
    return str(answer.feedback_id)


async def answer(
    gallery: Gallery,
    feedback_id: str,
    contact_id: str,
    outcome: wire.FollowUpOutcome.ValueType,
    **claims: Any,
) -> None:
    request = pb.AnswerFollowUpRequest(
        request_id=str(uuid4()),
        feedback_id=feedback_id,
        contact_id=contact_id,
        outcome=outcome,
        operator_id=MORI,
    )
    await gallery.monitoring.AnswerFollowUp(request, metadata=bearer(ITO, **claims))


async def read(gallery: Gallery, feedback_id: str, user_id: str = MORI) -> None:
    request = pb.ReadFeedbackRequest(request_id=str(uuid4()), feedback_id=feedback_id)
    await gallery.monitoring.ReadFeedback(request, metadata=operator(user_id))


async def soon(ask: Callable[[], Awaitable[Any]], *not_yet: grpc.StatusCode) -> Any:
    """Asks again while views are on their way; by default only while they say so themselves."""
    async with asyncio.timeout(WAIT_S):
        while True:
            try:
                return await ask()
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, *not_yet):
                    raise
            await asyncio.sleep(0.02)


async def unread(gallery: Gallery, wanted: int) -> list[desk_pb2.DeskFeedback]:
    """What the operator's desk shows as soon as it has so many pieces of feedback."""

    async def first() -> list[desk_pb2.DeskFeedback]:
        desk = gallery.monitoring.WatchOperator(pb.WatchOperatorRequest(), metadata=operator(MORI))
        async for message in desk:
            return [row.feedback for row in message.rows if row.HasField("feedback")]
        raise AssertionError("the desk's stream ended")

    async with asyncio.timeout(WAIT_S):
        while len(rows := await soon(first)) != wanted:
            await asyncio.sleep(0.02)
    return list(rows)


def gone(wall: Wall, feedback_id: str) -> int:
    """How often the feedback's row went from the floor."""
    return sum(row.gone.follow_up == feedback_id for _, row in wall.rows)


async def test_feedback_is_asked_about_in_the_operators_next_call_of_the_same_reason(
    gallery: Gallery,
) -> None:
    async with gallery.running() as monitoring:
        spv = await heard_call(gallery)
        fbk = await soon(lambda: give(gallery, spv), PRECONDITION, NOT_FOUND)
        async with watching(gallery, ITO) as wall:
            await talks_again(gallery, "con_2", "rsn_refund")
            await gallery.ends("con_2")
            await talks_again(gallery, "con_3")
            await wall.sees(lambda row: row.follow_up.feedback_id == fbk)
            (row,) = [row.follow_up for _, row in wall.rows if row.HasField("follow_up")]
            assert (row.contact_id, row.operator_id, row.supervisor_id) == ("con_3", MORI, SATO)
            assert row.text == TEXT
            await answer(gallery, fbk, "con_3", wire.FOLLOW_UP_OUTCOME_NOT_YET)
            await wall.sees(lambda row: row.gone.follow_up == fbk)
            async with refused(PRECONDITION, "NOT_A_LATER_CALL"):
                await answer(gallery, fbk, "con_2", wire.FOLLOW_UP_OUTCOME_DONE)
            await gallery.ends("con_3")
            await talks_again(gallery, "con_4")
            await wall.sees(lambda row: row.follow_up.contact_id == "con_4")

        monitoring.kill()
        await monitoring.start()
        async with watching(gallery, ITO) as wall:
            await wall.sees(lambda row: row.follow_up.contact_id == "con_4")
            await answer(gallery, fbk, "con_4", wire.FOLLOW_UP_OUTCOME_DONE)
            await wall.sees(lambda row: row.gone.follow_up == fbk)
            await gallery.ends("con_4")
            await talks_again(gallery, "con_5")
            await wall.sees_talk("con_5")
            assert gone(wall, fbk) == 1
            async with refused(PRECONDITION, "ALREADY_DONE"):
                await answer(gallery, fbk, "con_5", wire.FOLLOW_UP_OUTCOME_NOT_YET)


async def test_a_repeat_is_the_same_feedback_and_the_operator_reads_it(gallery: Gallery) -> None:
    async with gallery.running():
        spv = await heard_call(gallery)
        first = await soon(lambda: give(gallery, spv, request_id="same"), PRECONDITION, NOT_FOUND)
        assert await give(gallery, spv, request_id="same") == first
        (row,) = await unread(gallery, 1)
        assert (row.feedback_id, row.text, row.supervisor_id) == (first, TEXT, SATO)
        assert (row.contact_id, row.reason_id) == ("con_1", "rsn_delivery")
        await soon(lambda: read(gallery, first))
        await read(gallery, first)
        assert await unread(gallery, 0) == []
        async with refused(NOT_FOUND, "UNKNOWN_FEEDBACK"):
            await read(gallery, first, "usr_abe")


async def reasons(call: Callable[[], Awaitable[Any]]) -> str:
    """Why a call is refused, once the views have caught up."""
    async with asyncio.timeout(WAIT_S):
        while True:
            try:
                await call()
            except grpc.aio.AioRpcError as error:
                told = dict(error.trailing_metadata() or ()).get(REASON_KEY, "")
                if told not in ("", "UNKNOWN_SUPERVISION", "UNKNOWN_CALL"):
                    return str(told)
            await asyncio.sleep(0.02)


async def test_nobody_gives_feedback_on_what_they_did_not_hear(gallery: Gallery) -> None:
    async with gallery.running():
        spv = await heard_call(gallery, hears=False)
        assert await reasons(lambda: give(gallery, spv)) == "NOT_HEARD"
        async with refused(DENIED, "NOT_YOURS"):
            await give(gallery, spv, ITO)
        async with refused(DENIED, "NOT_PERMITTED"):
            await give(gallery, spv, clients=["cli_other"])
        async with refused(NOT_FOUND, "UNKNOWN_SUPERVISION"):
            await give(gallery, spv, tenant="out_other")
        async with refused(DENIED):
            await give(gallery, spv, MORI, role="operator")


async def test_the_second_is_one_of_the_talk_and_its_follow_up_is_the_companys_own(
    gallery: Gallery,
) -> None:
    async with gallery.running():
        spv = await heard_call(gallery)
        fbk = await soon(lambda: give(gallery, spv), PRECONDITION, NOT_FOUND)
        async with refused(PRECONDITION, "NOT_IN_TALK"):
            await give(gallery, spv, at_ms=3_600_000)
        done = wire.FOLLOW_UP_OUTCOME_DONE

        async def of_another_company() -> None:
            await answer(gallery, fbk, "con_2", done, clients=["cli_other"])

        assert await reasons(of_another_company) == "NOT_PERMITTED"
        async with refused(NOT_FOUND, "UNKNOWN_FEEDBACK"):
            await answer(gallery, fbk, "con_2", done, tenant="out_other")


async def test_bad_feedback_names_its_field(gallery: Gallery) -> None:
    good = {
        "request_id": "a",
        "supervision_id": "spv_1",
        "kind": IMPROVE,
        "text": "はい",
        "at_ms": 1,
    }
    async with gallery.running():
        for field, wrong in {
            "supervision_id": "con_1",
            "kind": 9,
            "text": "あ" * 2_001,
            "at_ms": -1,
            "contact_id": "spv_1",
        }.items():
            request = pb.GiveFeedbackRequest(**{**good, field: wrong})
            async with refused(INVALID, says=f"{field}:"):
                await gallery.monitoring.GiveFeedback(request, metadata=bearer())
        blank = pb.GiveFeedbackRequest(**{**good, "text": " \n "})
        async with refused(INVALID, says="text:"):
            await gallery.monitoring.GiveFeedback(blank, metadata=bearer())
