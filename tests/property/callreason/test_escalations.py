"""Whoever does what in whatever order: exactly one has an escalation, and it is overdue once."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.callreason.v1.escalation_events import (
    EscalationAnswered,
    EscalationClosed,
    EscalationEvent,
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
from sasayaki_chassis.decider import Refused

SUPERVISORS = st.sampled_from(["usr_sv1", "usr_sv2"])
SPECIALISTS = st.sampled_from(["usr_acme1", "usr_acme2"])
ANYBODY = SUPERVISORS | SPECIALISTS
RAISE = Raise(
    contact_id="con_1",
    operator_id="usr_mori",
    reason_id="",
    words_sealed="s",
    within=timedelta(hours=1),
)
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.just(RAISE),
    st.builds(Take, SUPERVISORS, st.just(False)),
    st.builds(Take, SPECIALISTS, st.just(True)),
    st.builds(PassOn, SUPERVISORS, st.just("s")),
    st.builds(Answer, ANYBODY, st.just("s")),
    st.builds(Close, st.just("usr_mori"), st.just(True)),
    st.builds(Close, SUPERVISORS, st.just(False)),
    st.just(Expire()),
)


def history(commands: Sequence[Command]) -> list[EscalationEvent]:
    """What all commands came to, one after another; refusals come to nothing."""
    state, events = ESCALATION.initial, list[EscalationEvent]()
    for command in commands:
        try:
            decided = ESCALATION.decide(state, command, NOON)
        except Refused:
            continue
        state = ESCALATION.fold(state, decided)
        events += decided
    return events


@given(st.lists(COMMANDS, max_size=30))
@settings(max_examples=300, deadline=None)
def test_exactly_one_has_it_and_nobody_else_answers(commands: Sequence[Command]) -> None:
    has, with_specialists, over = "", False, False
    events = history([RAISE, *commands])
    assert isinstance(events[0], EscalationRaised)
    for event in events[1:]:
        assert not over
        match event:
            case EscalationTaken(user_id=user_id):
                assert not has
                assert with_specialists or user_id.startswith("usr_sv")
                has = user_id
            case EscalationPassedOn(user_id=user_id):
                assert user_id == has
                assert not with_specialists
                has, with_specialists = "", True
            case EscalationAnswered(user_id=user_id):
                assert user_id == has
            case EscalationClosed():
                over = True
    assert sum(isinstance(event, EscalationOverdue) for event in events) <= 1
    assert sum(isinstance(event, EscalationAnswered) for event in events) <= 1
    answered = next((n for n, e in enumerate(events) if isinstance(e, EscalationAnswered)), None)
    late = next((n for n, e in enumerate(events) if isinstance(e, EscalationOverdue)), None)
    assert answered is None or late is None or late < answered
