"""Any sequence of commands to an alert, time included: one claimer, one end, a ladder upwards."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.monitoring.v1.alert_events import (
    AlertCancelled,
    AlertClaimed,
    AlertEnded,
    AlertEndReason,
    AlertEscalated,
    AlertEvent,
    AlertLevel,
    AlertOutcome,
    AlertRaised,
    AlertReason,
    AlertReasonGiven,
    AlertResolved,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.alerts.alert import (
    ALERT,
    Cancel,
    Claim,
    Command,
    End,
    GiveReason,
    Over,
    Raise,
    Resolve,
    State,
)

OPERATORS = st.sampled_from(["usr_op", "usr_other"])
SUPERVISORS = st.sampled_from(["usr_1", "usr_2", "usr_3"])
LEVELS = st.sampled_from([AlertLevel.TEAM, AlertLevel.ALL, AlertLevel.MANAGERS])
OUTCOMES = st.sampled_from([AlertOutcome.SOLVED, AlertOutcome.FALSE_ALARM])

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(Raise, st.just("con_1"), st.just("usr_op"), st.just("tem_1"), LEVELS),
    st.builds(Claim, SUPERVISORS),
    st.builds(Claim, SUPERVISORS),
    st.builds(Cancel, OPERATORS),
    st.builds(Resolve, SUPERVISORS, OUTCOMES),
    st.builds(GiveReason, OPERATORS, st.sampled_from(list(AlertReason)[1:])),
    st.just(End(AlertEndReason.CALL_ENDED)),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 40)), max_size=30)


def asked(state: State, command: Command, now: datetime) -> list[AlertEvent]:
    try:
        return list(ALERT.decide(state, command, now))
    except Refused:
        return []


def played(steps: list[tuple[Command, int]]) -> list[AlertEvent]:
    """The events of the commands, each some seconds after the last, and of time between them."""
    state, events, now = ALERT.initial, list[AlertEvent](), NOON
    for command, pause_s in steps:
        now += timedelta(seconds=pause_s)
        while (due := ALERT.deadline(state)) is not None and due[0] <= now:
            decided = asked(state, due[1], due[0])
            assert decided, "a deadline that changes nothing would come for ever"
            state = ALERT.fold(state, decided)
            events += decided
        decided = asked(state, command, now)
        assert not (isinstance(state, Over) and isinstance(command, Claim | Raise) and decided)
        state = ALERT.fold(state, decided)
        events += decided
    assert ALERT.fold(ALERT.initial, events) == state
    return events


@given(STEPS)
@settings(deadline=None)
def test_it_is_raised_once_claimed_once_and_ended_once(steps: list[tuple[Command, int]]) -> None:
    kinds = [type(event) for event in played(steps)]
    assert kinds[:1] in ([], [AlertRaised])
    assert kinds.count(AlertRaised) <= 1
    assert kinds.count(AlertClaimed) <= 1
    assert kinds.count(AlertResolved) <= 1
    assert kinds.count(AlertCancelled) + kinds.count(AlertEnded) <= 1
    if AlertCancelled in kinds and AlertResolved in kinds:
        raise AssertionError("both cancelled and resolved")


@given(STEPS)
@settings(deadline=None)
def test_it_climbs_until_it_is_claimed_or_over_and_never_down(
    steps: list[tuple[Command, int]],
) -> None:
    levels: list[int] = []
    climbing = True
    for event in played(steps):
        if isinstance(event, AlertRaised | AlertEscalated):
            assert climbing
            levels.append(list(AlertLevel).index(event.level))
        elif not isinstance(event, AlertReasonGiven):
            climbing = False
    assert levels == list(range(levels[0], levels[0] + len(levels))) if levels else True


@given(STEPS)
@settings(deadline=None)
def test_every_event_is_read_back_as_it_was_written(steps: list[tuple[Command, int]]) -> None:
    for event in played(steps):
        assert event == type(event).model_validate(event.proto_json())
