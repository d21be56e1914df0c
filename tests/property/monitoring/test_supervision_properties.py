"""Any sequence of commands to a supervision, and any order in which its end is heard of."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.records import recorded

from sasayaki.event import Event
from sasayaki.media.v1.call_events import CallEnded, CallEndReason, SupervisionMode
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionEvent,
    SupervisionModeChanged,
    SupervisionStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.testing import NOON
from sasayaki_monitoring.supervision.reactors import EndWithCall
from sasayaki_monitoring.supervision.supervision import (
    MODES,
    SUPERVISION,
    Active,
    ChangeMode,
    Command,
    End,
    Leave,
    Start,
)

SUPERVISORS = st.sampled_from(["usr_1", "usr_2"])
ALL_MODES = st.sampled_from(list(SupervisionMode))
REASONS = st.sampled_from([SupervisionEndReason.CALL_ENDED, SupervisionEndReason.PHONE_LOST])
TAKEN = st.sampled_from([None, None, "con_9"])

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        Start,
        st.just("con_1"),
        SUPERVISORS,
        st.just("usr_op"),
        ALL_MODES,
        st.sampled_from(list(Purpose)[1:]),
        TAKEN,
        TAKEN,
    ),
    st.builds(ChangeMode, SUPERVISORS, ALL_MODES),
    st.builds(ChangeMode, SUPERVISORS, ALL_MODES),
    st.builds(Leave, SUPERVISORS),
    st.builds(End, REASONS),
)


def played(commands: list[Command]) -> list[SupervisionEvent]:
    state, events = SUPERVISION.initial, list[SupervisionEvent]()
    for command in commands:
        try:
            decided = SUPERVISION.decide(state, command, NOON)
        except Refused:
            continue
        state = SUPERVISION.fold(state, decided)
        events += decided
        if isinstance(state, Active):
            assert state.mode in MODES
    assert SUPERVISION.fold(SUPERVISION.initial, events) == state
    return events


@given(st.lists(COMMANDS, max_size=30))
@settings(deadline=None)
def test_it_starts_once_changes_only_between_and_ends_once(commands: list[Command]) -> None:
    kinds = [type(event) for event in played(commands)]
    assert kinds[:1] in ([], [SupervisionStarted])
    ended = kinds.count(SupervisionEnded)
    assert ended <= 1
    middle = kinds[1 : len(kinds) - ended]
    assert set(middle) <= {SupervisionModeChanged}
    if ended:
        assert kinds[-1] is SupervisionEnded


@given(st.lists(COMMANDS, max_size=30))
@settings(deadline=None)
def test_no_event_lets_the_customer_hear_the_supervisor(commands: list[Command]) -> None:
    for event in played(commands):
        if isinstance(event, SupervisionStarted | SupervisionModeChanged):
            assert event.mode in MODES
            assert event == type(event).model_validate(event.proto_json())


@given(st.data())
@settings(deadline=None)
def test_every_supervision_of_an_ended_call_is_ended_in_whatever_order_it_is_heard_of(
    data: st.DataObject,
) -> None:
    heard: list[tuple[str, Event]] = [
        (f"con_{call}", CallEnded(reason=CallEndReason.RELEASED, node_id="n", happening_seq=1))
        for call in range(3)
    ]
    heard += [
        (
            f"spv_{number}",
            SupervisionStarted(
                contact_id=f"con_{number % 3}",
                supervisor_id=f"usr_{number}",
                operator_id="usr_op",
                mode=SupervisionMode.LISTEN,
                purpose=Purpose.HELP,
            ),
        )
        for number in range(5)
    ]
    reactor, ended = EndWithCall(), list[str]()
    for subject, event in data.draw(st.permutations(heard)):
        for request in reactor.react(recorded(subject, event)):
            assert isinstance(request, pb.EndSupervisionRequest)
            ended.append(request.supervision_id)
    assert sorted(ended) == [f"spv_{number}" for number in range(5)]
