"""Which supervisors and which calls are taken, so that nobody is in two places.

Each supervision is a stream of its own, so no decider sees two of them. The owner's states are the
truth; what is kept here only says which of them to look at. Between the look and the decision
others may ask the same: what is being decided counts as if it were decided already.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import SupervisionEvent
from sasayaki_chassis.owner import Owners
from sasayaki_monitoring.supervision.commands import Command
from sasayaki_monitoring.supervision.states import LIVE, Active, AwaitingOperator, State

Supervisions: TypeAlias = Owners[State, Command, SupervisionEvent]


@dataclass(frozen=True, slots=True)
class Place:
    """A supervisor on a call, or on none while one is awaited; user ids are unique in a tenant."""

    tenant_id: str
    supervisor_id: str
    contact_id: str
    mode: SupervisionMode = SupervisionMode.LISTEN


@dataclass(frozen=True, slots=True)
class Others:
    """Who else there is: the supervisor's other call, the call's other supervisors, its handler."""

    supervisor_on: str | None
    on_call: int
    handled_by: str | None


class Occupied:
    """The supervisions that may be under way, by supervisor and by call."""

    def __init__(self, supervisions: Supervisions) -> None:
        self._supervisions = supervisions
        self._tenants: dict[str, str] = {}
        self._deciding: dict[str, list[Place]] = {}
        self._read = False

    @contextmanager
    def deciding(self, supervision_id: str, place: Place) -> Iterator[None]:
        """Holds the place while it is decided whether the supervision goes there."""
        self._tenants[supervision_id] = place.tenant_id
        held = self._deciding.setdefault(supervision_id, [])
        held.append(place)
        try:
            yield
        finally:
            held.remove(place)
            if not held:
                self._deciding.pop(supervision_id, None)

    def others(self, supervision_id: str, place: Place) -> Others:
        """What is taken, of what the supervision would take at this place.

        The supervision itself does not count: its request may be a repeat.
        """
        self._read_once()
        supervisor_on: str | None = None
        on_call: set[str] = set()
        handled_by: str | None = None
        for other_id in self._under_way():
            if other_id == supervision_id or self._tenants[other_id] != place.tenant_id:
                continue
            for other in self._places(other_id):
                if other.supervisor_id == place.supervisor_id:
                    supervisor_on = other.contact_id or other_id
                if other.contact_id == place.contact_id:
                    on_call.add(other_id)
                    if other.mode is SupervisionMode.TAKEOVER:
                        handled_by = other.supervisor_id
        return Others(supervisor_on, len(on_call), handled_by)

    def active(self) -> int:
        """How many supervisions there are, those that are asked for included."""
        self._read_once()
        return len(self._under_way())

    def _under_way(self) -> list[str]:
        """Ids; forgets those that are over or never came to be."""
        for supervision_id in [key for key in self._tenants if not any(self._places(key))]:
            del self._tenants[supervision_id]
        return list(self._tenants)

    def _places(self, supervision_id: str) -> Iterator[Place]:
        """Where the supervision is, and where it may be the next moment."""
        tenant_id = self._tenants[supervision_id]
        state = self._supervisions.state(supervision_id)
        if isinstance(state, LIVE):
            about = state.about
            on = "" if isinstance(state, AwaitingOperator) else about.contact_id
            mode = state.mode if isinstance(state, Active) else SupervisionMode.LISTEN
            yield Place(tenant_id, about.supervisor_id, on, mode)
        yield from self._deciding.get(supervision_id, ())

    def _read_once(self) -> None:
        """Takes in what was under way before this process began."""
        if self._read or not self._supervisions.serving():
            return
        self._read = True
        for supervision_id, state in self._supervisions.streams():
            meta = self._supervisions.meta(supervision_id)
            if isinstance(state, LIVE) and meta is not None:
                self._tenants.setdefault(supervision_id, meta.tenant_id)
