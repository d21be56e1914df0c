"""By what each person of a tenant can be reached, for those who watch all of them."""

import asyncio
from collections.abc import AsyncIterator

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import media_service_pb2 as pb
from sasayaki.media.v1 import phone_reach_pb2 as reach
from sasayaki_chassis.owner import Overloaded
from sasayaki_media.metrics import REACH_WATCHERS, REACH_WATCHERS_REFUSED
from sasayaki_media.phones.browsers import Browsers
from sasayaki_media.phones.person import Person
from sasayaki_media.phones.registered import Registered

WATCHERS_MOST = 50
"""Those who watch at once; the next is turned away."""


class Watcher:
    """One who watches a tenant's people: the names that changed since it was told last."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.changed: set[str] = set()
        self.woken = asyncio.Event()

    def note(self, user_id: str) -> None:
        self.changed.add(user_id)
        self.woken.set()


class Reach:
    """Every open stream; whoever is slow gets the latest, and what was between is left out."""

    def __init__(self, browsers: Browsers, registered: Registered) -> None:
        self._browsers = browsers
        self._registered = registered
        self._watchers: set[Watcher] = set()
        browsers.on_change(self._browser_changed)
        registered.on_change(self._phone_changed)

    async def people(self, tenant_id: str) -> AsyncIterator[pb.WatchPhonesResponse]:
        """Whoever can be reached, then whenever it is otherwise; raises Overloaded."""
        if len(self._watchers) >= WATCHERS_MOST:
            REACH_WATCHERS_REFUSED.inc()
            raise Overloaded(f"{WATCHERS_MOST} watch people's phones")
        watcher = Watcher(tenant_id)
        self._watchers.add(watcher)
        REACH_WATCHERS.set(len(self._watchers))
        try:
            watcher.changed.update(
                self._registered.users_of(tenant_id), self._browsers.users_of(tenant_id)
            )
            shown: dict[str, reach.PhoneReach.ValueType] = {}
            yield self._others_than(shown, watcher)
            while True:
                await watcher.woken.wait()
                told = self._others_than(shown, watcher)
                if told.people:
                    yield told
        finally:
            self._watchers.discard(watcher)
            REACH_WATCHERS.set(len(self._watchers))

    def _others_than(
        self, shown: dict[str, reach.PhoneReach.ValueType], watcher: Watcher
    ) -> pb.WatchPhonesResponse:
        """Those of the changed who are not as they were shown, which they are from here on."""
        changed, watcher.changed = watcher.changed, set()
        watcher.woken.clear()
        told = pb.WatchPhonesResponse(tenant_id=watcher.tenant_id)
        for user_id in sorted(changed):
            before = shown.get(user_id, reach.PHONE_REACH_NONE)
            now = self._of(Person(watcher.tenant_id, user_id), before)
            if now != before:
                told.people.add(user_id=user_id, reach=now)
            if now == reach.PHONE_REACH_NONE:
                shown.pop(user_id, None)
            else:
                shown[user_id] = now
        return told

    def _of(
        self, person: Person, before: "reach.PhoneReach.ValueType"
    ) -> "reach.PhoneReach.ValueType":
        """A browser that is about to take another's place leaves it as it was."""
        browser = self._browsers.state(person)
        match browser.state if browser else node.BROWSER_STATE_NONE:
            case node.BROWSER_STATE_CONNECTED:
                return reach.PHONE_REACH_BROWSER
            case node.BROWSER_STATE_LOST:
                return reach.PHONE_REACH_LOST
            case node.BROWSER_STATE_CONNECTING if before != reach.PHONE_REACH_NONE:
                return before
        has_phone = self._registered.has(person)
        return reach.PHONE_REACH_SIP if has_phone else reach.PHONE_REACH_NONE

    def _browser_changed(self, person: Person) -> None:
        for watcher in self._watchers:
            if watcher.tenant_id == person.tenant_id:
                watcher.note(person.user_id)

    def _phone_changed(self, person: Person) -> None:
        for watcher in self._watchers:
            if person.tenant_id in ("", watcher.tenant_id):
                watcher.note(person.user_id)
