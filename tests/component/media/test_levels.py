"""Levels go from the node to those who watch, and past everything that is written down."""

import asyncio

import grpc
import pytest
from tests.component.media.desk import Desk, bearer
from tests.component.media.test_call_with_node import answered
from tests.harness.waiting import WITHIN_S, until

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb

LOOK_S = 0.05


def second(contact_id: str, leg_id: str) -> node.Levels:
    legs = [
        node.LegLevel(leg_id="", level_tenth_dbfs=-200, speech_ms=900),
        node.LegLevel(leg_id=leg_id, level_tenth_dbfs=-250, speech_ms=100),
    ]
    call = node.CallLevels(contact_id=contact_id, legs=legs, overlap_ms=80)
    return node.Levels(at_us=1_763_000_000_000_000, calls=[call])


async def test_a_supervisor_watches_how_loud_the_talk_is(desk: Desk) -> None:
    contact_id = await answered(desk)
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id="usr_mori")
    leg_id = (await desk.stub.Dial(dial, metadata=desk.service)).leg_id
    await until(lambda: bool(desk.node.asked("dial")))
    decided = await desk.kinds(contact_id)
    metadata = bearer("supervisor", clients=["cli_acme"])
    watch = desk.stub.WatchLevels(pb.WatchLevelsRequest(), metadata=metadata)

    async def telling() -> None:
        # From some second on the watcher is there.
        while True:
            desk.node.levels(second(contact_id, leg_id))
            await asyncio.sleep(LOOK_S)

    teller = asyncio.create_task(telling())
    async with asyncio.timeout(WITHIN_S):
        shown = await watch.read()
    teller.cancel()
    watch.cancel()
    assert isinstance(shown, pb.WatchLevelsResponse)
    (call,) = shown.calls
    assert (call.contact_id, call.client_id, call.overlap_ms) == (contact_id, "cli_acme", 80)
    assert [(leg.role, leg.user_id, leg.level_dbfs) for leg in call.legs] == [
        (pb.LEG_ROLE_CUSTOMER, "", -20),
        (pb.LEG_ROLE_OPERATOR, "usr_mori", -25),
    ]
    assert await desk.kinds(contact_id) == decided


@pytest.mark.parametrize("role", ["operator", "client", "auditor", "integrator", "admin"])
async def test_others_may_not_watch(desk: Desk, role: str) -> None:
    watch = desk.stub.WatchLevels(pb.WatchLevelsRequest(), metadata=bearer(role))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await watch.read()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
