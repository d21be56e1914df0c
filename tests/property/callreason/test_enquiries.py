"""For every history of a call, in whatever order its news comes: the enquiry ends, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.callreason.flows import FLOW

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryEvent, FormAnswer
from sasayaki_callreason.enquiries.commands import (
    Command,
    CompleteWrapUp,
    ConfirmReason,
    DigitsPressed,
    EndCall,
    HandOver,
    Open,
    PromptHeard,
    StartTalk,
    TurnAway,
)
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.enquiries.states import Asking, Over, Playing, State
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.testing import NOON

OPEN = Open(client_id="cli_acme", dialled_number="+81312345678", flow=FLOW, flow_version=1)
PLAYS = st.builds("{}.{}".format, st.sampled_from(["guidance", "menu", "sorry"]), st.integers(1, 6))
PEOPLE = st.sampled_from(["usr_mori", "usr_sato"])
REASONS = st.sampled_from(["", "rsn_billing", "rsn_contract"])
NEWS: st.SearchStrategy[Command] = st.one_of(
    st.just(OPEN),
    st.just(TurnAway()),
    st.builds(PromptHeard, PLAYS, st.just(FLOW)),
    st.builds(DigitsPressed, PLAYS, st.sampled_from(["", "1", "2", "7", "9"]), st.just(FLOW)),
    st.builds(StartTalk, PEOPLE),
    st.builds(EndCall, lost=st.booleans(), wrap_up=st.just(timedelta(seconds=60))),
    st.builds(HandOver, operator_id=PEOPLE, wrap_up=st.just(timedelta(seconds=60))),
    st.builds(ConfirmReason, reason_id=REASONS, user_id=PEOPLE, own_only=st.booleans()),
    st.builds(
        CompleteWrapUp,
        reason_id=REASONS,
        user_id=PEOPLE,
        answers=st.just((FormAnswer(key="note", value="x"),)),
    ),
)
END = EndCall(lost=False, wrap_up=timedelta(seconds=60))
# The next thing that the flow itself waits for, so that histories come to the far ends of it.
FITTING = st.sampled_from(["1", "2", "9", "7", ""])


def decided(state: State, command: Command, now: datetime) -> Sequence[EnquiryEvent]:
    try:
        return ENQUIRY.decide(state, command, now)
    except Refused:
        return ()


def fitting(state: State, key: str) -> Command:
    match state:
        case Playing(play_id=play_id):
            return PromptHeard(play_id, FLOW)
        case Asking(play_id=play_id):
            return DigitsPressed(play_id, key, FLOW)
        case _:
            return OPEN


def lived(news: Sequence[Command | str]) -> tuple[list[EnquiryEvent], State]:
    """The enquiry after the news, the call's end, and all the time that it may take after it."""
    history: list[EnquiryEvent] = []
    state, now = ENQUIRY.initial, NOON
    for item in (*news, END):
        now += timedelta(seconds=1)
        command = fitting(state, item) if isinstance(item, str) else item
        events = decided(state, command, now)
        history += events
        state = ENQUIRY.fold(state, events)
    if due := ENQUIRY.deadline(state):
        events = ENQUIRY.decide(state, due[1], due[0])
        history += events
        state = ENQUIRY.fold(state, events)
    return history, state


HISTORIES = st.lists(st.one_of(NEWS, FITTING), max_size=40)


@settings(max_examples=500, deadline=None)
@given(HISTORIES)
def test_every_enquiry_whose_call_ends_reaches_a_final_state(news: list[Command | str]) -> None:
    assert isinstance(lived(news)[1], Over)


@settings(max_examples=500, deadline=None)
@given(HISTORIES)
def test_an_enquiry_closes_once_and_nothing_follows(news: list[Command | str]) -> None:
    history, _ = lived(news)
    assert [isinstance(event, EnquiryClosed) for event in history].count(True) == 1
    assert isinstance(history[-1], EnquiryClosed)


@settings(max_examples=300, deadline=None)
@given(HISTORIES)
def test_replaying_an_enquiry_gives_its_state_again(news: list[Command | str]) -> None:
    history, state = lived(news)
    assert ENQUIRY.fold(ENQUIRY.initial, history) == state
    written = [event.proto_json() for event in history]
    read = [type(e).model_validate(json) for e, json in zip(history, written, strict=True)]
    assert read == history


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(NEWS, FITTING), max_size=20))
def test_news_that_comes_twice_changes_nothing_the_second_time(
    news: list[Command | str],
) -> None:
    state = ENQUIRY.initial
    for item in news:
        command = fitting(state, item) if isinstance(item, str) else item
        if isinstance(command, ConfirmReason | CompleteWrapUp):
            continue
        after = ENQUIRY.fold(state, decided(state, command, NOON))
        state = ENQUIRY.fold(after, decided(after, command, NOON))
        assert state == after or isinstance(command, EndCall | HandOver)
