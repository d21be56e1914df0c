"""While card data is told, nothing is written and no key is noted anywhere."""

import pytest
from tests.harness.specification import given
from tests.unit.media.calls import ANSWER_ORDERED, ANSWERED, ARRIVED, NODE, TALKING, TAP, happened

from sasayaki.media.v1.call_events import (
    CallEvent,
    DigitsCollected,
    DigitsOutcome,
    PromptOrdered,
    TapPaused,
    TapPauseOrdered,
    TapResumed,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Asker, FailOrder, PauseRecording
from sasayaki_media.calls.happened import Played, PlayEnd, TapRested, TapWentOn
from sasayaki_media.calls.orders import outstanding

MORI, ABE = Asker("usr_mori", True), Asker("usr_abe", True)
WRITTEN = (*TALKING, TAP)
PAUSE = PauseRecording(True, "card", MORI)
ORDERED = TapPauseOrdered(paused=True, reason="card", operator_id="usr_mori")
RESUME = TapPauseOrdered(paused=False, reason="", operator_id="usr_mori")
PAUSED = TapPaused(reason="card", at_ms=4_200, node_id=NODE, happening_seq=6)
RESTING = (*WRITTEN, ORDERED, PAUSED)
RESUMED = TapResumed(at_ms=9_000, node_id=NODE, happening_seq=7)


def keys(*history: CallEvent) -> list[str]:
    return [order.key for order in outstanding(CALL.fold(CALL.initial, history))]


def asking(*, sealed: bool | None = None) -> PromptOrdered:
    return PromptOrdered(
        play_id="ply_1",
        prompt_sha256=("ab" * 32,),
        guidance=False,
        digits_max=16,
        first_digit_ms=5_000,
        next_digit_ms=3_000,
        closing_sha256=(),
        digit_sha256=(),
        sealed=sealed,
    )


def collected(
    digits: str = "", *, sealed: str | None = None, count: int | None = None
) -> DigitsCollected:
    return DigitsCollected(
        play_id="ply_1",
        digits=digits,
        outcome=DigitsOutcome.COLLECTED,
        heard_ms=900,
        node_id=NODE,
        happening_seq=9,
        digits_sealed=sealed,
        digits_count=count,
    )


KEYED = happened(9, Played("ply_1", 900, 900, PlayEnd.COLLECTED, "4111111111111111", "box"))


def test_the_operator_who_talks_stops_the_writing() -> None:
    given(CALL, *WRITTEN).when(PAUSE).then(ORDERED)


def test_what_is_not_written_is_not_paused() -> None:
    given(CALL, *TALKING).when(PAUSE).then_refused("NOT_RECORDED")


def test_an_operator_of_another_call_may_not() -> None:
    given(CALL, *WRITTEN).when(PauseRecording(True, "card", ABE)).then_refused("NOT_YOURS")


def test_a_pause_is_ordered_once() -> None:
    given(CALL, *WRITTEN, ORDERED).when(PAUSE).then()


def test_the_order_is_outstanding_until_the_node_says_that_nothing_is_written() -> None:
    assert keys(*WRITTEN, ORDERED) == ["pause-tap/1"]
    assert keys(*RESTING) == []
    assert keys(*RESTING, RESUME) == ["pause-tap/2"]


def test_from_where_on_nothing_is_written_is_told_with_the_reason() -> None:
    given(CALL, *WRITTEN, ORDERED).when(happened(6, TapRested(4_200))).then(PAUSED)
    given(CALL, *RESTING).when(happened(7, TapRested(4_300))).then()


def test_from_where_on_writing_goes_on_is_told() -> None:
    given(CALL, *RESTING, RESUME).when(happened(7, TapWentOn(9_000))).then(RESUMED)


def test_a_pause_that_cannot_be_is_not_wanted_any_more() -> None:
    off = TapPauseOrdered(paused=False, reason="card", operator_id="")
    given(CALL, *WRITTEN, ORDERED).when(FailOrder("pause-tap/1", "BAD_ORDER")).then(off)


WITHOUT_TALK: tuple[CallEvent, ...] = (ARRIVED, ANSWER_ORDERED, ANSWERED, TAP)


@pytest.mark.parametrize(
    "history",
    [
        (*WITHOUT_TALK, ORDERED, asking()),
        (*WITHOUT_TALK, asking(), ORDERED),
        (*WITHOUT_TALK, ORDERED, PAUSED, asking(sealed=True)),
        (*WITHOUT_TALK, asking(), ORDERED, PAUSED, RESUME, RESUMED),
    ],
    ids=["asked in the pause", "paused while asked", "sealed and paused", "keyed in part"],
)
def test_what_is_keyed_while_nothing_may_be_written_is_noted_nowhere(
    history: tuple[CallEvent, ...],
) -> None:
    given(CALL, *history).when(KEYED).then(collected(count=16))


def test_what_is_keyed_after_the_pause_is_noted_again() -> None:
    history = (*WITHOUT_TALK, ORDERED, PAUSED, RESUME, RESUMED, asking())
    given(CALL, *history).when(KEYED).then(collected("4111111111111111"))


def test_personal_digits_are_noted_sealed_only() -> None:
    given(CALL, *WITHOUT_TALK, asking(sealed=True)).when(KEYED).then(
        collected(sealed="box", count=16)
    )


def test_without_a_key_personal_digits_are_counted_only() -> None:
    keyed = happened(9, Played("ply_1", 900, 900, PlayEnd.COLLECTED, "0901", ""))
    given(CALL, *WITHOUT_TALK, asking(sealed=True)).when(keyed).then(collected(count=4))
