"""People's own phones: browsers that connect, legs that ring, and what each person is shown."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import grpc
import pytest
from tests.component.media.desk import Desk, Metadata, bearer
from tests.component.media.test_call_with_node import answered
from tests.harness.waiting import WITHIN_S, until

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import phone_reach_pb2 as reach

MORI = "usr_mori"
OPERATOR = bearer("operator", sub=MORI)
OTHER = bearer("operator", sub="usr_other")
NAMESAKE = bearer("operator", sub=MORI, tenant="out_other")
"""Somebody of another tenant whose user id is the same."""
Wanted = Callable[[pb.WatchPhoneResponse], bool]


class Shown:
    """The newest of what a person's phone shows."""

    def __init__(self) -> None:
        self.phone = pb.WatchPhoneResponse()
        self._changed = asyncio.Event()

    async def follow(self, stream: AsyncIterator[pb.WatchPhoneResponse]) -> None:
        async for phone in stream:
            self.phone = phone
            self._changed.set()

    async def comes_to(self, wanted: Wanted) -> pb.WatchPhoneResponse:
        async with asyncio.timeout(WITHIN_S):
            while not wanted(self.phone):
                self._changed.clear()
                await self._changed.wait()
        return self.phone


@asynccontextmanager
async def watched(desk: Desk, who: Metadata = OPERATOR) -> AsyncIterator[Shown]:
    shown = Shown()
    stream = desk.stub.WatchPhone(pb.WatchPhoneRequest(), metadata=who)
    following = asyncio.create_task(shown.follow(stream))
    try:
        yield shown
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def connected(desk: Desk, who: Metadata = OPERATOR, tenant_id: str = "out_test") -> str:
    """Mori's browser, or their namesake's; its connection."""
    request = pb.ConnectBrowserRequest(request_id="b-1", sdp_offer="v=0")
    answer = await desk.stub.ConnectBrowser(request, metadata=who)
    assert answer.sdp_answer == "answer to v=0"
    state = node.BROWSER_STATE_CONNECTED
    desk.node.browser(MORI, answer.connection_id, state, tenant_id)
    connection_id: str = answer.connection_id
    return connection_id


async def ringing(desk: Desk) -> tuple[str, str]:
    """Mori's phone rings for an answered call; contact and leg."""
    contact_id = await answered(desk)
    dial = pb.DialRequest(request_id="dial-1", contact_id=contact_id, operator_id=MORI)
    leg_id: str = (await desk.stub.Dial(dial, metadata=desk.service)).leg_id
    await until(lambda: bool(desk.node.asked("dial")))
    desk.node.happen(contact_id, leg_rang=node.LegRang(leg_id=leg_id))
    return contact_id, leg_id


async def test_a_person_is_shown_their_browser_and_their_legs_as_they_are(desk: Desk) -> None:
    async with watched(desk) as shown:
        connection_id = await connected(desk)
        phone = await shown.comes_to(lambda phone: phone.browser == pb.BROWSER_STATE_CONNECTED)
        assert phone.connection_id == connection_id
        contact_id, leg_id = await ringing(desk)
        phone = await shown.comes_to(lambda phone: len(phone.legs) == 1)
        (leg,) = phone.legs
        assert (leg.contact_id, leg.leg_id, leg.client_id) == (contact_id, leg_id, "cli_acme")
        assert leg.state == pb.PHONE_LEG_STATE_RINGING

        pick_up = pb.PickUpRequest(request_id="p-1", contact_id=contact_id)
        await desk.stub.PickUp(pick_up, metadata=OPERATOR)
        await until(lambda: [o.leg_id for o in desk.node.asked("pick_up")] == [leg_id])
        desk.node.happen(contact_id, leg_answered=node.LegAnswered(leg_id=leg_id))
        desk.node.happen(contact_id, joined=node.Joined(leg_id=leg_id))
        await desk.told(contact_id, "TalkStarted")
        talking = pb.PHONE_LEG_STATE_TALKING
        await shown.comes_to(lambda phone: phone.legs[0].state == talking)

        mute = pb.MuteRequest(request_id="m-1", contact_id=contact_id, muted=True)
        await desk.stub.Mute(mute, metadata=OPERATOR)
        await until(lambda: [o.muted for o in desk.node.asked("mute")] == [True])
        assert not shown.phone.legs[0].muted, "shown before it holds"
        desk.node.happen(contact_id, leg_muted=node.LegMuted(leg_id=leg_id))
        await shown.comes_to(lambda phone: phone.legs[0].muted)

        put_down = pb.PutDownRequest(request_id="d-1", contact_id=contact_id)
        await desk.stub.PutDown(put_down, metadata=OPERATOR)
        await until(lambda: bool(desk.node.asked("put_down")))
        ended = node.LegEnded(leg_id=leg_id, reason=node.LEG_END_HUNG_UP)
        desk.node.happen(contact_id, leg_ended=ended)
        await shown.comes_to(lambda phone: not phone.legs)


