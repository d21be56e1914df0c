"""Music goes on until somebody stops it, and what is over is over."""

from tests.harness.specification import given
from tests.unit.media.calls import CONNECTED, NODE, happened, ordered, play

from sasayaki.media.v1.call_events import PromptOutcome, PromptPlayed, PromptStopOrdered
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import FailOrder, StopPrompt
from sasayaki_media.calls.happened import Played, PlayEnd
from sasayaki_media.calls.orders import outstanding

STOP = PromptStopOrdered(play_id="ply_1")
WAITING = (*CONNECTED, ordered())


def stopped(seq: int) -> PromptPlayed:
    return PromptPlayed(
        play_id="ply_1",
        heard_ms=0,
        total_ms=0,
        outcome=PromptOutcome.STOPPED,
        node_id=NODE,
        happening_seq=seq,
    )


def test_a_play_is_stopped_once() -> None:
    given(CALL, *WAITING).when(StopPrompt("ply_1")).then(STOP)
    given(CALL, *WAITING, STOP).when(StopPrompt("ply_1")).then()


def test_what_is_over_or_never_was_is_not_an_error() -> None:
    given(CALL, *CONNECTED).when(StopPrompt("ply_1")).then()
    given(CALL, *WAITING, STOP, stopped(3)).when(StopPrompt("ply_1")).then()


def test_the_guidance_is_heard_to_its_end() -> None:
    guided = (*CONNECTED, ordered(guidance=True))
    given(CALL, *guided).when(StopPrompt("ply_1")).then_refused("GUIDANCE_UNDER_WAY")


def test_a_play_that_is_to_stop_was_begun_before() -> None:
    state = CALL.fold(CALL.initial, (*WAITING, STOP))
    assert [order.key for order in outstanding(state)] == ["play/1", "stop-play/1"]


def test_the_node_tells_when_it_is_over() -> None:
    ended = happened(3, Played("ply_1", 0, 0, PlayEnd.STOPPED, ""))
    given(CALL, *WAITING, STOP).when(ended).then(stopped(3))


def test_a_play_that_cannot_be_stopped_is_over() -> None:
    failed = FailOrder("stop-play/1", "WRONG_STATE")
    given(CALL, *WAITING, STOP).when(failed).then(stopped(0))


def test_the_next_play_may_begin_while_the_last_is_stopping() -> None:
    outcome = given(CALL, *WAITING, STOP).when(play("ply_2"))
    assert [type(event).__name__ for event in outcome.events] == ["PromptOrdered"]
