"""A call between the node, media and those who ask: decided, ordered, told on Kafka."""

from collections.abc import Awaitable

import grpc
import pytest
from tests.component.media.desk import NUMBER, Desk, acme, bearer
from tests.harness.waiting import until
from tests.unit.media.sounds import wav

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import call_events_pb2 as events
from sasayaki.media.v1 import media_service_pb2 as pb


async def arrived(desk: Desk) -> str:
    """A call that is admitted; its contact id."""
    desk.node.invite()
    await until(lambda: bool(desk.node.asked("admit")))
    contact_id: str = desk.node.asked("admit")[0].contact_id
    return contact_id


async def answered(desk: Desk) -> str:
    contact_id = await arrived(desk)
    answer = pb.AnswerRequest(
        request_id="answer-1",
        contact_id=contact_id,
        record=events.RECORDING_POLICY_AFTER_GUIDANCE,
    )
    await desk.stub.Answer(answer, metadata=desk.service)
    await until(lambda: bool(desk.node.asked("answer")))
    desk.node.happen(contact_id, answered=node.Answered())
    await desk.told(contact_id, "CallAnswered")
    return contact_id


async def played(desk: Desk, contact_id: str, request_id: str = "play-1") -> None:
    put = pb.PutPromptRequest(request_id="put-1", wav=wav())
    prompt = await desk.stub.PutPrompt(put, metadata=desk.service)
    play = pb.PlayPromptRequest(
        request_id=request_id,
        contact_id=contact_id,
        play_id="ply_1",
        prompt_sha256=[prompt.sha256],
        guidance=True,
    )
    await desk.stub.PlayPrompt(play, metadata=desk.service)


async def test_a_call_goes_from_its_invitation_to_the_talk_and_its_end(desk: Desk) -> None:
    contact_id = await answered(desk)
    await played(desk, contact_id)
    await until(lambda: bool(desk.node.asked("play")))
    heard = node.Played(
        play_id="ply_1", heard_ms=100, total_ms=100, outcome=node.PLAY_OUTCOME_COMPLETED
    )
    desk.node.happen(contact_id, played=heard)
    desk.node.happen(contact_id, tap_opened=node.TapOpened())
    await desk.told(contact_id, "TapOpened")
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    leg_id = (await desk.stub.Dial(dial, metadata=desk.service)).leg_id
    await until(lambda: bool(desk.node.asked("dial")))
    for what in (
        {"leg_rang": node.LegRang(leg_id=leg_id)},
        {"leg_answered": node.LegAnswered(leg_id=leg_id)},
        {"joined": node.Joined(leg_id=leg_id)},
    ):
        desk.node.happen(contact_id, **what)
    await desk.told(contact_id, "TalkStarted")
    desk.node.happen(
        contact_id, leg_ended=node.LegEnded(leg_id=leg_id, reason=node.LEG_END_CALL_ENDED)
    )
    over = node.CallEnded(reason=node.CALL_END_CUSTOMER_HUNG_UP)
    desk.node.happen(contact_id, call_ended=over)
    last = desk.node.happen(contact_id, tap_closed=node.TapClosed(recorded_ms=900, pages=3))
    await until(lambda: desk.node.acknowledged == last)
    assert await desk.kinds(contact_id) == [
        "CallArrived",
        "AnswerOrdered",
        "CallAnswered",
        "PromptOrdered",
        "GuidancePlayed",
        "TapOpened",
        "OperatorLegDialled",
        "OperatorLegRang",
        "OperatorLegAnswered",
        "TalkStarted",
        "OperatorLegEnded",
        "CallEnded",
        "TapClosed",
    ]


async def test_a_call_belongs_to_whom_its_number_does(desk: Desk) -> None:
    contact_id = await arrived(desk)
    (record,) = await desk.history(contact_id)
    assert (record["tenantid"], record["clientid"]) == ("out_test", "cli_acme")
    assert record["correlationid"] == contact_id
    assert record["data"]["dialled_number"] == NUMBER
    assert len(record["data"]["caller_hash"]) == 32
    assert "9012345678" not in str(record)


async def test_a_number_that_is_nobodys_is_turned_away(desk: Desk) -> None:
    seq = desk.node.invite(number="+81300000000")
    await until(lambda: desk.node.acknowledged == seq)
    (refuse,) = desk.node.asked("refuse")
    assert (refuse.node_call_id, refuse.sip_code) == ("call_1", 404)
    assert await desk.history() == []


async def test_the_node_learns_every_change_of_the_numbers(desk: Desk) -> None:
    await until(lambda: any(put.numbers == [NUMBER] for put in desk.node.asked("set_numbers")))
    await desk.clients.tell("cli_acme", acme(NUMBER, "+81661111111"))
    await until(lambda: len(desk.node.asked("set_numbers")[-1].numbers) == 2)


async def test_the_node_gets_a_prompt_once_it_is_stored_and_with_every_connection(
    desk: Desk,
) -> None:
    put = pb.PutPromptRequest(request_id="put-1", wav=wav())
    prompt = await desk.stub.PutPrompt(put, metadata=desk.service)
    assert prompt.length_ms == 100
    order_id = f"prompt/{prompt.sha256}"
    await until(lambda: desk.node.times(order_id) == 1)
    assert desk.node.asked("put_prompt")[0].pcmu == b"\xff" * 800
    desk.node.hang_up_on_python()
    await until(lambda: desk.node.times(order_id) == 2)


