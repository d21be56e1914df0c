"""For every text: a flow file is a good flow or a list of faults, never anything else."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.harness.specification import NOON
from tests.unit.callreason.flows import DECLARED, FLOW, RICH_DECLARED, RICH_SOURCE, SOURCE, checked

from sasayaki.callreason.v1.enquiry_events import AnnouncementEntered, MenuEntered
from sasayaki_callreason.flows.flow import Declared, Flow
from sasayaki_callreason.flows.place import Heard, Place, Pressed
from sasayaki_callreason.flows.source import Faulty
from sasayaki_callreason.flows.steps import resume

PIECES = st.one_of(
    st.sampled_from(
        ["{", "}", "[", "]", ":", ": ", "\n", "  ", "- ", "? ", "&a", "*a", "!t", "<<: ", "'", '"']
    ),
    st.sampled_from(["kind: menu", "next: menu", "on: 1", "%YAML 1.1\n", "---\n", "|\n", "\\U"]),
    st.text(max_size=6),
)


def spliced(text: str, places: list[tuple[int, int, str]]) -> str:
    """A good file with pieces of it replaced."""
    for at, length, piece in places:
        start = at % (len(text) + 1)
        text = text[:start] + piece + text[start + length :]
    return text


def outcome(text: str | bytes, declared: Declared = DECLARED) -> Flow | Faulty:
    try:
        return checked(text, declared)
    except Faulty as faulty:
        return faulty


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from([(SOURCE, DECLARED), (RICH_SOURCE, RICH_DECLARED)]),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 40), PIECES), min_size=1, max_size=4),
)
def test_a_damaged_file_is_a_good_flow_or_a_list_of_faults(
    good: tuple[str, Declared],
    places: list[tuple[int, int, str]],
) -> None:
    text = spliced(good[0], places)
    match outcome(text, good[1]):
        case Flow() as flow:
            assert Flow.of(flow.canonical()) == flow
        case Faulty() as faulty:
            lines = text.count("\n") + text.count("\r") + 10
            assert faulty.faults
            assert all(1 <= fault.line <= lines and fault.reason for fault in faulty.faults)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
@example("\x85a: b")
@example("a: \u2028b")
def test_any_bytes_are_a_good_flow_or_a_list_of_faults(text: str | bytes) -> None:
    assert isinstance(outcome(text), Faulty)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["1", "2", "9", "7", "", "12"]), max_size=150))
def test_every_way_through_a_good_flow_goes_on_or_ends_it(keys: list[str]) -> None:
    step, place, attempt = "guidance", Place(flow=FLOW, now=NOON, plays=1), 1
    for key in keys:
        answer = Pressed(key, attempt) if step == "menu" else Heard()
        events = resume(place, step, answer)
        assert events
        last = events[-1]
        if not isinstance(last, AnnouncementEntered | MenuEntered):
            return
        attempt = last.attempt if isinstance(last, MenuEntered) else 1
        step, place = last.step_id, replace(place, plays=place.plays + 1)
