"""However requests, happenings and repeats of both meet, a call has one history and an end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given as for_every
from hypothesis import settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallEndReason,
    CallEvent,
    DigitsCollected,
    LegEndReason,
    OperatorLegDialled,
    OperatorLegEnded,
    OutsideLegDialled,
    RecordingPolicy,
    SupervisionMode,
    SupervisionOrdered,
    SupervisorHeard,
    SupervisorLegEnded,
)
from sasayaki_chassis.decider import Refused
from sasayaki_media.calls.asked_legs import ON_CALL_MAX
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import (
    Answer,
    AnswerTransfer,
    Arrive,
    Command,
    Dial,
    DialOutside,
    FailOrder,
    GiveUp,
    HangUp,
    Hold,
    LoseNode,
    Note,
    PauseRecording,
    PlayPrompt,
    StopPrompt,
    Supervise,
    Unsupervise,
)
from sasayaki_media.calls.happened import (
    Answered,
    BrokeSilence,
    CustomerPutOnHold,
    Fact,
    FellSilent,
    Held,
    Joined,
    LegLeft,
    ModeApplied,
    Over,
    Overlapped,
    PhoneRang,
    PickedUp,
    Played,
    PlayEnd,
    Rang,
    Referred,
    Resumed,
    Source,
    TakenBack,
    TapBegan,
    TapRested,
    TapStopped,
    TapWentOn,
    Withdrawn,
)
from sasayaki_media.calls.orders import outstanding
from sasayaki_media.calls.states import Connected, Ended, LegPhase, State

NODE = "node_1"
UNCHOSEN = "SUPERVISION_MODE_UNSPECIFIED"
LEGS = st.sampled_from(["leg_0", "leg_1", "leg_2", "leg_3"])
PEOPLE = st.sampled_from(["usr_0", "usr_1"])
PLAYS = st.sampled_from(["ply_0", "ply_1"])
MODES = st.sampled_from([mode for mode in SupervisionMode if mode.value != UNCHOSEN])
KEYS = st.sampled_from(
    [
        "admit",
        "answer",
        "play/1",
        "dial/leg_0",
        "hold/1",
        "pause-tap/1",
        "stop-play/1",
        "supervise/leg_1/1",
        "hang-up",
    ]
)

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Withdrawn),
    st.builds(Answered),
    st.builds(Played, PLAYS, st.just(1), st.just(2), st.sampled_from(PlayEnd), st.just("1")),
    st.builds(Rang, LEGS),
    st.builds(PickedUp, LEGS),
    st.builds(Joined, LEGS),
    st.builds(ModeApplied, LEGS, MODES, st.just(NOON)),
    st.builds(LegLeft, LEGS, st.just(LegEndReason.HUNG_UP), st.none()),
    st.builds(TapBegan),
    st.builds(TapStopped, st.just(1), st.just(3)),
    st.builds(Over, st.just(CallEndReason.CUSTOMER_HUNG_UP)),
    st.builds(FellSilent, st.just(NOON)),
    st.builds(BrokeSilence, st.just(4_000)),
    st.builds(Overlapped, st.just(1_000)),
    st.builds(Held, st.sampled_from(["", "leg_0", "leg_1"])),
    st.builds(Resumed, st.sampled_from(["", "leg_0", "leg_1"])),
    st.builds(CustomerPutOnHold),
    st.builds(TakenBack),
    st.builds(TapRested, st.just(7)),
    st.builds(TapWentOn, st.just(9)),
    st.builds(PhoneRang),
    st.builds(
        Referred,
        LEGS,
        st.sampled_from(["usr_0", "x"]),
        st.sampled_from(["", "leg_0"]),
        st.booleans(),
    ),
)
REQUESTS: st.SearchStrategy[Command] = st.one_of(
    st.builds(Answer, st.just(RecordingPolicy.AFTER_GUIDANCE)),
    st.builds(
        PlayPrompt,
        PLAYS,
        st.just(("ab" * 32,)),
        st.booleans(),
        st.integers(0, 1),
        st.just(1),
        st.just(1),
    ),
    st.builds(Dial, LEGS, PEOPLE, st.just(1_000), st.booleans()),
    st.builds(DialOutside, LEGS, st.sampled_from(["", "usr_0"]), st.just("box"), st.just(1_000)),
    st.builds(Hold, st.booleans()),
    st.builds(PauseRecording, st.booleans(), st.just("card")),
    st.builds(StopPrompt, PLAYS),
    st.builds(AnswerTransfer, LEGS, st.sampled_from([200, 404])),
    st.builds(Supervise, LEGS, PEOPLE, st.sampled_from(["spv_0", "spv_1"]), MODES, st.booleans()),
    st.builds(Unsupervise, st.sampled_from(["spv_0", "spv_1"])),
    st.builds(HangUp, st.sampled_from(["", "usr_0"]), st.just(False), st.booleans()),
    st.builds(GiveUp),
    st.builds(FailOrder, KEYS, st.sampled_from(["UNKNOWN_CALL", "WRONG_STATE"])),
)
# A fact stands for "the next happening"; a number for a repeat of an earlier one.
STEPS = st.lists(st.one_of(FACTS, FACTS, REQUESTS, st.integers(0, 30)), max_size=40)


@dataclass
class Run:
    """A call under way, with everything that the node has said so far."""

    state: State = field(default_factory=lambda: CALL.initial)
    history: list[CallEvent] = field(default_factory=list)
    said: list[Command] = field(default_factory=list)
    used_legs: set[str] = field(default_factory=set)

    def arrive(self) -> None:
        self.said.append(Arrive(Source(NODE, 1), "call_1", "+81661234567", "", ""))
        self.ask(self.said[0])

    def ask(self, command: Command) -> Sequence[CallEvent]:
        if isinstance(command, Dial | DialOutside | Supervise):
            if command.leg_id in self.used_legs:
                return ()  # leg ids are drawn by request: none comes twice
            self.used_legs.add(command.leg_id)
        try:
            events = CALL.decide(self.state, command, NOON)
        except Refused:
            return ()
        self.state = CALL.fold(self.state, events)
        self.history += events
        return events

    def happen(self, fact: Fact) -> None:
        """The node speaks of what it was ordered to do, never of what is still to come."""
        about = getattr(fact, "leg_id", None) or getattr(fact, "play_id", None)
        if about is None or any(about in (_leg(event), _play(event)) for event in self.history):
            self.said.append(Note(Source(NODE, len(self.said) + 1), fact))
            self.ask(self.said[-1])

    def repeat(self, number: int) -> None:
        if self.said:
            assert not self.ask(self.said[number % len(self.said)])


def _leg(event: CallEvent) -> str | None:
    return getattr(event, "leg_id", None)


def _play(event: CallEvent) -> str | None:
    return getattr(event, "play_id", None)


def played_out(steps: list[Fact | Command | int]) -> Run:
    run = Run()
    run.arrive()
    for step in steps:
        go(run, step)
    return run


def go(run: Run, step: Fact | Command | int) -> None:
    if isinstance(step, int):
        run.repeat(step)
    elif isinstance(step, Fact):
        run.happen(step)
    else:
        run.ask(step)


@settings(max_examples=60, deadline=None)
@for_every(STEPS)
def test_repeats_of_what_the_node_said_change_nothing(steps: list[Fact | Command | int]) -> None:
    run = played_out(steps)
    before = list(run.history)
    for number in range(len(run.said)):
        run.repeat(number)
    assert run.history == before


@settings(max_examples=60, deadline=None)
@for_every(STEPS)
def test_every_call_ends_once_and_then_nothing_is_outstanding(
    steps: list[Fact | Command | int],
) -> None:
    run = played_out(steps)
    run.ask(LoseNode(NODE))
    assert isinstance(run.state, Ended)
    assert outstanding(run.state) == ()
    assert sum(isinstance(event, CallEnded) for event in run.history) == 1
    assert sum(isinstance(event, CallArrived) for event in run.history) == 1


@settings(max_examples=60, deadline=None)
@for_every(STEPS)
def test_everybody_who_was_called_in_leaves(steps: list[Fact | Command | int]) -> None:
    run = played_out(steps)
    run.ask(LoseNode(NODE))
    came = [
        event.leg_id
        for event in run.history
        if isinstance(event, OperatorLegDialled | OutsideLegDialled | SupervisionOrdered)
    ]
    left = [
        event.leg_id
        for event in run.history
        if isinstance(event, OperatorLegEnded | SupervisorLegEnded)
    ]
    assert sorted(set(came)) == sorted(left)


def talking_run() -> Run:
    """A run in which customer and operator talk, so that much of what follows is possible."""
    run = Run()
    run.arrive()
    run.ask(Answer(RecordingPolicy.NONE))
    run.happen(Answered())
    run.ask(Dial("leg_0", "usr_0", 1_000))
    run.happen(Joined("leg_0"))
    return run


@settings(max_examples=100, deadline=None)
@for_every(STEPS)
def test_a_call_is_never_handled_by_operators_and_a_supervisor_at_once(
    steps: list[Fact | Command | int],
) -> None:
    run = talking_run()
    for step in steps:
        go(run, step)
        if isinstance(run.state, Connected):
            handling = [leg for leg in run.state.supervisors if leg.handles]
            staying = [leg for leg in run.state.operators if leg.on_call]
            assert len(handling) <= 1
            assert not (handling and staying)
            assert len(staying) <= ON_CALL_MAX


@settings(max_examples=100, deadline=None)
@for_every(STEPS)
def test_an_operator_is_taken_over_from_only_by_one_whom_the_customer_hears(
    steps: list[Fact | Command | int],
) -> None:
    run = talking_run()
    for step in steps:
        go(run, step)
    heard = False
    for event in run.history:
        if isinstance(event, SupervisorHeard):
            heard |= event.mode is SupervisionMode.TAKEOVER
        if isinstance(event, OperatorLegEnded) and event.reason is LegEndReason.TAKEN_OVER:
            assert heard


@settings(max_examples=60, deadline=None)
@for_every(STEPS)
def test_order_keys_of_one_moment_differ(steps: list[Fact | Command | int]) -> None:
    orders = outstanding(played_out(steps).state)
    assert len({order.key for order in orders}) == len(orders)


@settings(max_examples=60, deadline=None)
@for_every(STEPS)
def test_a_replay_leads_to_the_same_state(steps: list[Fact | Command | int]) -> None:
    run = played_out(steps)
    assert CALL.fold(CALL.initial, run.history) == run.state


@settings(max_examples=100, deadline=None)
@for_every(STEPS)
def test_nobody_is_left_on_hold_by_a_call_that_goes_on(
    steps: list[Fact | Command | int],
) -> None:
    run = talking_run()
    for step in steps:
        before = run.state
        go(run, step)
        if not isinstance(before, Connected) or not isinstance(run.state, Connected):
            continue
        left = len(run.state.operators) < len(before.operators)
        others = any(leg.on_call for leg in run.state.operators)
        talked = any(
            leg.phase >= LegPhase.PICKED_UP and leg not in run.state.operators
            for leg in before.operators
        )
        if left and talked and others and not run.state.thread.leaving:
            assert not run.state.hold.wanted


@settings(max_examples=100, deadline=None)
@for_every(STEPS)
def test_no_digit_that_was_keyed_during_a_pause_is_in_the_history(
    steps: list[Fact | Command | int],
) -> None:
    run = Run()
    run.arrive()
    run.ask(Answer(RecordingPolicy.AFTER_GUIDANCE))
    run.happen(Answered())
    run.happen(TapBegan())
    pausing = False
    for step in steps:
        told = len(run.history)
        go(run, step)
        for event in run.history[told:]:
            if isinstance(event, DigitsCollected) and pausing:
                assert not event.digits
                assert event.digits_sealed is None
        if isinstance(run.state, Connected):
            pausing = run.state.pause.wanted or run.state.pause.paused
