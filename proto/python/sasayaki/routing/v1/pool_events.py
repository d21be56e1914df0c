"""Operators, waiting contacts and who was offered what: the stream `routing.pool`, keyed by pool id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/routing/v1/pool_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    Instant,
    Int64,
    Message,
    OpenEnum,
    Recorded,
    Uint32,
)


class OperatorState(OpenEnum):
    """What an operator is doing, as far as routing is concerned."""

    UNSPECIFIED = "OPERATOR_STATE_UNSPECIFIED"
    OFF = "OPERATOR_STATE_OFF"
    """Logged out."""
    READY = "OPERATOR_STATE_READY"
    """Waiting for a contact."""
    AWAY = "OPERATOR_STATE_AWAY"
    """At work but not to be offered anything: a break, a briefing, an unanswered offer."""
    RINGING = "OPERATOR_STATE_RINGING"
    """An offer is ringing."""
    TALKING = "OPERATOR_STATE_TALKING"
    """With a customer."""
    WRAP_UP = "OPERATOR_STATE_WRAP_UP"
    """Finishing the last contact."""


class SkipReason(OpenEnum):
    """Why an operator who could have been offered a contact was not."""

    UNSPECIFIED = "SKIP_REASON_UNSPECIFIED"
    NOT_READY = "SKIP_REASON_NOT_READY"
    """Off, away, ringing, talking or in wrap-up."""
    SKILL_MISSING = "SKIP_REASON_SKILL_MISSING"
    """Lacks a required skill."""
    CLIENT_NOT_SERVED = "SKIP_REASON_CLIENT_NOT_SERVED"
    """Does not serve this client company."""
    IDLE_SHORTER = "SKIP_REASON_IDLE_SHORTER"
    """Became ready later than the one who was chosen."""


class OfferFailure(OpenEnum):
    """How an offer that came to nothing ended."""

    UNSPECIFIED = "OFFER_FAILURE_UNSPECIFIED"
    REFUSED = "OFFER_FAILURE_REFUSED"
    """The phone refused."""
    UNREACHABLE = "OFFER_FAILURE_UNREACHABLE"
    """The phone could not be reached."""
    FAILED = "OFFER_FAILURE_FAILED"
    """The phone or its protocol failed."""


class ReleaseReason(OpenEnum):
    """Why an operator's wrap-up ended."""

    UNSPECIFIED = "RELEASE_REASON_UNSPECIFIED"
    COMPLETED = "RELEASE_REASON_COMPLETED"
    """The wrap-up form was completed."""
    LAPSED = "RELEASE_REASON_LAPSED"
    """The time for it ran out."""


class Skipped(Message):
    """An operator who was looked at for an offer and not chosen."""

    operator_id: str
    reason: SkipReason


class OperatorPut(Event, type="sasayaki.routing.v1.OperatorPut"):
    """An operator's profile was made or replaced."""

    operator_id: str
    team_id: str
    skills: tuple[str, ...]
    client_ids: tuple[str, ...]
    """Client companies served."""


class OperatorStateSet(Event, type="sasayaki.routing.v1.OperatorStateSet"):
    """An operator logged in, became ready, went away or logged out."""

    operator_id: str
    state: OperatorState
    reason: str
    """Free word for an absence, for example "lunch"."""
    since: Instant
    """Since when; the longest ready is offered first."""


class ContactQueued(Event, type="sasayaki.routing.v1.ContactQueued"):
    """A contact waits for an operator."""

    contact_id: str
    client_id: str
    queue_id: str
    required_skills: tuple[str, ...]
    priority: Uint32
    """0 to 9; higher first, then the one who waits longest."""
    queued_at: Instant


class OfferMade(Event, type="sasayaki.routing.v1.OfferMade"):
    """A contact is offered to an operator, who is reserved for it: their phone is to ring."""

    offer_id: str
    contact_id: str
    operator_id: str
    respond_by: Instant
    idle_ms: Int64
    """How long the operator had been ready, milliseconds."""
    skipped: tuple[Skipped, ...]
    """The others and why not they, 50 at most."""


class OfferAccepted(Event, type="sasayaki.routing.v1.OfferAccepted"):
    """The operator picked up."""

    offer_id: str
    contact_id: str
    operator_id: str
    waited_ms: Int64
    """From the queueing to the answer, milliseconds."""


class OfferDeclined(Event, type="sasayaki.routing.v1.OfferDeclined"):
    """The operator's phone refused or failed, or its leg was lost while the call goes on; the contact goes on waiting, the operator is away."""

    offer_id: str
    contact_id: str
    operator_id: str
    failure: OfferFailure
    since: Instant
    """Since when the operator is away."""


class OfferLapsed(Event, type="sasayaki.routing.v1.OfferLapsed"):
    """Nobody picked up in time; the contact goes on waiting, the operator is away."""

    offer_id: str
    contact_id: str
    operator_id: str


class OfferWithdrawn(Event, type="sasayaki.routing.v1.OfferWithdrawn"):
    """The offer stands no more: the customer left, or talks with somebody else. Whoever it was ringing at is ready again as if never asked."""

    offer_id: str
    contact_id: str
    operator_id: str


class ContactAbandoned(Event, type="sasayaki.routing.v1.ContactAbandoned"):
    """The customer left before an operator answered."""

    contact_id: str
    queue_id: str
    waited_ms: Int64


class ContactLeft(Event, type="sasayaki.routing.v1.ContactLeft"):
    """The customer's call ended and the contact does not wait here: a request to queue it that comes later changes nothing."""

    contact_id: str
    left_at: Instant


class WrapUpStarted(Event, type="sasayaki.routing.v1.WrapUpStarted"):
    """The talk is over; the operator finishes the contact."""

    contact_id: str
    operator_id: str
    release_by: Instant
    since: Instant


class OperatorReleased(Event, type="sasayaki.routing.v1.OperatorReleased"):
    """The operator is ready again."""

    contact_id: str
    operator_id: str
    reason: ReleaseReason
    since: Instant


PoolEvent: TypeAlias = (
    OperatorPut
    | OperatorStateSet
    | ContactQueued
    | OfferMade
    | OfferAccepted
    | OfferDeclined
    | OfferLapsed
    | OfferWithdrawn
    | ContactAbandoned
    | ContactLeft
    | WrapUpStarted
    | OperatorReleased
)
PoolRecord: TypeAlias = Recorded[PoolEvent]

EVENTS: tuple[type[Event], ...] = (
    OperatorPut,
    OperatorStateSet,
    ContactQueued,
    OfferMade,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferWithdrawn,
    ContactAbandoned,
    ContactLeft,
    WrapUpStarted,
    OperatorReleased,
)
