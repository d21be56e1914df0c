"""What a decision about a supervision needs to know, looked up and held while it is decided."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEvent,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.follower import Projection
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.seals import Seals
from sasayaki_monitoring.floor.floor import Floor, Talk
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.supervision.commands import Around, Call, Command
from sasayaki_monitoring.supervision.occupied import Occupied, Place, Supervisions
from sasayaki_monitoring.supervision.states import About, NotStarted
from sasayaki_monitoring.supervision.supervision import LIMITED
from sasayaki_monitoring.supervision.texts import TextRate
from sasayaki_monitoring.supervision.today import Today


@dataclass(frozen=True)
class Target:
    """Where a supervision is to be, or stays, if the command is granted."""

    supervision_id: str
    place: Place
    call: Call
    purpose: Purpose


@dataclass(frozen=True)
class Supervising:
    """What the methods work with; `require_current` raises Unavailable if the view is behind."""

    supervisions: Supervisions
    occupied: Occupied
    floor: Floor
    today: Today
    policies: Policies
    seals: Seals
    texts: TextRate
    now: Callable[[], datetime]
    require_current: Callable[[Projection], None]

    def known(self, supervision_id: str, tenant_id: str) -> tuple[About, Meta]:
        """The supervision as it is and whose it is; another tenant's is as unknown as none.

        The meta is that of the present call, whichever it began with.
        """
        state = self.supervisions.state(supervision_id)
        first = self.supervisions.meta(supervision_id)
        if isinstance(state, NotStarted) or first is None or first.tenant_id != tenant_id:
            raise Refused("UNKNOWN_SUPERVISION", f"no supervision {supervision_id!r}")
        client_id = state.about.client_id or first.client_id
        return state.about, Meta(tenant_id, client_id, correlation_id=state.about.contact_id)

    async def talk(self, contact_id: str, tenant_id: str, wait_s: float) -> Talk:
        """The talk of a contact; one that has just started is waited for."""
        self.require_current(self.floor)
        try:
            return self.floor.talk(contact_id, tenant_id=tenant_id)
        except Refused:
            await self.floor.news_of(contact_id, wait_s)
        return self.floor.talk(contact_id, tenant_id=tenant_id)

    def around(self, target: Target) -> Around:
        """What the decision has to know; to be handled at once, or others come between.

        Help and complaints need no count of the day, so they don't wait for it.
        """
        if target.purpose in LIMITED:
            self.require_current(self.today)
        tenant_id, call = target.place.tenant_id, target.call
        others = self.occupied.others(target.supervision_id, target.place)
        return Around(
            supervisor_on=others.supervisor_on,
            others_on_call=others.on_call,
            handled_by=others.handled_by,
            today=self.today.count(tenant_id, call.operator_id, self.now()),
            policy=self.policies.supervised(tenant_id, call.client_id),
        )

    async def go(self, target: Target, command: Command, request_id: str, meta: Meta) -> None:
        """Decides while the place, and the operator's session of today, are held."""
        place, operator_id = target.place, target.call.operator_id
        session = (target.supervision_id, target.call.contact_id)
        counts = target.purpose in LIMITED
        with (
            self.occupied.deciding(target.supervision_id, place),
            self.today.deciding(place.tenant_id, operator_id, session if counts else None),
        ):
            events = await self.supervisions.handle(
                target.supervision_id, command, request_id=request_id, meta=meta
            )
            if counts and _is_heard(events):
                self.today.decided(place.tenant_id, operator_id, session, self.now())


def _is_heard(events: tuple[SupervisionEvent, ...]) -> bool:
    return any(isinstance(event, SupervisionStarted | TargetSwitched) for event in events)
