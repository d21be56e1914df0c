"""Versions of a flow: 1, 2, 3 …, and none for what is already live."""

import pytest
from tests.unit.callreason import flows

from sasayaki.callreason.v1.flow_events import FlowPublished
from sasayaki_callreason.flows.versions import FLOW, Publish, Published
from sasayaki_chassis.testing import given


def publish(definition: str, client_id: str = "cli_acme") -> Publish:
    return Publish(flow_id="flw_acme", client_id=client_id, definition=definition)


def published(version: int, definition: str) -> FlowPublished:
    return FlowPublished(
        flow_id="flw_acme", client_id="cli_acme", version=version, definition=definition
    )


def test_the_first_version_is_1_and_each_change_the_next() -> None:
    given(FLOW).when(publish("{a}")).then(published(1, "{a}"))
    given(FLOW, published(1, "{a}")).when(publish("{b}")).then(published(2, "{b}"))


def test_publishing_what_is_live_changes_nothing() -> None:
    given(FLOW, published(1, "{a}")).when(publish("{a}")).then()


def test_going_back_to_an_earlier_definition_is_a_version_of_its_own() -> None:
    history = (published(1, "{a}"), published(2, "{b}"))
    given(FLOW, *history).when(publish("{a}")).then(published(3, "{a}"))


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