async def test_two_tenants_users_of_one_id_see_and_reach_their_own_phone_alone(desk: Desk) -> None:
    async with watched(desk) as mori, watched(desk, NAMESAKE) as namesake:
        theirs = await connected(desk, NAMESAKE, "out_other")
        phone = await namesake.comes_to(lambda phone: phone.connection_id == theirs)
        assert phone.browser == pb.BROWSER_STATE_CONNECTED
        ours = await connected(desk)
        await mori.comes_to(lambda phone: phone.connection_id == ours)
        asked = [order.tenant_id for order in desk.node.asked("connect_browser")]
        assert asked == ["out_other", "out_test"]

        disconnect = pb.DisconnectBrowserRequest(request_id="x-1", connection_id=ours)
        await desk.stub.DisconnectBrowser(disconnect, metadata=NAMESAKE)
        desk.node.browser(MORI, theirs, node.BROWSER_STATE_LOST, "out_other")
        await namesake.comes_to(lambda phone: phone.browser == pb.BROWSER_STATE_LOST)
        assert desk.node.asked("disconnect_browser") == []
        assert mori.phone.browser == pb.BROWSER_STATE_CONNECTED

        await ringing(desk)
        await mori.comes_to(lambda phone: len(phone.legs) == 1)
        assert [order.tenant_id for order in desk.node.asked("dial")] == ["out_test"]
        assert not namesake.phone.legs


async def test_services_are_told_by_what_their_tenants_people_can_be_reached(desk: Desk) -> None:
    desk.node.registered("usr_abe", True)
    request = pb.WatchPhonesRequest()
    stream = desk.stub.WatchPhones(request, metadata=desk.service)
    reached = dict[str, reach.PhoneReach.ValueType]()

    async def follow() -> None:
        async for told in stream:
            assert told.tenant_id == "out_test"
            reached.update({each.user_id: each.reach for each in told.people})

    following = asyncio.create_task(follow())
    await until(lambda: reached == {"usr_abe": reach.PHONE_REACH_SIP})
    await connected(desk, NAMESAKE, "out_other")
    await connected(desk)
    await until(lambda: reached.get(MORI) == reach.PHONE_REACH_BROWSER)
    desk.node.hang_up_on_python()
    none = reach.PHONE_REACH_NONE
    await until(lambda: reached == {"usr_abe": none, MORI: none})
    following.cancel()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anext(aiter(desk.stub.WatchPhones(request, metadata=OPERATOR)))
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED


async def test_a_node_that_is_gone_has_no_browsers(desk: Desk) -> None:
    async with watched(desk) as shown:
        await connected(desk)
        await shown.comes_to(lambda phone: phone.browser == pb.BROWSER_STATE_CONNECTED)
        desk.node.hang_up_on_python()
        await shown.comes_to(lambda phone: phone.browser == pb.BROWSER_STATE_NONE)


async def test_nobody_picks_up_mutes_or_puts_down_anothers_phone(desk: Desk) -> None:
    desk.node.browser("usr_other", "brw_other", node.BROWSER_STATE_CONNECTED)
    contact_id, _ = await ringing(desk)
    await desk.told(contact_id, "OperatorLegRang")
    pick_up = pb.PickUpRequest(request_id="p-1", contact_id=contact_id)
    with pytest.raises(grpc.aio.AioRpcError, match="rings"):
        await desk.stub.PickUp(pick_up, metadata=OTHER)
    mute = pb.MuteRequest(request_id="m-1", contact_id=contact_id, muted=True)
    with pytest.raises(grpc.aio.AioRpcError, match="not on the call"):
        await desk.stub.Mute(mute, metadata=OTHER)
    put_down = pb.PutDownRequest(request_id="d-1", contact_id=contact_id)
    await desk.stub.PutDown(put_down, metadata=OTHER)
    assert desk.node.asked("put_down") == []


async def test_what_the_node_can_not_answer_is_the_askers_to_know(desk: Desk) -> None:
    desk.node.refuses["connect_browser"] = "BAD_OFFER"
    request = pb.ConnectBrowserRequest(request_id="b-1", sdp_offer="v=0")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.ConnectBrowser(request, metadata=OPERATOR)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.ConnectBrowser(request, metadata=bearer("auditor", sub="usr_audit"))
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