async def test_a_caller_who_does_not_wait_is_told_as_gone(desk: Desk) -> None:
    contact_id = await arrived(desk)
    desk.node.happen(withdrawn=node.Withdrawn(node_call_id="call_1"))
    ended = await desk.told(contact_id, "CallEnded")
    assert ended["reason"] == "CALL_END_REASON_CUSTOMER_HUNG_UP"


async def test_an_order_that_the_node_cannot_carry_out_is_followed_by_an_event(
    desk: Desk,
) -> None:
    contact_id = await answered(desk)
    desk.node.refuses["dial"] = "NO_PORT"
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    await desk.stub.Dial(dial, metadata=desk.service)
    ended = await desk.told(contact_id, "OperatorLegEnded")
    assert ended["reason"] == "LEG_END_REASON_FAILED"


async def test_a_repeated_request_gets_the_first_answer(desk: Desk) -> None:
    contact_id = await answered(desk)
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    first = await desk.stub.Dial(dial, metadata=desk.service)
    again = await desk.stub.Dial(dial, metadata=desk.service)
    assert first.leg_id == again.leg_id
    assert (await desk.kinds(contact_id)).count("OperatorLegDialled") == 1


async def test_a_lost_node_leaves_nobody_on_the_line(desk: Desk) -> None:
    contact_id = await answered(desk)
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    await desk.stub.Dial(dial, metadata=desk.service)
    desk.node.restart("node_2")
    ended = await desk.told(contact_id, "CallEnded")
    assert ended["reason"] == "CALL_END_REASON_NODE_LOST"
    assert (await desk.kinds(contact_id))[-2:] == ["OperatorLegEnded", "CallEnded"]


async def test_a_call_that_the_node_does_not_list_is_lost(desk: Desk) -> None:
    contact_id = await answered(desk)
    await until(lambda: desk.node.acknowledged == 2)
    desk.node.contact_ids.clear()
    desk.node.hang_up_on_python()
    ended = await desk.told(contact_id, "CallEnded")
    assert ended["reason"] == "CALL_END_REASON_NODE_LOST"


async def test_a_call_that_history_does_not_know_is_hung_up(desk: Desk) -> None:
    desk.node.contact_ids.add("con_stranger")
    desk.node.hang_up_on_python()
    await until(lambda: bool(desk.node.asked("hang_up")))
    assert desk.node.asked("hang_up")[0].contact_id == "con_stranger"


async def refused(call: Awaitable[object]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


async def test_a_contact_of_another_tenant_is_not_found(desk: Desk) -> None:
    contact_id = await arrived(desk)
    hang_up = pb.HangUpRequest(request_id="hang-1", contact_id=contact_id)
    error = await refused(desk.stub.HangUp(hang_up, metadata=bearer(tenant="out_other")))
    assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_only_services_steer_calls(desk: Desk) -> None:
    hang_up = pb.HangUpRequest(request_id="hang-1", contact_id="con_1")
    for role in ("operator", "supervisor", "manager", "admin", "client"):
        error = await refused(desk.stub.HangUp(hang_up, metadata=bearer(role)))
        assert error.code() is grpc.StatusCode.PERMISSION_DENIED, role


async def test_a_request_that_is_wrong_names_its_field(desk: Desk) -> None:
    service = desk.service
    sha256 = "ab" * 32
    cases: dict[str, Awaitable[object]] = {
        "contact_id": desk.stub.Answer(
            pb.AnswerRequest(
                request_id="r", contact_id="../x", record=events.RECORDING_POLICY_AFTER_GUIDANCE
            ),
            metadata=service,
        ),
        "record": desk.stub.Answer(
            pb.AnswerRequest(request_id="r", contact_id="con_1"), metadata=service
        ),
        "request_id": desk.stub.HangUp(pb.HangUpRequest(contact_id="con_1"), metadata=service),
        "play_id": desk.stub.PlayPrompt(
            pb.PlayPromptRequest(request_id="r", contact_id="con_1", prompt_sha256=[sha256]),
            metadata=service,
        ),
        "prompt_sha256": desk.stub.PlayPrompt(
            pb.PlayPromptRequest(request_id="r", contact_id="con_1", play_id="p"),
            metadata=service,
        ),
        "digits_max": desk.stub.PlayPrompt(
            pb.PlayPromptRequest(
                request_id="r",
                contact_id="con_1",
                play_id="p",
                prompt_sha256=[sha256],
                digits_max=33,
            ),
            metadata=service,
        ),
        "ring_ms_max": desk.stub.Dial(
            pb.DialRequest(request_id="r", contact_id="con_1", operator_id="usr_1", ring_ms_max=1),
            metadata=service,
        ),
        "mode": desk.stub.Supervise(
            pb.SuperviseRequest(
                request_id="r",
                contact_id="con_1",
                supervision_id="spv_1",
                supervisor_id="usr_1",
                mode=events.SUPERVISION_MODE_UNSPECIFIED,
            ),
            metadata=service,
        ),
        "wav": desk.stub.PutPrompt(
            pb.PutPromptRequest(request_id="r", wav=wav(rate_hz=16_000)), metadata=service
        ),
    }
    for field, call in cases.items():
        error = await refused(call)
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, field
        assert (error.details() or "").startswith(field)


async def test_a_prompt_that_is_not_stored_cannot_be_played(desk: Desk) -> None:
    contact_id = await answered(desk)
    play = pb.PlayPromptRequest(
        request_id="play-1", contact_id=contact_id, play_id="p", prompt_sha256=["ab" * 32]
    )
    error = await refused(desk.stub.PlayPrompt(play, metadata=desk.service))
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
