"""Those who watch their own phone: its browser as the node tells it, its legs as history does."""

import asyncio
from collections.abc import AsyncIterator

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki_chassis.owner import Overloaded
from sasayaki_media.metrics import PHONE_WATCHERS, PHONE_WATCHERS_REFUSED
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.legs import Leg, PhoneLegs, Talk
from sasayaki_media.phones.person import Person

WATCHERS_MOST = 2_000
"""Those who watch at once; the next is turned away."""

_STATES = {
    node.BROWSER_STATE_UNSPECIFIED: pb.BROWSER_STATE_UNSPECIFIED,
    node.BROWSER_STATE_NONE: pb.BROWSER_STATE_NONE,
    node.BROWSER_STATE_CONNECTING: pb.BROWSER_STATE_CONNECTING,
    node.BROWSER_STATE_CONNECTED: pb.BROWSER_STATE_CONNECTED,
    node.BROWSER_STATE_LOST: pb.BROWSER_STATE_LOST,
}


class Watching:
    """Every open stream; whoever is slow gets the latest, and what was between is left out."""

    def __init__(self, browsers: Browsers, legs: PhoneLegs) -> None:
        self._browsers = browsers
        self._legs = legs
        self._watchers: dict[Person, set[asyncio.Event]] = {}
        self._count = 0
        browsers.on_change(self._changed)
        legs.on_change(self._changed)

    async def phone(self, person: Person) -> AsyncIterator[pb.WatchPhoneResponse]:
        """The phone as it is, then whenever it is another; raises Overloaded."""
        if self._count >= WATCHERS_MOST:
            PHONE_WATCHERS_REFUSED.inc()
            raise Overloaded(f"{WATCHERS_MOST} watch their phones")
        changed = asyncio.Event()
        self._watch(person, changed)
        try:
            shown = None
            while True:
                changed.clear()
                phone = self._phone(person)
                if phone != shown:
                    shown = phone
                    yield phone
                await changed.wait()
        finally:
            self._unwatch(person, changed)

    def _watch(self, person: Person, changed: asyncio.Event) -> None:
        self._watchers.setdefault(person, set()).add(changed)
        self._count += 1
        PHONE_WATCHERS.set(self._count)

    def _unwatch(self, person: Person, changed: asyncio.Event) -> None:
        watchers = self._watchers[person]
        watchers.discard(changed)
        if not watchers:
            del self._watchers[person]
        self._count -= 1
        PHONE_WATCHERS.set(self._count)

    def _changed(self, person: Person) -> None:
        for changed in self._watchers.get(person, ()):
            changed.set()

    def _phone(self, person: Person) -> pb.WatchPhoneResponse:
        browser = self._browsers.state(person)
        legs = self._legs.of(person)
        shown = [_leg(talk, leg) for talk, leg in legs if leg.rings or leg.talks]
        return pb.WatchPhoneResponse(
            browser=_STATES[browser.state] if browser else pb.BROWSER_STATE_NONE,
            connection_id=browser.connection_id if browser else "",
            legs=shown,
        )


def _leg(talk: Talk, leg: Leg) -> pb.PhoneLeg:
    state = pb.PHONE_LEG_STATE_TALKING if leg.talks else pb.PHONE_LEG_STATE_RINGING
    shown = pb.PhoneLeg(
        contact_id=talk.contact_id,
        leg_id=leg.leg_id,
        role=pb.LEG_ROLE_SUPERVISOR if leg.supervises else pb.LEG_ROLE_OPERATOR,
        state=state,
        muted=leg.muted,
        talk_back=leg.talk_back,
        customer_held=talk.held,
        recording_paused=talk.paused,
        consult=leg.consult,
        client_id=talk.client_id,
        wide_band=talk.wide_band(leg),
    )
    shown.since.FromDatetime(leg.since)
    return shown
