"""The floor: who talks with whom right now, of one's own tenant and client companies only."""

import asyncio

import pytest
from tests.harness.records import recorded

from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki_chassis.decider import Refused
from sasayaki_monitoring.floor.floor import Floor, Talk

TALK = Talk("con_1", "out_demo", "cli_acme", "usr_mori", "leg_1")
STARTED = TalkStarted(leg_id="leg_1", operator_id="usr_mori", node_id="n", happening_seq=4)
CALL_ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=9)


def leg_ended(leg_id: str) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id=leg_id,
        operator_id="usr_mori",
        reason=LegEndReason.RELEASED,
        node_id="n",
        happening_seq=8,
    )


@pytest.fixture
def floor() -> Floor:
    floor = Floor()
    floor.fold(recorded("con_1", STARTED))
    return floor


def reason_of(floor: Floor, tenant_id: str) -> str:
    with pytest.raises(Refused) as refused:
        floor.talk("con_1", tenant_id=tenant_id)
    return refused.value.reason


def test_a_talk_is_seen_with_operator_and_client_company(floor: Floor) -> None:
    assert floor.talk("con_1", tenant_id="out_demo") == TALK


def test_a_contact_that_talks_with_nobody_is_unknown() -> None:
    assert reason_of(Floor(), "out_demo") == "UNKNOWN_CALL"


def test_another_tenants_talk_is_as_unknown_as_none(floor: Floor) -> None:
    assert reason_of(floor, "out_other") == "UNKNOWN_CALL"


def test_a_talk_is_over_with_its_call(floor: Floor) -> None:
    floor.fold(recorded("con_1", CALL_ENDED))
    assert reason_of(floor, "out_demo") == "UNKNOWN_CALL"


def test_a_talk_is_over_with_the_operators_leg_but_not_with_an_earlier_one(floor: Floor) -> None:
    floor.fold(recorded("con_1", leg_ended("leg_0")))
    assert floor.talks == {"con_1": TALK}
    floor.fold(recorded("con_1", leg_ended("leg_1")))
    assert not floor.talks


async def test_whoever_waits_for_a_talk_hears_of_it_when_it_starts() -> None:
    floor = Floor()
    waiting = asyncio.create_task(floor.news_of("con_1", wait_s=30))
    await asyncio.sleep(0)
    floor.fold(recorded("con_1", STARTED))
    await waiting
    assert floor.talk("con_1", tenant_id="out_demo") == TALK


async def test_waiting_for_a_talk_that_does_not_come_ends() -> None:
    await Floor().news_of("con_1", wait_s=0.001)
