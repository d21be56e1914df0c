"""What is shown of the floor, and who may see it."""

from dataclasses import dataclass
from enum import Enum, auto

from sasayaki.monitoring.v1 import floor_pb2 as wire
from sasayaki.monitoring.v1.alert_events import AlertLevel
from sasayaki_chassis.identity import Identity

OF_CLIENTS = frozenset(("queue", "waiting"))
"""What a client company sees: how its queues stand, and nothing of the people who serve them."""


class Part(Enum):
    """Which rows somebody watches."""

    EVERY = auto()
    ALERTS = auto()
    SHARED = auto()
    """All but alerts, which are for persons: a gateway hands it on, and nobody watches by it."""

    def has(self, kind: str) -> bool:
        return self is Part.EVERY or (kind == "alert") == (self is Part.ALERTS)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who else than the claimer is told of an alert."""

    level: AlertLevel
    team_id: str
    supervisor_id: str = ""

    def includes(self, who: Identity) -> bool:
        if who.user_id == self.supervisor_id:
            return True
        match self.level:
            case AlertLevel.TEAM:
                return who.role == "supervisor" and who.team == self.team_id
            case AlertLevel.ALL:
                return who.role == "supervisor"
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown, and to whom: any of `client_ids` opens it; an alert has an audience."""

    tenant_id: str
    client_ids: frozenset[str]
    shown: wire.FloorRow
    audience: Audience | None = None

    @property
    def kind(self) -> str:
        """What kind of thing it is, also of one that is gone."""
        kind = self.shown.WhichOneof("row") or ""
        return self.shown.gone.WhichOneof("id") or "" if kind == "gone" else kind

    def is_for(self, who: Identity) -> bool:
        if who.role == "client" and self.kind not in OF_CLIENTS:
            return False
        if who.tenant_id != self.tenant_id or who.clients.isdisjoint(self.client_ids):
            return False
        return self.audience is None or self.audience.includes(who)
