"""Which supervisors and which calls are taken, so that nobody starts a second supervision.

Each supervision is a stream of its own, so no decider sees two of them. The owner's states are the
truth; what is kept here only says which of them to look at. Between the look and the decision
others may ask the same: a supervision that is being started counts as active.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.monitoring.v1.supervision_events import SupervisionEvent
from sasayaki_chassis.owner import Owners
from sasayaki_monitoring.supervision.supervision import Active, Command, State

Supervisions: TypeAlias = Owners[State, Command, SupervisionEvent]


@dataclass(frozen=True, slots=True)
class Place:
    """A supervisor on a call; user ids are unique in their tenant only."""

    tenant_id: str
    supervisor_id: str
    contact_id: str


class Occupied:
    """The supervisions that may be active, by supervisor and by call."""

    def __init__(self, supervisions: Supervisions) -> None:
        self._supervisions = supervisions
        self._places: dict[str, Place] = {}
        self._starting: set[str] = set()
        self._read = False

    @contextmanager
    def starting(self, supervision_id: str, place: Place) -> Iterator[None]:
        """Holds the place while the start is decided."""
        self._places[supervision_id] = place
        self._starting.add(supervision_id)
        try:
            yield
        finally:
            self._starting.discard(supervision_id)

    def others(self, supervision_id: str, place: Place) -> tuple[str | None, str | None]:
        """The call that the supervisor is on and the supervisor who is on the call, if any.

        The supervision itself does not count: its request may be a repeat.
        """
        self._read_once()
        on: str | None = None
        by: str | None = None
        for other_id in self._active():
            other = self._places[other_id]
            if other_id == supervision_id or other.tenant_id != place.tenant_id:
                continue
            if other.supervisor_id == place.supervisor_id:
                on = other.contact_id
            if other.contact_id == place.contact_id:
                by = other.supervisor_id
        return on, by

    def active(self) -> int:
        """How many supervisions there are."""
        self._read_once()
        return len(self._active())

    def _active(self) -> list[str]:
        """Ids of the active ones; forgets those that are over or never came to be."""
        for supervision_id in [key for key in self._places if not self._is_active(key)]:
            del self._places[supervision_id]
        return list(self._places)

    def _is_active(self, supervision_id: str) -> bool:
        if supervision_id in self._starting:
            return True
        return isinstance(self._supervisions.state(supervision_id), Active)

    def _read_once(self) -> None:
        """Takes in what was active before this process began."""
        if self._read or not self._supervisions.serving():
            return
        self._read = True
        for supervision_id, state in self._supervisions.streams():
            meta = self._supervisions.meta(supervision_id)
            if isinstance(state, Active) and meta is not None:
                place = Place(meta.tenant_id, state.supervisor_id, state.contact_id)
                self._places.setdefault(supervision_id, place)
