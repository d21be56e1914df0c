"""For every history of a call, in whatever order its news comes: the enquiry ends, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON
from tests.unit.callreason.flows import FLOW, RICH

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryEvent, FormAnswer
from sasayaki_callreason.enquiries.commands import (
    CallBack,
    Command,
    CompleteWrapUp,
    ConfirmReason,
    CustomerAnswered,
    DigitsPressed,
    EndCall,
    HandOver,
    Open,
    OutsideAnswered,
    OutsideEnded,
    PassOn,
    PromptHeard,
    Running,
    StartTalk,
    TellWait,
    TurnAway,
)
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.enquiries.states import (
    Asking,
    Calling,
    Collecting,
    LeavingVoicemail,
    Over,
    PassingOut,
    Playing,
    Queued,
    ReadingBack,
    State,
)
from sasayaki_callreason.flows.flow import Flow
from sasayaki_chassis.decider import Refused

PEOPLE = st.sampled_from(["usr_mori", "usr_sato"])
REASONS = st.sampled_from(["", "rsn_billing", "rsn_contract"])
KEYS = ["", "1", "2", "5", "7", "8", "9"]
END = EndCall(lost=False, wrap_up=timedelta(seconds=60))


def opening(flow: Flow) -> Open:
    number = "+15551234567" if flow is RICH else "+81312345678"
    return Open(client_id="cli_acme", dialled_number=number, flow=flow, flow_version=1)


def calling_back(flow: Flow) -> CallBack:
    return CallBack(
        client_id="cli_acme",
        dialled_number="+81312345678",
        flow=flow,
        flow_version=1,
        previous_contact_id="con_before",
        language="en",
        reason_id="rsn_billing",
    )


def news_of(flow: Flow) -> st.SearchStrategy[Command | str]:
    """What may be said of a call at any time; a text: the key where one is awaited next."""
    running = Running(flow, {"phone": "0901234567"})
    plays = st.builds("{}.{}".format, st.sampled_from(sorted(flow.steps)), st.integers(1, 6))
    return st.one_of(
        st.sampled_from(KEYS),
        st.sampled_from(KEYS),
        st.just(opening(flow)),
        st.just(calling_back(flow)),
        st.just(TurnAway()),
        st.just(CustomerAnswered(flow.start, running)),
        st.builds(PromptHeard, plays, st.just(running)),
        st.builds(DigitsPressed, plays, st.sampled_from(KEYS), st.just(running)),
        st.builds(
            TellWait,
            position=st.integers(0, 30),
            wait_ms_estimate=st.one_of(st.none(), st.integers(0, 10_000_000)),
            running=st.just(running),
        ),
        st.builds(
            PassOn,
            operator_id=PEOPLE,
            to_operator_id=st.one_of(st.just(""), PEOPLE),
            waits=st.booleans(),
            running=st.just(running),
        ),
        st.just(OutsideAnswered()),
        st.just(OutsideEnded(running)),
        st.builds(StartTalk, PEOPLE),
        st.builds(HandOver, operator_id=PEOPLE, wrap_up=st.just(timedelta(seconds=60))),
        st.builds(EndCall, lost=st.booleans(), wrap_up=st.just(timedelta(seconds=60))),
        st.builds(ConfirmReason, reason_id=REASONS, user_id=PEOPLE, own_only=st.booleans()),
        st.builds(
            CompleteWrapUp,
            reason_id=REASONS,
            user_id=PEOPLE,
            answers=st.just((FormAnswer(key="note", value="x"),)),
        ),
    )


def decided(state: State, command: Command, now: datetime) -> Sequence[EnquiryEvent]:
    try:
        return ENQUIRY.decide(state, command, now)
    except Refused:
        return ()


def fitting(state: State, key: str, flow: Flow) -> Command:
    """The next thing that the flow itself waits for, so that histories come to its far ends."""
    running = Running(flow, {"phone": "0901234567"})
    match state:
        case Calling():
            return CustomerAnswered(flow.start, running)
        case Playing(play_id=play_id):
            return PromptHeard(play_id, running)
        case Collecting(play_id=play_id):
            count = 0 if key in ("", "7") else 10
            return DigitsPressed(play_id, "", running, sealed="box" if count else "", count=count)
        case Asking(play_id=play_id) | ReadingBack(play_id=play_id):
            return DigitsPressed(play_id, key, running)
        case LeavingVoicemail(play_id=play_id) | Queued(play_id=play_id, offered=True):
            return DigitsPressed(play_id, key, running)
        case Queued():
            return TellWait(position=2, wait_ms_estimate=None, running=running)
        case PassingOut():
            return OutsideAnswered() if key else OutsideEnded(running)
        case _:
            return opening(flow)


FLOWS = st.sampled_from([FLOW, RICH])
LIVES = FLOWS.flatmap(lambda flow: st.tuples(st.just(flow), st.lists(news_of(flow), max_size=40)))


def lived(flow: Flow, news: Sequence[Command | str]) -> tuple[list[EnquiryEvent], State]:
    """The enquiry after the news, the call's end, and all the time that it may take after it."""
    history: list[EnquiryEvent] = []
    state, now = ENQUIRY.initial, NOON
    for item in (*news, END):
        now += timedelta(seconds=1)
        command = fitting(state, item, flow) if isinstance(item, str) else item
        events = decided(state, command, now)
        history += events
        state = ENQUIRY.fold(state, events)
    if due := ENQUIRY.deadline(state):
        events = ENQUIRY.decide(state, due[1], due[0])
        history += events
        state = ENQUIRY.fold(state, events)
    return history, state


@settings(max_examples=700, deadline=None)
@given(LIVES)
def test_every_enquiry_whose_call_ends_reaches_a_final_state(
    life: tuple[Flow, list[Command | str]],
) -> None:
    assert isinstance(lived(*life)[1], Over)


@settings(max_examples=700, deadline=None)
@given(LIVES)
def test_an_enquiry_closes_once_and_nothing_follows(
    life: tuple[Flow, list[Command | str]],
) -> None:
    history, _ = lived(*life)
    assert [isinstance(event, EnquiryClosed) for event in history].count(True) == 1
    assert isinstance(history[-1], EnquiryClosed)


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_replaying_an_enquiry_gives_its_state_again(
    life: tuple[Flow, list[Command | str]],
) -> None:
    history, state = lived(*life)
    assert ENQUIRY.fold(ENQUIRY.initial, history) == state
    written = [event.proto_json() for event in history]
    read = [type(e).model_validate(json) for e, json in zip(history, written, strict=True)]
    assert read == history


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_no_play_has_the_name_of_another(life: tuple[Flow, list[Command | str]]) -> None:
    history, _ = lived(*life)
    plays = [event.play_id for event in history if hasattr(event, "play_id")]
    assert len(plays) == len(set(plays))


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_news_that_comes_twice_changes_nothing_the_second_time(
    life: tuple[Flow, list[Command | str]],
) -> None:
    flow, news = life
    state = ENQUIRY.initial
    for item in news:
        command = fitting(state, item, flow) if isinstance(item, str) else item
        # People may say a thing twice, and a customer may be told twice that they are second.
        if isinstance(command, ConfirmReason | CompleteWrapUp | TellWait):
            continue
        after = ENQUIRY.fold(state, decided(state, command, NOON))
        state = ENQUIRY.fold(after, decided(after, command, NOON))
        assert state == after or isinstance(command, EndCall | HandOver)
