"""People's browsers as the node has them: nothing of it is kept, each connection tells it anew."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Protocol

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.ids import new_id
from sasayaki_chassis.owner import Overloaded, Unavailable
from sasayaki_media.metrics import BROWSER_CONNECTS, BROWSERS, BROWSERS_CONNECTING
from sasayaki_media.phones.person import Person

CONNECTING_MOST = 200
"""Offers that wait for their answer at once; the next is turned away."""
OFFER_BYTES_MAX = 64 * 1024
ANSWER_WITHIN = timedelta(seconds=5)
"""How long the node may take for its answer."""
ORDER = "browser/"
"""What orders about browsers begin with; what follows is the connection."""

_REFUSALS = {
    "BAD_OFFER": ("BAD_OFFER", "what is offered is no talk and whisper that we can serve"),
    "NO_CODEC": ("NO_CODEC", "neither PCMU nor PCMA is offered, and nothing else is spoken here"),
    "NO_PORT": ("NO_PORT", "the media node has no port for a further browser"),
    "OVERLOADED": ("NO_PORT", "the media node has no room for a further browser"),
}
"""The node's words for what it can't answer, as ours and in words."""


class Sender(Protocol):
    """The way to the node that is connected."""

    def browser(self, order_id: str, order: pb.Order) -> None: ...


class Browsers:
    """Who is connected, and what is asked of the node for them."""

    def __init__(self) -> None:
        self._known: dict[Person, pb.Browser] = {}
        self._asked: dict[str, asyncio.Future[pb.Applied]] = {}
        self._node: Sender | None = None
        self._watching: list[Callable[[Person], None]] = []

    def on_change(self, changed: Callable[[Person], None]) -> None:
        """Calls back with the person whenever their browser's state is another."""
        self._watching.append(changed)

    def begin(self, node: Sender | None) -> None:
        """A node is connected that will tell its browsers, or none any more."""
        self._node = node
        known, self._known = self._known, {}
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(Unavailable("the media node is gone"))
        for person in known:
            self._changed(person)
        BROWSERS.set(0)

    def told(self, browser: pb.Browser) -> None:
        """Takes down how a person's browser is connected."""
        person = Person(browser.tenant_id, browser.user_id)
        if browser.state == pb.BROWSER_STATE_NONE:
            self._known.pop(person, None)
        else:
            self._known[person] = browser
        BROWSERS.set(len(self._known))
        self._changed(person)

    def applied(self, applied: pb.Applied) -> None:
        """Takes the node's answer to an order of `connect`."""
        waiting = self._asked.get(applied.order_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(applied)

    def state(self, person: Person) -> pb.Browser | None:
        return self._known.get(person)

    def users_of(self, tenant_id: str) -> Iterator[str]:
        """The tenant's users whose browser is connected, on its way or lost."""
        return (person.user_id for person in self._known if person.tenant_id == tenant_id)

    async def connect(self, person: Person, sdp_offer: str) -> tuple[str, str]:
        """The connection's id and the answer to the offer; raises Refused, Unavailable."""
        if not sdp_offer or len(sdp_offer.encode()) > OFFER_BYTES_MAX:
            BROWSER_CONNECTS.labels("BAD_OFFER").inc()
            raise Refused("BAD_OFFER", f"an offer of 1 to {OFFER_BYTES_MAX} bytes is needed")
        if len(self._asked) >= CONNECTING_MOST:
            BROWSER_CONNECTS.labels("OVERLOADED").inc()
            raise Overloaded(f"{CONNECTING_MOST} offers wait for their answer")
        connection_id = new_id("brw")
        applied = await self._ask(person, connection_id, sdp_offer)
        BROWSER_CONNECTS.labels(applied.error or "answered").inc()
        if applied.error:
            raise Refused(*_REFUSALS.get(applied.error, ("BAD_OFFER", applied.error)))
        return connection_id, applied.sdp_answer

    def disconnect(self, person: Person, connection_id: str) -> None:
        """Ends a connection of theirs; nothing when a later one took its place."""
        known = self._known.get(person)
        if known is not None and known.connection_id == connection_id:
            disconnect = pb.DisconnectBrowser(connection_id=connection_id)
            order = pb.Order(disconnect_browser=disconnect)
            self._sender().browser(f"{ORDER}{connection_id}/end", order)

    def _changed(self, person: Person) -> None:
        for changed in self._watching:
            changed(person)

    async def _ask(self, person: Person, connection_id: str, sdp_offer: str) -> pb.Applied:
        order_id = f"{ORDER}{connection_id}"
        sender, waiting = self._sender(), asyncio.get_running_loop().create_future()
        connect = pb.ConnectBrowser(
            tenant_id=person.tenant_id,
            user_id=person.user_id,
            connection_id=connection_id,
            sdp_offer=sdp_offer,
        )
        self._asked[order_id] = waiting
        BROWSERS_CONNECTING.set(len(self._asked))
        try:
            sender.browser(order_id, pb.Order(connect_browser=connect))
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                applied: pb.Applied = await waiting
                return applied
        except TimeoutError as error:
            raise Unavailable("the media node did not answer in time") from error
        finally:
            del self._asked[order_id]
            BROWSERS_CONNECTING.set(len(self._asked))

    def _sender(self) -> Sender:
        if self._node is None:
            raise Unavailable("no media node is connected")
        return self._node
