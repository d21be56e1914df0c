"""What can be asked of a pool. Ids of contacts and operators are as in the requests."""

from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.routing.v1.pool_events import CallbackFailure, OfferFailure, OperatorState
from sasayaki_routing.matching.fit import Ring


@dataclass(frozen=True, slots=True)
class PutOperator:
    """`levels`: of each skill, in their order; empty: the usual one for all."""

    operator_id: str
    team_id: str
    skills: tuple[str, ...]
    client_ids: tuple[str, ...]
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PutQueue:
    queue_id: str
    rings: tuple[Ring, ...] = ()
    tell_every_ms: int = 0
    service_ms: int = 20_000
    raise_after_ms: int = 0
    callback_attempts_most: int = 3
    callback_pause_ms: int = 600_000
    label_ja: str = ""
    label_en: str = ""


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
    preferred_operator_id: str = ""
    previous_contact_id: str = ""


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
    """Time is up for an offer or a reservation; only time sends this."""

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


@dataclass(frozen=True, slots=True)
class AdvanceWait:
    """A wait has come to a further ring, a raise, a word to the customer or its end; by time."""

    contact_id: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: a person, or whoever of a queue has the skills."""

    operator_id: str = ""
    queue_id: str = ""
    required_skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferContact:
    """No operator: on behalf of whoever talks with the customer.

    `by_phone`: a refusal is an event, for nobody waits for the answer but the operator's phone.
    """

    contact_id: str
    operator_id: str
    target: Target
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class ConsultOperator:
    contact_id: str
    operator_id: str
    target: Target


@dataclass(frozen=True, slots=True)
class CompleteTransfer:
    """No operator: on behalf of whoever talks with the customer. `by_phone`: as TransferContact."""

    contact_id: str
    operator_id: str
    by_phone: bool = False


@dataclass(frozen=True, slots=True)
class EndConsult:
    """No operator: on behalf of whoever talks with the customer."""

    contact_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """The wish counts for a contact that does not wait yet."""

    contact_id: str
    number_sealed: str
    client_id: str
    queue_id: str
    required_skills: tuple[str, ...]
    priority: int


@dataclass(frozen=True, slots=True)
class CallbackCalled:
    """The customer is being called under a new contact."""

    contact_id: str
    new_contact_id: str


@dataclass(frozen=True, slots=True)
class FailCallback:
    contact_id: str
    failure: CallbackFailure


Command: TypeAlias = (
    PutOperator
    | PutQueue
    | SetState
    | QueueContact
    | AcceptOffer
    | DeclineOffer
    | LapseOffer
    | EndContact
    | Release
    | LapseWrapUp
    | AdvanceWait
    | TransferContact
    | ConsultOperator
    | CompleteTransfer
    | EndConsult
    | RequestCallback
    | CallbackCalled
    | FailCallback
)
