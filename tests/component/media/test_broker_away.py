"""The broker sleeps while calls arrive and the connection to the node breaks: each arrives once."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.component.chassis.test_broker_away import BACK_WITHIN_S, Broker
from tests.component.media.desk import Desk, desk_of
from tests.harness.waiting import until

from sasayaki.media.node.v1 import node_pb2 as node

CALLS = 12


@pytest.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[Broker]:
    running = Broker(tmp_path)
    await running.start()
    yield running
    running.kill()


@pytest.fixture
async def own_desk(own_broker: Broker, topic_prefix: str) -> AsyncIterator[Desk]:
    async with desk_of(own_broker.address, topic_prefix) as desk:
        yield desk
        own_broker.signal(signal.SIGCONT)


async def test_calls_that_arrive_while_the_broker_sleeps_arrive_once(
    own_broker: Broker, own_desk: Desk
) -> None:
    desk, log = own_desk, own_desk.folder / "sasayaki_media.log"
    own_broker.signal(signal.SIGSTOP)
    for number in range(CALLS):
        desk.node.invite(f"call_{number}")
    await until(lambda: "owner_stopped" in log.read_text(), BACK_WITHIN_S)
    # Whether their appends landed nobody knows; the node asks again on a new connection.
    connections = desk.node.connections
    desk.node.hang_up_on_python()
    await until(lambda: desk.node.connections > connections)
    own_broker.signal(signal.SIGCONT)
    await until(lambda: desk.node.acknowledged == CALLS, BACK_WITHIN_S)
    admitted = {admit.node_call_id: admit.contact_id for admit in desk.node.asked("admit")}
    history = await desk.history()
    assert {record["data"]["node_call_id"]: record["subject"] for record in history} == admitted
    assert len(history) == len(admitted) == CALLS


async def test_what_happens_while_the_broker_sleeps_is_told_in_order_once_it_is_back(
    own_broker: Broker, own_desk: Desk
) -> None:
    desk = own_desk
    desk.node.invite()
    await until(lambda: bool(desk.node.asked("admit")))
    contact_id = desk.node.asked("admit")[0].contact_id
    own_broker.signal(signal.SIGSTOP)
    desk.node.happen(contact_id, answered=node.Answered())
    desk.node.happen(contact_id, tap_opened=node.TapOpened())
    over = node.CallEnded(reason=node.CALL_END_CUSTOMER_HUNG_UP)
    desk.node.happen(contact_id, call_ended=over)
    last = desk.node.happen(contact_id, tap_closed=node.TapClosed(recorded_ms=1, pages=3))
    own_broker.signal(signal.SIGCONT)
    await until(lambda: desk.node.acknowledged == last, BACK_WITHIN_S)
    told = await desk.kinds(contact_id)
    assert told == ["CallArrived", "CallAnswered", "TapOpened", "CallEnded", "TapClosed"]
