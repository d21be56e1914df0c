"""By what people can be reached: their browser, their registered SIP phone, or nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import phone_reach_pb2 as reach
from sasayaki_chassis.owner import Overloaded
from sasayaki_media.phones import reach as module
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.reach import Reach
from sasayaki_media.phones.registered import Registered

OURS, THEIRS = "out_a", "out_b"
MORI = "usr_mori"


class Phones:
    """What a node tells, and one who watches all of a tenant's people."""

    def __init__(self) -> None:
        self.browsers, self.registered = Browsers(), Registered()
        self.reach = Reach(self.browsers, self.registered)
        self.stream: AsyncIterator[pb.WatchPhonesResponse] = self.reach.people(OURS)

    def browser(self, state: node.BrowserState.ValueType, tenant_id: str = OURS) -> None:
        told = node.Browser(tenant_id=tenant_id, user_id=MORI, connection_id="b", state=state)
        self.browsers.told(told)

    def sip(self, registered: bool, user_id: str = MORI, tenant_id: str = "") -> None:
        user = node.SipUser(user_id=user_id, tenant_id=tenant_id, registered=registered)
        self.registered.told(node.Registered(users=[user]))

    async def told(self) -> dict[str, str]:
        async with asyncio.timeout(5):
            message = await anext(self.stream)
        assert message.tenant_id == OURS
        return {each.user_id: reach.PhoneReach.Name(each.reach)[12:] for each in message.people}


@pytest.fixture
def phones() -> Phones:
    return Phones()


async def test_whoever_can_be_reached_is_told_at_once_and_then_each_change(phones: Phones) -> None:
    phones.sip(True, "usr_abe")
    phones.browser(node.BROWSER_STATE_CONNECTED)
    assert await phones.told() == {"usr_abe": "SIP", MORI: "BROWSER"}
    phones.browser(node.BROWSER_STATE_LOST)
    assert await phones.told() == {MORI: "LOST"}
    phones.browser(node.BROWSER_STATE_NONE)
    assert await phones.told() == {MORI: "NONE"}
    phones.sip(False, "usr_abe")
    assert await phones.told() == {"usr_abe": "NONE"}


async def test_a_browser_goes_before_a_registered_phone_and_leaves_it(phones: Phones) -> None:
    phones.sip(True)
    assert await phones.told() == {MORI: "SIP"}
    phones.browser(node.BROWSER_STATE_CONNECTED)
    assert await phones.told() == {MORI: "BROWSER"}
    phones.browser(node.BROWSER_STATE_NONE)
    assert await phones.told() == {MORI: "SIP"}


async def test_a_page_that_is_loaded_anew_changes_nothing_until_it_is_connected(
    phones: Phones,
) -> None:
    assert await phones.told() == {}
    phones.browser(node.BROWSER_STATE_CONNECTING)
    phones.sip(True, "usr_abe")
    assert await phones.told() == {"usr_abe": "SIP"}
    phones.browser(node.BROWSER_STATE_CONNECTED)
    assert await phones.told() == {MORI: "BROWSER"}
    phones.browser(node.BROWSER_STATE_CONNECTING)
    phones.sip(False, "usr_abe")
    assert await phones.told() == {"usr_abe": "NONE"}


async def test_another_tenants_registered_phone_is_not_told(phones: Phones) -> None:
    phones.sip(True, tenant_id=THEIRS)
    phones.sip(True, "usr_abe", OURS)
    assert await phones.told() == {"usr_abe": "SIP"}
    phones.sip(False, tenant_id=THEIRS)
    phones.sip(True, tenant_id=OURS)
    assert await phones.told() == {MORI: "SIP"}


async def test_a_phone_whose_name_has_no_tenant_is_everybodys_of_that_id(phones: Phones) -> None:
    phones.sip(True)
    assert await phones.told() == {MORI: "SIP"}
    phones.sip(True, tenant_id=OURS)
    phones.sip(False)
    phones.sip(True, "usr_abe")
    assert await phones.told() == {"usr_abe": "SIP"}, "the one that names the tenant is left"
    phones.sip(False, tenant_id=OURS)
    assert await phones.told() == {MORI: "NONE"}


async def test_another_tenants_browser_is_not_told(phones: Phones) -> None:
    phones.browser(node.BROWSER_STATE_CONNECTED, THEIRS)
    assert await phones.told() == {}
    phones.browser(node.BROWSER_STATE_LOST, THEIRS)
    phones.sip(True, "usr_abe")
    assert await phones.told() == {"usr_abe": "SIP"}


async def test_without_a_node_nobody_can_be_reached(phones: Phones) -> None:
    phones.sip(True, "usr_abe")
    phones.browser(node.BROWSER_STATE_CONNECTED)
    await phones.told()
    phones.browsers.begin(None)
    phones.registered.begin()
    assert await phones.told() == {"usr_abe": "NONE", MORI: "NONE"}


async def test_who_is_slow_is_told_the_latest_alone(phones: Phones) -> None:
    assert await phones.told() == {}
    phones.browser(node.BROWSER_STATE_CONNECTED)
    phones.browser(node.BROWSER_STATE_LOST)
    phones.browser(node.BROWSER_STATE_NONE)
    phones.sip(True)
    assert await phones.told() == {MORI: "SIP"}


async def test_so_many_watch_and_no_more(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCHERS_MOST", 1)
    await phones.told()
    async with aclosing(phones.reach.people(OURS)) as another:
        with pytest.raises(Overloaded):
            await anext(another)
