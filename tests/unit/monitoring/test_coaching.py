"""Feedback as it is decided: given once, read once, followed until it is seen done."""

from dataclasses import replace

import pytest
from tests.harness.specification import NOON, given

from sasayaki.monitoring.v1.coaching_events import (
    FeedbackGiven,
    FeedbackKind,
    FeedbackRead,
    FollowUpAnswered,
    FollowUpOutcome,
)
from sasayaki_monitoring.coaching import coaching
from sasayaki_monitoring.coaching.coaching import COACHING, Answer, Give, Read

DONE, NOT_YET = FollowUpOutcome.DONE, FollowUpOutcome.NOT_YET
GIVE = Give(
    feedback_id="fbk_1",
    operator_id="usr_mori",
    supervisor_id="usr_sato",
    contact_id="con_1",
    at_ms=61_000,
    kind=FeedbackKind.IMPROVE,
    text_sealed="sealed",
    reason_id="rsn_delivery",
    heard=True,
    talk_ms=90_000,
)
GIVEN = FeedbackGiven(
    feedback_id="fbk_1",
    operator_id="usr_mori",
    supervisor_id="usr_sato",
    contact_id="con_1",
    at_ms=61_000,
    kind=FeedbackKind.IMPROVE,
    text_sealed="sealed",
    reason_id="rsn_delivery",
)
PRAISED = GIVEN.model_copy(update={"kind": FeedbackKind.PRAISE})
READ = FeedbackRead(feedback_id="fbk_1")
ANSWER = Answer("fbk_1", "con_2", "usr_ito", DONE, shows=True)


def answered(outcome: FollowUpOutcome, contact_id: str = "con_2") -> FollowUpAnswered:
    return FollowUpAnswered(
        feedback_id="fbk_1", contact_id=contact_id, supervisor_id="usr_ito", outcome=outcome
    )


def test_who_heard_a_call_tells_the_operator_about_a_second_of_it() -> None:
    given(COACHING).when(GIVE).then(GIVEN)


def test_the_same_request_again_is_the_same_feedback() -> None:
    given(COACHING, GIVEN).when(GIVE).then()


def test_who_did_not_hear_the_call_has_nothing_to_say() -> None:
    given(COACHING).when(replace(GIVE, heard=False)).then_refused("NOT_HEARD")


def test_the_second_lies_within_the_talk() -> None:
    given(COACHING).when(replace(GIVE, at_ms=90_001)).then_refused("NOT_IN_TALK")
    whole = replace(GIVE, at_ms=90_000)
    given(COACHING).when(whole).then(GIVEN.model_copy(update={"at_ms": 90_000}))


def test_feedback_is_read_once() -> None:
    given(COACHING, GIVEN).when(Read("fbk_1")).then(READ)
    given(COACHING, GIVEN, READ).when(Read("fbk_1")).then()
    given(COACHING, GIVEN).when(Read("fbk_2")).then_refused("UNKNOWN_FEEDBACK")


@pytest.mark.parametrize("outcome", [DONE, NOT_YET])
def test_a_later_call_shows_whether_it_is_done(outcome: FollowUpOutcome) -> None:
    given(COACHING, GIVEN).when(replace(ANSWER, outcome=outcome)).then(answered(outcome))


def test_not_yet_leaves_it_open_and_done_closes_it() -> None:
    open_still = given(COACHING, GIVEN, answered(NOT_YET))
    later = replace(ANSWER, contact_id="con_3")
    open_still.when(later).then(answered(DONE, "con_3"))
    closed = given(COACHING, GIVEN, answered(DONE))
    closed.when(later).then_refused("ALREADY_DONE")
    closed.when(ANSWER).then()


def test_an_answer_can_be_corrected_while_it_is_open() -> None:
    given(COACHING, GIVEN, answered(NOT_YET)).when(ANSWER).then(answered(DONE))


def test_praise_asks_for_nothing() -> None:
    given(COACHING, PRAISED).when(ANSWER).then_refused("NOTHING_TO_FOLLOW")


def test_only_a_later_call_of_the_same_reason_shows_anything() -> None:
    given(COACHING, GIVEN).when(replace(ANSWER, shows=False)).then_refused("NOT_A_LATER_CALL")
    given(COACHING).when(ANSWER).then_refused("UNKNOWN_FEEDBACK")


def test_nothing_comes_due_by_itself() -> None:
    given(COACHING, GIVEN).then_nothing_is_due()


def test_the_oldest_closed_feedback_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coaching, "ITEMS_MOST", 3)
    four = [GIVEN.model_copy(update={"feedback_id": f"fbk_{n}"}) for n in range(1, 5)]
    read = FeedbackRead(feedback_id="fbk_2")
    done = answered(DONE).model_copy(update={"feedback_id": "fbk_2"})
    state = COACHING.fold(COACHING.initial, [*four[:3], read, done, four[3]])
    assert list(state) == ["fbk_1", "fbk_3", "fbk_4"]
    state = COACHING.evolve(state, GIVEN.model_copy(update={"feedback_id": "fbk_5"}))
    assert list(state) == ["fbk_3", "fbk_4", "fbk_5"]
    assert COACHING.evolve(state, READ) == state
    assert COACHING.decide(state, replace(GIVE, feedback_id="fbk_6"), NOON)
