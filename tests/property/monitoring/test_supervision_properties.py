"""Any sequence of commands to a supervision, time included, and of the records of its end."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import CallEnded, CallEndReason, SupervisionMode
from sasayaki.monitoring.v1 import monitoring_service_pb2 as pb
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionEvent,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
    TextWhispered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.policy.policy import NEVER_WAITS, Supervised
from sasayaki_monitoring.supervision.commands import (
    Answer,
    Around,
    Call,
    ChangeMode,
    Command,
    End,
    FollowCall,
    Leave,
    SendText,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.ending import EndWithCall
from sasayaki_monitoring.supervision.supervision import MODES, SUPERVISION

SUPERVISORS = st.sampled_from(["usr_1", "usr_2"])
OPERATORS = st.sampled_from(["usr_op", "usr_other"])
CALLS = st.builds(Call, st.sampled_from(["con_1", "con_2"]), OPERATORS, st.just("cli_1"))
ALL_MODES = st.sampled_from(list(SupervisionMode))
PURPOSES = st.sampled_from(list(Purpose)[1:])
REASONS = st.sampled_from([SupervisionEndReason.CALL_ENDED, SupervisionEndReason.PHONE_LOST])
POLICIES = st.builds(
    Supervised,
    st.sampled_from(
        [frozenset((Purpose.TRAINING,)), frozenset((Purpose.TRAINING, Purpose.QUALITY))]
    ),
)
AROUND = st.builds(
    Around,
    st.sampled_from([None, None, None, "con_9"]),
    st.sampled_from([0, 0, 4]),
    st.sampled_from([None, None, "usr_3"]),
    st.integers(0, 9),
    POLICIES,
)

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        Start,
        call=CALLS,
        supervisor_id=SUPERVISORS,
        mode=ALL_MODES,
        purpose=PURPOSES,
        following=st.booleans(),
        client_ids=st.just(("cli_1",)),
        around=AROUND,
    ),
    st.builds(Answer, OPERATORS, st.sampled_from(list(ConsentAnswer)[1:]), around=AROUND),
    st.builds(ChangeMode, SUPERVISORS, ALL_MODES, st.sampled_from([None, "usr_3"])),
    st.builds(SwitchTarget, SUPERVISORS, CALLS, ALL_MODES, AROUND),
    st.builds(SetFollowing, SUPERVISORS, st.booleans(), st.just(("cli_1",))),
    st.builds(FollowCall, CALLS, AROUND),
    st.builds(SendText, SUPERVISORS, st.just("txt_1"), st.just("c2VhbGVk")),
    st.builds(Leave, SUPERVISORS),
    st.builds(End, REASONS, st.sampled_from(["", "con_1", "con_2"])),
)
STEPS = st.lists(st.tuples(COMMANDS, st.sampled_from([0, 1, 20, 2_000])), max_size=30)


def played(steps: list[tuple[Command, int]]) -> list[SupervisionEvent]:
    """The events of the commands, each some seconds after the last, and of time between them."""
    state, events, now = SUPERVISION.initial, list[SupervisionEvent](), NOON
    for command, pause_s in steps:
        now += timedelta(seconds=pause_s)
        while (due := SUPERVISION.deadline(state)) is not None and due[0] <= now:
            decided = SUPERVISION.decide(state, due[1], due[0])
            assert decided, "a deadline that changes nothing would come for ever"
            state = SUPERVISION.fold(state, decided)
            events += decided
        try:
            decided = SUPERVISION.decide(state, command, now)
        except Refused:
            continue
        state = SUPERVISION.fold(state, decided)
        events += decided
    assert SUPERVISION.fold(SUPERVISION.initial, events) == state
    return events


@given(STEPS)
@settings(deadline=None)
def test_it_begins_once_is_heard_only_between_and_ends_once(
    steps: list[tuple[Command, int]],
) -> None:
    kinds = [type(event) for event in played(steps)]
    assert kinds[:1] in ([], [SupervisionStarted], [ConsentRequested])
    assert kinds.count(SupervisionStarted) <= 1
    ended = kinds.count(SupervisionEnded)
    assert ended <= 1
    if ended:
        assert kinds[-1] is SupervisionEnded
    heard = {SupervisionModeChanged, TargetSwitched, OperatorAwaited, TextWhispered}
    if SupervisionStarted in kinds:
        assert not heard & set(kinds[: kinds.index(SupervisionStarted)])
    else:
        assert set(kinds) <= {ConsentRequested, ConsentAnswered, FollowingSet, SupervisionEnded}


@given(STEPS)
@settings(deadline=None)
def test_whoever_has_to_be_asked_is_heard_after_a_yes_only(
    steps: list[tuple[Command, int]],
) -> None:
    events = played(steps)
    asked = any(isinstance(event, ConsentRequested) for event in events)
    for at, event in enumerate(events):
        if not isinstance(event, SupervisionStarted):
            continue
        yes = ConsentAnswered(answer=ConsentAnswer.ACCEPTED)
        assert (events[at - 1] == yes if at else False) is asked
        assert asked or event.purpose is not Purpose.TRAINING
        assert not asked or event.purpose not in NEVER_WAITS
    begun = next((each for each in events if isinstance(each, SupervisionStarted)), None)
    if begun is not None and begun.purpose is Purpose.TRAINING:
        switched = [each for each in events if isinstance(each, TargetSwitched)]
        assert {each.operator_id for each in switched} <= {begun.operator_id}


@given(STEPS)
@settings(deadline=None)
def test_modes_are_named_and_nobody_goes_away_from_a_takeover(
    steps: list[tuple[Command, int]],
) -> None:
    mode: SupervisionMode | None = None
    for event in played(steps):
        assert event == type(event).model_validate(event.proto_json())
        match event:
            case SupervisionModeChanged(mode=after) | TargetSwitched(mode=after):
                assert after in MODES
                awaited = mode is None
                assert awaited or mode is not SupervisionMode.TAKEOVER
                mode = after
            case SupervisionStarted(mode=mode):
                assert mode in MODES
            case OperatorAwaited():
                mode = None


@given(STEPS)
@settings(deadline=None)
def test_nothing_is_waited_for_for_ever(steps: list[tuple[Command, int]]) -> None:
    events = played(steps)
    state = SUPERVISION.fold(SUPERVISION.initial, events)
    due: tuple[datetime, Command] | None = SUPERVISION.deadline(state)
    if due is not None:
        (ended,) = SUPERVISION.decide(state, due[1], due[0])
        assert isinstance(ended, SupervisionEnded)


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
