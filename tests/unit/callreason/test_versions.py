"""Versions of a flow: 1, 2, 3 …, and none for what is already live."""

import pytest
from tests.harness.specification import NOON, given
from tests.unit.callreason import flows
from tests.unit.callreason.flows import checked

from sasayaki.callreason.v1.flow_events import (
    FlowPrompt,
    FlowPublished,
    FlowRolledBack,
    FlowWritten,
)
from sasayaki_callreason.flows.flow import Declared
from sasayaki_callreason.flows.text import bytes_of, rewritten
from sasayaki_callreason.flows.versions import FLOW, Publish, Published, RollBack, Written

NAMED = {"menu": "b" * 64}


def publish(definition: str, client_id: str = "cli_acme", *, tests: str = "") -> Publish:
    return Publish(
        flow_id="flw_acme",
        client_id=client_id,
        definition=definition,
        note="",
        tests_passed=0,
        published_by="usr_admin",
        written=Written(f"# {definition}", tests, NAMED),
    )


def written(version: int, definition: str, *, tests: str = "") -> FlowWritten:
    return FlowWritten(
        flow_id="flw_acme",
        client_id="cli_acme",
        version=version,
        source=f"# {definition}",
        tests=tests,
        prompts=(FlowPrompt(name="menu", sha256="b" * 64),),
        written_by="usr_admin",
    )


def published(version: int, definition: str) -> FlowPublished:
    return FlowPublished(
        flow_id="flw_acme",
        client_id="cli_acme",
        version=version,
        definition=definition,
        tests_passed=0,
        published_at=NOON,
        published_by="usr_admin",
    )


def test_the_first_version_is_1_and_each_change_the_next() -> None:
    first, second = (
        (published(1, "{a}"), written(1, "{a}")),
        (published(2, "{b}"), written(2, "{b}")),
    )
    given(FLOW).when(publish("{a}")).then(*first)
    given(FLOW, *first).when(publish("{b}")).then(*second)


def test_publishing_what_is_live_changes_nothing() -> None:
    history = (published(1, "{a}"), written(1, "{a}"))
    given(FLOW, *history).when(publish("{a}")).then()


def test_other_test_cases_or_comments_are_written_down_and_the_version_stays() -> None:
    history = (published(1, "{a}"), written(1, "{a}"))
    anew = written(1, "{a}", tests="cases: []")
    given(FLOW, *history).when(publish("{a}", tests="cases: []")).then(anew)
    state = given(FLOW, *history, anew).state
    assert isinstance(state, Published)
    assert state.version == 1
    assert state.versions[0].written == Written("# {a}", "cases: []", NAMED)


def test_a_version_from_before_it_was_kept_gets_what_is_written_for_it_later() -> None:
    given(FLOW, published(1, "{a}")).when(publish("{a}")).then(written(1, "{a}"))
    state = given(FLOW, published(1, "{a}")).state
    assert isinstance(state, Published)
    assert state.versions[0].written is None


def test_going_back_to_an_earlier_definition_is_a_version_of_its_own() -> None:
    history = (published(1, "{a}"), published(2, "{b}"))
    given(FLOW, *history).when(publish("{a}")).then(published(3, "{a}"), written(3, "{a}"))


def back(version: int) -> RollBack:
    return RollBack(flow_id="flw_acme", version=version)


def rolled_back(version: int) -> FlowRolledBack:
    return FlowRolledBack(flow_id="flw_acme", client_id="cli_acme", version=version)


HISTORY = (published(1, "{a}"), published(2, "{b}"))


def test_rolling_back_lets_new_calls_begin_with_an_earlier_version() -> None:
    given(FLOW, *HISTORY).when(back(1)).then(rolled_back(1))
    state = given(FLOW, *HISTORY, rolled_back(1)).state
    assert isinstance(state, Published)
    assert (state.version, len(state.versions)) == (1, 2)


def test_rolling_back_to_what_is_live_changes_nothing() -> None:
    given(FLOW, *HISTORY).when(back(2)).then()


@pytest.mark.parametrize("version", [0, 3])
def test_there_is_no_rolling_back_to_a_version_that_never_was(version: int) -> None:
    given(FLOW, *HISTORY).when(back(version)).then_refused("UNKNOWN_VERSION")


def test_a_flow_that_was_never_published_is_not_rolled_back() -> None:
    given(FLOW).when(back(1)).then_refused("UNKNOWN_FLOW")


def test_what_is_published_after_a_roll_back_is_the_next_version() -> None:
    third = (published(3, "{b}"), written(3, "{b}"))
    given(FLOW, *HISTORY, rolled_back(1)).when(publish("{b}")).then(*third)
    given(FLOW, *HISTORY, written(1, "{a}"), rolled_back(1)).when(publish("{a}")).then()


def test_a_flow_stays_with_its_company() -> None:
    other = publish("{b}", client_id="cli_hana")
    given(FLOW, published(1, "{a}")).when(other).then_refused("FLOW_OF_ANOTHER_COMPANY")


@pytest.mark.parametrize("version", [1, 2])
def test_every_version_stays_readable(version: int) -> None:
    first = flows.FLOW.canonical()
    second = first.replace(":4000", ":5000")
    state = given(FLOW, published(1, first), published(2, second)).state
    assert isinstance(state, Published)
    assert state.version == 2
    assert state.flow(version).canonical() == (first, second)[version - 1]


def test_what_stands_for_a_file_that_was_not_kept_is_published_as_the_same_flow() -> None:
    rich = checked(flows.RICH_SOURCE, flows.RICH_DECLARED)
    text = rewritten(rich.canonical())
    again = Declared(
        reasons=flows.RICH_DECLARED.reasons,
        queues=flows.RICH_DECLARED.queues,
        prompts=text.prompts,
        endings=flows.RICH_DECLARED.endings,
    )
    assert checked(text.source, again).canonical() == rich.canonical()
    assert text.tests == ""


def test_what_is_kept_is_measured_as_a_record_holds_it() -> None:
    assert bytes_of(Written("名\n", "", {})) == len('["名\\n", ""]'.encode())
    assert bytes_of(Written("", "", NAMED)) > len("menu") + 64
