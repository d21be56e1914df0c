"""What can be asked of a pool."""

from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.routing.v1.pool_events import OfferFailure, OperatorState


@dataclass(frozen=True, slots=True)
class PutOperator:
    operator_id: str
    team_id: str
    skills: tuple[str, ...]
    client_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetState:
    """`state` is OFF, READY or AWAY."""

    operator_id: str
    state: OperatorState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QueueContact:
    contact_id: str
    client_id: str
    queue_id: str
    required_skills: tuple[str, ...]
    priority: int


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    contact_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    contact_id: str
    operator_id: str
    failure: OfferFailure


@dataclass(frozen=True, slots=True)
class LapseOffer:
    """Time is up for an offer; only time sends this."""

    contact_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class EndContact:
    contact_id: str


@dataclass(frozen=True, slots=True)
class Release:
    contact_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class LapseWrapUp:
    """Time is up for a wrap-up; only time sends this."""

    contact_id: str
    operator_id: str


Command: TypeAlias = (
    PutOperator
    | SetState
    | QueueContact
    | AcceptOffer
    | DeclineOffer
    | LapseOffer
    | EndContact
    | Release
    | LapseWrapUp
)
