"""People's browsers as media knows them: from one node, for as long as it is connected."""

import asyncio

import pytest

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Overloaded, Unavailable
from sasayaki_media.phones import browsers as module
from sasayaki_media.phones.browsers import OFFER_BYTES_MAX, Browsers
from sasayaki_media.phones.person import Person

MORI = Person("out_a", "usr_mori")
NAMESAKE = Person("out_b", "usr_mori")
"""A user of another tenant whose id is the same."""


class Wire:
    """The way to a node that says nothing by itself."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, pb.Order]] = []

    def browser(self, order_id: str, order: pb.Order) -> None:
        self.sent.append((order_id, order))


def connected(connection_id: str, person: Person = MORI) -> pb.Browser:
    return pb.Browser(
        tenant_id=person.tenant_id,
        user_id=person.user_id,
        connection_id=connection_id,
        state=pb.BROWSER_STATE_CONNECTED,
    )


async def asked(browsers: Browsers, wire: Wire) -> tuple["asyncio.Task[tuple[str, str]]", str]:
    connecting = asyncio.create_task(browsers.connect(MORI, "v=0"))
    while not wire.sent:
        await asyncio.sleep(0)
    return connecting, wire.sent[-1][0]


async def test_an_offer_gets_the_nodes_answer() -> None:
    browsers, wire = Browsers(), Wire()
    browsers.begin(wire)
    connecting, order_id = await asked(browsers, wire)
    browsers.applied(pb.Applied(order_id=order_id, sdp_answer="v=0 answer"))
    connection_id, answer = await connecting
    assert answer == "v=0 answer"
    assert order_id == f"browser/{connection_id}"
    order = wire.sent[0][1].connect_browser
    assert Person(order.tenant_id, order.user_id) == MORI
    assert order.connection_id == connection_id


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("BAD_OFFER", "BAD_OFFER"),
        ("NO_CODEC", "NO_CODEC"),
        ("NO_PORT", "NO_PORT"),
        ("OVERLOADED", "NO_PORT"),
    ],
)
async def test_what_the_node_can_not_answer_is_refused(error: str, reason: str) -> None:
    browsers, wire = Browsers(), Wire()
    browsers.begin(wire)
    connecting, order_id = await asked(browsers, wire)
    browsers.applied(pb.Applied(order_id=order_id, error=error))
    with pytest.raises(Refused) as refused:
        await connecting
    assert refused.value.reason == reason


@pytest.mark.parametrize("offer", ["", "a" * (OFFER_BYTES_MAX + 1)])
async def test_an_offer_has_a_size(offer: str) -> None:
    browsers = Browsers()
    browsers.begin(Wire())
    with pytest.raises(Refused, match="bytes"):
        await browsers.connect(MORI, offer)


async def test_so_many_offers_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECTING_MOST", 1)
    browsers, wire = Browsers(), Wire()
    browsers.begin(wire)
    connecting, _ = await asked(browsers, wire)
    with pytest.raises(Overloaded):
        await browsers.connect(MORI, "v=0")
    browsers.begin(None)
    with pytest.raises(Unavailable):
        await connecting


async def test_without_a_node_nobody_connects() -> None:
    with pytest.raises(Unavailable):
        await Browsers().connect(MORI, "v=0")


def test_a_browser_is_known_while_its_node_is() -> None:
    browsers, changed = Browsers(), list[Person]()
    browsers.on_change(changed.append)
    browsers.begin(Wire())
    browsers.told(connected("brw_1"))
    assert browsers.state(MORI) == connected("brw_1")
    browsers.begin(None)
    assert browsers.state(MORI) is None
    assert changed == [MORI, MORI]


def test_only_the_present_connection_is_ended() -> None:
    browsers, wire = Browsers(), Wire()
    browsers.begin(wire)
    browsers.told(connected("brw_2"))
    browsers.disconnect(MORI, "brw_1")
    browsers.disconnect(Person("out_a", "usr_other"), "brw_2")
    browsers.disconnect(NAMESAKE, "brw_2")
    assert wire.sent == []
    browsers.disconnect(MORI, "brw_2")
    assert wire.sent[0][1].disconnect_browser.connection_id == "brw_2"


def test_two_tenants_users_of_one_id_have_a_browser_each() -> None:
    browsers, changed = Browsers(), list[Person]()
    browsers.begin(Wire())
    browsers.on_change(changed.append)
    browsers.told(connected("brw_1"))
    assert browsers.state(NAMESAKE) is None
    browsers.told(connected("brw_2", NAMESAKE))
    assert browsers.state(MORI) == connected("brw_1")
    gone = pb.Browser(tenant_id="out_b", user_id="usr_mori", state=pb.BROWSER_STATE_NONE)
    browsers.told(gone)
    assert browsers.state(MORI) == connected("brw_1")
    assert changed == [MORI, NAMESAKE, NAMESAKE]
