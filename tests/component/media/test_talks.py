"""Hold, consultation and card pause from the request to the order, through restarts."""

import grpc
import pytest
from tests.component.media.desk import Desk, bearer
from tests.component.media.test_kill import answered, arrived, restarted
from tests.harness.waiting import until
from tests.unit.media.sounds import wav

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb

MORI = bearer("operator", sub="usr_mori")
ABE = bearer("operator", sub="usr_abe")
SATO = bearer("supervisor", sub="usr_sato", clients=["cli_acme"])
STRANGER = bearer("supervisor", sub="usr_sato", clients=["cli_other"])


async def talking(desk: Desk) -> str:
    """A recorded call on which an operator talks."""
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    desk.node.happen(contact_id, tap_opened=node.TapOpened())
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    leg_id = (await desk.stub.Dial(dial, metadata=desk.service)).leg_id
    desk.node.happen(contact_id, leg_answered=node.LegAnswered(leg_id=leg_id))
    desk.node.happen(contact_id, joined=node.Joined(leg_id=leg_id))
    await desk.told(contact_id, "TalkStarted")
    return contact_id


def hold(contact_id: str, number: int, *, held: bool, music: str = "") -> pb.HoldRequest:
    return pb.HoldRequest(
        request_id=f"hold-{number}", contact_id=contact_id, held=held, music_sha256=music
    )


def pause(contact_id: str, number: int, *, paused: bool) -> pb.PauseRecordingRequest:
    return pb.PauseRecordingRequest(
        request_id=f"pause-{number}", contact_id=contact_id, paused=paused, reason="card"
    )


async def test_a_customer_waits_with_music_and_comes_back(desk: Desk) -> None:
    contact_id = await talking(desk)
    put = pb.PutPromptRequest(request_id="put-1", wav=wav())
    music = (await desk.stub.PutPrompt(put, metadata=desk.service)).sha256
    await desk.stub.Hold(hold(contact_id, 1, held=True, music=music), metadata=MORI)
    await until(lambda: len(desk.node.asked("hold")) == 1)
    (order,) = desk.node.asked("hold")
    assert (order.held, order.music_sha256) == (True, music)
    desk.node.happen(contact_id, customer_held=node.CustomerHeld())
    assert (await desk.told(contact_id, "CustomerHeld"))["operator_id"] == "usr_mori"
    await desk.stub.Hold(hold(contact_id, 2, held=False), metadata=SATO)
    await until(lambda: len(desk.node.asked("hold")) == 2)
    desk.node.happen(contact_id, customer_resumed=node.CustomerResumed())
    await desk.told(contact_id, "CustomerResumed")


async def test_only_who_talks_and_who_supervises_the_company_may(desk: Desk) -> None:
    contact_id = await talking(desk)
    for who, code in (
        (ABE, grpc.StatusCode.PERMISSION_DENIED),
        (STRANGER, grpc.StatusCode.NOT_FOUND),
        (bearer("auditor"), grpc.StatusCode.PERMISSION_DENIED),
    ):
        for ask in (
            desk.stub.Hold(hold(contact_id, 1, held=True), metadata=who),
            desk.stub.PauseRecording(pause(contact_id, 1, paused=True), metadata=who),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await ask
            assert refused.value.code() is code


async def test_hold_and_pause_that_were_not_confirmed_are_ordered_again(desk: Desk) -> None:
    contact_id = await talking(desk)
    await desk.stub.Hold(hold(contact_id, 1, held=True), metadata=MORI)
    await desk.stub.PauseRecording(pause(contact_id, 1, paused=True), metadata=MORI)
    order_ids = [f"{contact_id}/hold/1", f"{contact_id}/pause-tap/1"]
    await until(lambda: all(desk.node.times(order_id) == 1 for order_id in order_ids))
    desk.media.kill()
    await restarted(desk)
    await until(lambda: all(desk.node.times(order_id) == 2 for order_id in order_ids))


async def test_a_pause_holds_after_a_kill_until_somebody_resumes(desk: Desk) -> None:
    contact_id = await talking(desk)
    await desk.stub.PauseRecording(pause(contact_id, 1, paused=True), metadata=MORI)
    await until(lambda: len(desk.node.asked("pause_tap")) == 1)
    desk.node.happen(contact_id, tap_paused=node.TapPaused(at_ms=4_200))
    assert (await desk.told(contact_id, "TapPaused"))["reason"] == "card"
    desk.media.kill()
    await restarted(desk)
    # Had the pause been forgotten, this would be a second one.
    await desk.stub.PauseRecording(pause(contact_id, 2, paused=True), metadata=MORI)
    await desk.stub.PauseRecording(pause(contact_id, 3, paused=False), metadata=MORI)
    await until(lambda: len(desk.node.asked("pause_tap")) == 2)
    assert [order.paused for order in desk.node.asked("pause_tap")] == [True, False]
    desk.node.happen(contact_id, tap_resumed=node.TapResumed(at_ms=9_000))
    assert (await desk.told(contact_id, "TapResumed"))["at_ms"] == 9_000


async def test_digits_that_are_personal_reach_kafka_and_logs_only_sealed(desk: Desk) -> None:
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    put = pb.PutPromptRequest(request_id="put-1", wav=wav())
    prompt = (await desk.stub.PutPrompt(put, metadata=desk.service)).sha256
    play = pb.PlayPromptRequest(
        request_id="play-1",
        contact_id=contact_id,
        play_id="ask",
        prompt_sha256=[prompt],
        digits_max=16,
        sealed=True,
    )
    await desk.stub.PlayPrompt(play, metadata=desk.service)
    await until(lambda: len(desk.node.asked("play")) == 1)
    digits = "4929012345678901"
    keyed = node.Played(play_id="ask", outcome=node.PLAY_OUTCOME_COLLECTED, digits=digits)
    desk.node.happen(contact_id, played=keyed)
    told = await desk.told(contact_id, "DigitsCollected")
    assert (told["digits"], told["digits_count"]) == ("", 16)
    assert told["digits_sealed"]
    assert digits not in str(await desk.history())
    assert digits not in (desk.folder / "sasayaki_media.log").read_text()


async def test_a_colleague_is_consulted_and_gets_the_customer(desk: Desk) -> None:
    contact_id = await talking(desk)
    consult = pb.DialRequest(
        request_id="dial-2", contact_id=contact_id, operator_id="usr_abe", consult=True
    )
    leg_id = (await desk.stub.Dial(consult, metadata=desk.service)).leg_id
    await until(lambda: leg_id in [dial.leg_id for dial in desk.node.asked("dial")])
    desk.node.happen(contact_id, joined=node.Joined(leg_id=leg_id))
    transfer = pb.HangUpRequest(
        request_id="transfer-1", contact_id=contact_id, operator_id="usr_mori", transferred=True
    )
    await desk.stub.HangUp(transfer, metadata=desk.service)
    await until(lambda: len(desk.node.asked("hang_up")) == 1)
    first = desk.node.asked("hang_up")[0].leg_id
    left = node.LegEnded(leg_id=first, reason=node.LEG_END_RELEASED)
    desk.node.happen(contact_id, leg_ended=left)
    ended = await desk.told(contact_id, "OperatorLegEnded")
    assert (ended["operator_id"], ended["reason"]) == (
        "usr_mori",
        "LEG_END_REASON_TRANSFERRED",
    )
