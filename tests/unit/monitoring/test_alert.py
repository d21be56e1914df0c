"""Alerts: one press, one claimer, a circle that widens with time, and never a silent end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given

from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertEnded,
    AlertEndReason,
    AlertEscalated,
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertOutcome,
    AlertRaised,
    AlertReason,
    AlertReasonGiven,
    AlertResolved,
)
from sasayaki_monitoring.alerts.alert import (
    ALERT,
    Cancel,
    Claim,
    Command,
    End,
    Found,
    GiveReason,
    Raise,
    Resolve,
)

MORI, OTHER_OPERATOR = "usr_mori", "usr_kato"
SATO, ITO = "usr_sato", "usr_ito"
RAISE = Raise("con_1", MORI, "tem_1", AlertLevel.TEAM)
RAISED = AlertRaised(
    kind=AlertKind.HELP,
    contact_id="con_1",
    operator_id=MORI,
    team_id="tem_1",
    level=AlertLevel.TEAM,
    all_at=NOON + timedelta(seconds=20),
    managers_at=NOON + timedelta(seconds=60),
    raised_at=NOON,
)
TO_ALL = AlertEscalated(level=AlertLevel.ALL)
TO_MANAGERS = AlertEscalated(level=AlertLevel.MANAGERS)
CLAIMED = AlertClaimed(supervisor_id=SATO, waited_ms=4_000)
CANCELLED = AlertCancelled()
SOLVED = AlertResolved(outcome=AlertOutcome.SOLVED)
CALL_ENDED = AlertEnded(reason=AlertEndReason.CALL_ENDED)
END = End(AlertEndReason.CALL_ENDED)
ANGRY = AlertReason.ANGRY_CUSTOMER
OVER: tuple[tuple[AlertEvent, ...], ...] = (
    (RAISED, CANCELLED),
    (RAISED, CLAIMED, CANCELLED),
    (RAISED, CLAIMED, SOLVED),
    (RAISED, CALL_ENDED),
    (RAISED, CLAIMED, CALL_ENDED),
)


def test_an_alert_is_raised_with_one_press_and_no_reason() -> None:
    given(ALERT).when(RAISE).then(RAISED)


def test_a_rules_alert_says_what_was_found() -> None:
    waits = replace(
        RAISE, contact_id="", operator_id="", team_id=None, kind=AlertKind.QUEUE, queue_id="que_1"
    )
    told = RAISED.model_copy(
        update={
            "kind": AlertKind.QUEUE,
            "contact_id": "",
            "operator_id": "",
            "team_id": None,
            "queue_id": "que_1",
            "measured": 61_000,
            "threshold": 60_000,
        }
    )
    given(ALERT).when(replace(waits, found=Found(61_000, 60_000))).then(told)


@pytest.mark.parametrize("command", [Cancel(MORI), GiveReason(MORI, ANGRY)])
def test_an_operator_does_not_speak_for_a_rule(command: Command) -> None:
    silent = RAISED.model_copy(update={"kind": AlertKind.SILENCE})
    given(ALERT, silent).when(command).then_refused("NOT_YOURS")


def test_what_a_rule_found_is_over_unless_somebody_has_claimed_it() -> None:
    cleared = AlertEndReason.CLEARED
    given(ALERT, RAISED).when(End(cleared)).then(AlertEnded(reason=cleared))
    given(ALERT, RAISED, CLAIMED).when(End(cleared)).then()
    given(ALERT, RAISED, CLAIMED).when(END).then(CALL_ENDED)


def test_who_is_told_first_is_recorded() -> None:
    everybody = RAISED.model_copy(update={"level": AlertLevel.MANAGERS, "team_id": None})
    alone = replace(RAISE, team_id=None, level=AlertLevel.MANAGERS)
    given(ALERT).when(alone).then(everybody)


def test_a_second_press_changes_nothing() -> None:
    given(ALERT, RAISED).when(RAISE).then()
    given(ALERT, RAISED, TO_ALL, CLAIMED).when(RAISE).then()


@pytest.mark.parametrize("history", OVER)
def test_an_alert_that_is_over_is_not_raised_again(history: tuple[AlertEvent, ...]) -> None:
    given(ALERT, *history).when(RAISE).then_refused("ALERT_OVER")


def test_after_20_s_all_who_watch_are_told_and_after_60_s_managers_too() -> None:
    given(ALERT, RAISED).when_time_passes().then(TO_ALL)
    assert ALERT.deadline(ALERT.fold(ALERT.initial, [RAISED])) is not None
    given(ALERT, RAISED, TO_ALL).when_time_passes().then(TO_MANAGERS)
    given(ALERT, RAISED, TO_ALL, TO_MANAGERS).then_nothing_is_due()


@pytest.mark.parametrize(("history", "after_s"), [((RAISED,), 20), ((RAISED, TO_ALL), 60)])
def test_the_ladders_times_count_from_the_press(
    history: tuple[AlertEvent, ...], after_s: int
) -> None:
    due = ALERT.deadline(ALERT.fold(ALERT.initial, history))
    assert due is not None
    assert due[0] == NOON + timedelta(seconds=after_s)


def test_an_alert_that_starts_with_all_goes_on_to_managers_only() -> None:
    wide = RAISED.model_copy(update={"level": AlertLevel.ALL})
    given(ALERT, wide).when_time_passes().then(TO_MANAGERS)


@pytest.mark.parametrize("history", [(RAISED, CLAIMED), *OVER])
def test_a_claimed_or_finished_alert_does_not_climb(history: tuple[AlertEvent, ...]) -> None:
    given(ALERT, *history).then_nothing_is_due()


def test_the_first_who_claims_has_it_and_their_wait_is_recorded() -> None:
    given(ALERT, RAISED).when(Claim(SATO), at=NOON + timedelta(seconds=4)).then(CLAIMED)


def test_the_others_are_told_who_has_it() -> None:
    refused = given(ALERT, RAISED, CLAIMED).when(Claim(ITO))
    refused.then_refused("ALREADY_CLAIMED")
    assert SATO in str(refused.refused)


def test_claiming_twice_is_not_an_error() -> None:
    given(ALERT, RAISED, CLAIMED).when(Claim(SATO)).then()


@pytest.mark.parametrize("history", OVER)
def test_what_is_over_cannot_be_claimed(history: tuple[AlertEvent, ...]) -> None:
    given(ALERT, *history).when(Claim(ITO)).then_refused("ALERT_OVER")


def test_the_operator_takes_it_back_whether_claimed_or_not() -> None:
    given(ALERT, RAISED).when(Cancel(MORI)).then(CANCELLED)
    given(ALERT, RAISED, CLAIMED).when(Cancel(MORI)).then(CANCELLED)
    given(ALERT, RAISED, CANCELLED).when(Cancel(MORI)).then()


@pytest.mark.parametrize("command", [Cancel(OTHER_OPERATOR), GiveReason(OTHER_OPERATOR, ANGRY)])
def test_nobody_speaks_for_another_operator(command: Command) -> None:
    given(ALERT, RAISED).when(command).then_refused("NOT_YOURS")
    given(ALERT, RAISED, CLAIMED, SOLVED).when(command).then_refused("NOT_YOURS")


@pytest.mark.parametrize("history", [(RAISED,), (RAISED, TO_ALL), (RAISED, CLAIMED), *OVER])
def test_the_reason_is_told_afterwards_whenever_that_is(history: tuple[AlertEvent, ...]) -> None:
    told = AlertReasonGiven(reason=ANGRY)
    given(ALERT, *history).when(GiveReason(MORI, ANGRY)).then(told)
    given(ALERT, *history, told).when(GiveReason(MORI, ANGRY)).then()
    corrected = AlertReasonGiven(reason=AlertReason.HARASSMENT)
    given(ALERT, *history, told).when(GiveReason(MORI, AlertReason.HARASSMENT)).then(corrected)


@pytest.mark.parametrize("outcome", [AlertOutcome.SOLVED, AlertOutcome.FALSE_ALARM])
def test_the_claimer_tells_what_became_of_it(outcome: AlertOutcome) -> None:
    resolved = AlertResolved(outcome=outcome)
    given(ALERT, RAISED, CLAIMED).when(Resolve(SATO, outcome)).then(resolved)
    given(ALERT, RAISED, CLAIMED, resolved).when(Resolve(SATO, outcome)).then()


def test_nobody_but_the_claimer_tells_it() -> None:
    solve = Resolve(ITO, AlertOutcome.SOLVED)
    given(ALERT, RAISED).when(solve).then_refused("NOT_CLAIMED")
    given(ALERT, RAISED, CLAIMED).when(solve).then_refused("NOT_YOURS")
    given(ALERT, RAISED, CALL_ENDED).when(solve).then_refused("NOT_CLAIMED")


def test_an_alert_ends_with_its_call_claimed_or_not_and_an_event_says_so() -> None:
    given(ALERT, RAISED).when(END).then(CALL_ENDED)
    given(ALERT, RAISED, CLAIMED).when(END).then(CALL_ENDED)
    for history in OVER:
        given(ALERT, *history).when(END).then()


def test_the_claimer_may_tell_the_outcome_after_the_call() -> None:
    solve = Resolve(SATO, AlertOutcome.SOLVED)
    given(ALERT, RAISED, CLAIMED, CALL_ENDED).when(solve).then(SOLVED)
    given(ALERT, RAISED, CLAIMED, CALL_ENDED, SOLVED).when(solve).then()
    given(ALERT, RAISED, CLAIMED, CANCELLED).when(solve).then()


@pytest.mark.parametrize(
    "command",
    [Claim(SATO), Cancel(MORI), GiveReason(MORI, ANGRY), Resolve(SATO, AlertOutcome.SOLVED), END],
)
def test_what_was_never_raised_is_unknown(command: Command) -> None:
    given(ALERT).when(command).then_refused("UNKNOWN_ALERT")
