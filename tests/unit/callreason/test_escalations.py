"""Escalations: exactly one takes it, it is passed on, answered and closed, and overdue once."""

from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given

from sasayaki.callreason.v1.escalation_events import (
    EscalationAnswered,
    EscalationClosed,
    EscalationOverdue,
    EscalationPassedOn,
    EscalationRaised,
    EscalationTaken,
)
from sasayaki_callreason.cases.escalation import (
    ESCALATION,
    Answer,
    Close,
    Command,
    Expire,
    PassOn,
    Raise,
    Take,
)

RAISE = Raise(
    contact_id="con_1",
    operator_id="usr_mori",
    reason_id="rsn_bill",
    words_sealed="s1",
    within=timedelta(hours=1),
)
RAISED = EscalationRaised(
    contact_id="con_1",
    operator_id="usr_mori",
    reason_id="rsn_bill",
    words_sealed="s1",
    answer_by=NOON + timedelta(hours=1),
)
TAKEN = EscalationTaken(user_id="usr_sv01")
PASSED_ON = EscalationPassedOn(user_id="usr_sv01", words_sealed="s2")
ANSWERED = EscalationAnswered(user_id="usr_sv01", words_sealed="s3")
CLOSED = EscalationClosed(user_id="usr_mori")
OVERDUE = EscalationOverdue()


def take(user_id: str, *, specialist: bool = False) -> Take:
    return Take(user_id, specialist)


def test_a_contact_is_escalated_once_at_a_time() -> None:
    given(ESCALATION).when(RAISE).then(RAISED)
    given(ESCALATION, RAISED).when(RAISE).then_refused("ALREADY_ESCALATED")


def test_exactly_one_takes_it() -> None:
    given(ESCALATION, RAISED).when(take("usr_sv01")).then(TAKEN)
    given(ESCALATION, RAISED, TAKEN).when(take("usr_sv01")).then()
    given(ESCALATION, RAISED, TAKEN).when(take("usr_sv02")).then_refused("ALREADY_TAKEN")


def test_specialists_take_only_what_was_passed_on_to_them() -> None:
    they = take("usr_acme", specialist=True)
    given(ESCALATION, RAISED).when(they).then_refused("UNKNOWN_ESCALATION")
    given(ESCALATION, RAISED, TAKEN).when(they).then_refused("UNKNOWN_ESCALATION")
    with_them = given(ESCALATION, RAISED, TAKEN, PASSED_ON)
    with_them.when(they).then(EscalationTaken(user_id="usr_acme"))
    with_them.when(Answer("usr_sv01", "s")).then_refused("NOT_TAKEN")


def test_only_who_has_taken_it_passes_it_on_or_answers() -> None:
    pass_on, answer = PassOn("usr_sv01", "s2"), Answer("usr_sv01", "s3")
    given(ESCALATION, RAISED, TAKEN).when(pass_on).then(PASSED_ON)
    given(ESCALATION, RAISED, TAKEN).when(answer).then(ANSWERED)
    given(ESCALATION, RAISED).when(answer).then_refused("NOT_TAKEN")
    for other in (PassOn("usr_sv02", "s"), Answer("usr_sv02", "s")):
        given(ESCALATION, RAISED, TAKEN).when(other).then_refused("NOT_YOURS")
    given(ESCALATION, RAISED, TAKEN, ANSWERED).when(answer).then_refused("ALREADY_ANSWERED")
    given(ESCALATION, RAISED, TAKEN, ANSWERED).when(pass_on).then_refused("NOT_TO_PASS_ON")


def test_an_operator_closes_their_own_once_it_is_answered_and_a_supervisor_any() -> None:
    own, others = Close("usr_mori", own_only=True), Close("usr_sato", own_only=True)
    answered = given(ESCALATION, RAISED, TAKEN, ANSWERED)
    answered.when(own).then(CLOSED)
    answered.when(others).then_refused("NOT_YOURS")
    given(ESCALATION, RAISED, TAKEN).when(own).then_refused("NOT_ANSWERED")
    above = Close("usr_sv02", own_only=False)
    given(ESCALATION, RAISED).when(above).then(EscalationClosed(user_id="usr_sv02"))
    over = given(ESCALATION, RAISED, TAKEN, ANSWERED, CLOSED)
    over.when(own).then()
    over.when(others).then_refused("NOT_YOURS")


def test_without_an_answer_in_time_it_is_overdue_once() -> None:
    for history in ((RAISED,), (RAISED, TAKEN), (RAISED, TAKEN, PASSED_ON)):
        given(ESCALATION, *history).when_time_passes().then(OVERDUE)
        given(ESCALATION, *history, OVERDUE).then_nothing_is_due()
    given(ESCALATION, RAISED, TAKEN, ANSWERED).then_nothing_is_due()
    given(ESCALATION, RAISED, TAKEN, ANSWERED).when(Expire()).then()
    given(ESCALATION, RAISED, CLOSED).when(Expire()).then()
    late = given(ESCALATION, RAISED, OVERDUE, TAKEN)
    late.when(Answer("usr_sv01", "s3")).then(ANSWERED)


@pytest.mark.parametrize(
    "command", [take("usr_sv01"), PassOn("usr_sv01", "s"), Answer("usr_sv01", "s")]
)
def test_nothing_is_done_with_one_that_is_not_or_is_no_more(command: Command) -> None:
    given(ESCALATION).when(command).then_refused("UNKNOWN_ESCALATION")
    given(ESCALATION, RAISED, CLOSED).when(command).then_refused("ESCALATION_OVER")
