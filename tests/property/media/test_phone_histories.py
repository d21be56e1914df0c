"""However happenings, repeats and releases meet, a phone has one history and is hung up once."""

from hypothesis import given as for_every
from hypothesis import settings
from hypothesis import strategies as st
from tests.harness.specification import NOON

from sasayaki.media.v1.call_events import LegEndReason
from sasayaki.media.v1.phone_events import (
    PhoneConnected,
    PhoneEvent,
    PhoneGone,
    PhoneReleaseOrdered,
)
from sasayaki_media.calls.happened import Source
from sasayaki_media.phones.phone import (
    PHONE,
    Attach,
    Command,
    Connect,
    Detach,
    HungUp,
    Leave,
    Lose,
    Release,
    State,
    Unknown,
)

NODE = "node_1"
SOURCES = st.builds(Source, st.sampled_from([NODE, "node_2"]), st.integers(1, 12))
CALLS = st.sampled_from(["con_1", "con_2"])
LEGS = st.sampled_from(["leg_1", "leg_2"])
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(Connect, SOURCES, st.just("usr_sato"), st.just("phone_7")),
    st.builds(Attach, SOURCES, CALLS, LEGS),
    st.builds(Detach, SOURCES, CALLS, LEGS),
    st.builds(Leave, SOURCES, st.just(LegEndReason.HUNG_UP), st.none()),
    st.builds(Lose, st.sampled_from([NODE, "node_2"])),
    st.builds(Release),
)
HISTORIES = st.lists(COMMANDS, max_size=40)


def lived(commands: list[Command]) -> tuple[list[PhoneEvent], State]:
    """The phone after all of these, and after the loss of its node."""
    history: list[PhoneEvent] = []
    state = PHONE.initial
    for command in (*commands, Lose(NODE), Lose("node_2")):
        events = PHONE.decide(state, command, NOON)
        history += events
        state = PHONE.fold(state, events)
    return history, state


@settings(max_examples=200, deadline=None)
@for_every(HISTORIES)
def test_a_phone_that_was_picked_up_is_gone_in_the_end_and_once(commands: list[Command]) -> None:
    history, state = lived(commands)
    assert isinstance(state, HungUp if history else Unknown)
    for kind in (PhoneConnected, PhoneGone):
        assert sum(isinstance(event, kind) for event in history) == bool(history)
    assert sum(isinstance(event, PhoneReleaseOrdered) for event in history) <= 1


@settings(max_examples=200, deadline=None)
@for_every(HISTORIES)
def test_what_the_node_says_counts_once(commands: list[Command]) -> None:
    history, _ = lived(commands)
    told = [seq for event in history if (seq := getattr(event, "happening_seq", 0))]
    assert told == sorted(set(told))


@settings(max_examples=100, deadline=None)
@for_every(HISTORIES)
def test_a_replay_leads_to_the_same_phone(commands: list[Command]) -> None:
    history, state = lived(commands)
    assert PHONE.fold(PHONE.initial, history) == state
