"""Operators, waiting contacts and who was offered what: the stream `routing.pool`, keyed by pool id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/routing/v1/pool_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
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
    LEVEL_LOWER = "SKIP_REASON_LEVEL_LOWER"
    """Has the skills at a lower level than the one who was chosen."""
    RING_NOT_REACHED = "SKIP_REASON_RING_NOT_REACHED"
    """Stands in a ring that the contact has not reached yet: another team, or a level below what is asked for so far."""
    RESERVED = "SKIP_REASON_RESERVED"
    """Reserved for another contact, or the contact for another operator."""
    ASKED_BEFORE = "SKIP_REASON_ASKED_BEFORE"
    """Was asked for this contact before and did not answer."""


class OfferKind(OpenEnum):
    """What a contact waits for, or an operator is offered."""

    UNSPECIFIED = "OFFER_KIND_UNSPECIFIED"
    CONTACT = "OFFER_KIND_CONTACT"
    """A customer who waits."""
    CONSULT = "OFFER_KIND_CONSULT"
    """A colleague's question beside their customer."""
    CALLBACK = "OFFER_KIND_CALLBACK"
    """A customer who is to be called back: the operator is reserved, nothing rings yet."""


class TransferKind(OpenEnum):
    """How a transfer was made."""

    UNSPECIFIED = "TRANSFER_KIND_UNSPECIFIED"
    BLIND = "TRANSFER_KIND_BLIND"
    """The customer waits again, for another queue or operator."""
    WARM = "TRANSFER_KIND_WARM"
    """The operators spoke first."""


class CallbackFailure(OpenEnum):
    """Why a callback attempt came to nothing."""

    UNSPECIFIED = "CALLBACK_FAILURE_UNSPECIFIED"
    NO_ANSWER = "CALLBACK_FAILURE_NO_ANSWER"
    REFUSED = "CALLBACK_FAILURE_REFUSED"
    UNREACHABLE = "CALLBACK_FAILURE_UNREACHABLE"
    NOT_ALLOWED = "CALLBACK_FAILURE_NOT_ALLOWED"
    """No call out was allowed."""
    TOO_OLD = "CALLBACK_FAILURE_TOO_OLD"
    """Nobody was free for it until it was too old."""


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


class Ring(Message):
    """From how long a wait on who is asked: each ring adds to those before it."""

    after_ms: Uint32
    """Since the contact was queued. The first ring's is 0."""
    level_least: Uint32
    """Least level of every required skill in this ring."""
    team_ids: tuple[str, ...]
    """Teams that are asked in this ring; empty: any."""
    overflow: Bool
    """Whether reaching it is an overflow: the queue's own teams did not manage."""


class Candidate(Message):
    """An operator who could have been asked, and how they stood."""

    operator_id: str
    score: Int64
    """Higher is better: see docs/routing.md."""
    level: Uint32
    """Least level of the required skills."""
    idle_ms: Int64


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
    skill_levels: tuple[Uint32, ...]
    """Level of each skill, in the order of `skills`, 1 (learner) to 5 (expert); absent: 3 for all."""


class QueuePut(Event, type="sasayaki.routing.v1.QueuePut"):
    """A queue was made or its settings replaced. A queue that was never put asks everybody who is fit, at once."""

    queue_id: str
    rings: tuple[Ring, ...]
    tell_every_ms: Uint32
    """How often a waiting customer is told place and time; 0: never."""
    service_ms: Uint32
    """Answered within it counts for the service level."""
    raise_after_ms: Uint32
    """A contact that waits longer is put this much higher, once; 0: never."""
    callback_attempts_most: Uint32
    """Attempts of a callback, and the pause between them."""
    callback_pause_ms: Uint32
    label_ja: str | None = None
    """What people call it."""
    label_en: str | None = None


class RingReached(Event, type="sasayaki.routing.v1.RingReached"):
    """A waiting contact has come to a further ring: more operators are asked."""

    contact_id: str
    queue_id: str
    ring: Uint32
    """0, 1, 2 …"""
    overflow: Bool


class PriorityRaised(Event, type="sasayaki.routing.v1.PriorityRaised"):
    """A contact has waited so long that it goes before others."""

    contact_id: str
    priority: Uint32


class WaitTold(Event, type="sasayaki.routing.v1.WaitTold"):
    """A waiting customer is to be told where they stand."""

    contact_id: str
    queue_id: str
    position: Uint32
    """1: next."""
    wait_ms_estimate: Uint32 | None = None
    """Honest: from how long the last contacts of the queue waited, at least what was waited already; absent when not known."""
    next_at: Instant | None = None
    """When they are to be told again."""


class CallbackAsked(Event, type="sasayaki.routing.v1.CallbackAsked"):
    """A waiting customer wants to be called back and keeps the place in the queue."""

    contact_id: str
    queue_id: str
    number_sealed: str
    """Another number than the caller's, sealed; empty: the caller's."""
    call_by: Instant | None = None
    """Unless it is the customer's turn by then, the callback is given up. Absent: never."""


class CallbackDue(Event, type="sasayaki.routing.v1.CallbackDue"):
    """It is the turn of a callback: this operator is reserved and the customer is to be called."""

    contact_id: str
    operator_id: str
    attempt: Uint32
    respond_by: Instant
    """By when the customer must be with the operator, else the operator is free again."""
    considered: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


class CallbackPlaced(Event, type="sasayaki.routing.v1.CallbackPlaced"):
    """The customer who is called back has a new contact, which goes to the reserved operator."""

    contact_id: str
    new_contact_id: str
    operator_id: str


class CallbackFailed(Event, type="sasayaki.routing.v1.CallbackFailed"):
    """An attempt to call back came to nothing; the operator is ready again."""

    contact_id: str
    operator_id: str
    attempt: Uint32
    failure: CallbackFailure
    retry_at: Instant | None = None
    """When it is tried again; absent: given up."""
    since: Instant
    """Since when the operator is ready again."""


class CallbackDone(Event, type="sasayaki.routing.v1.CallbackDone"):
    """The customer who wanted to be called back talks with the operator: it is done."""

    contact_id: str
    new_contact_id: str


class ContactTransferred(Event, type="sasayaki.routing.v1.ContactTransferred"):
    """An operator gave a customer away. Blind: the contact waits again and the operator goes to wrap-up.
    Warm: the colleague who was consulted has the contact now.
    """

    contact_id: str
    operator_id: str
    kind: TransferKind
    queue_id: str
    """Where to: a queue, or an operator, who is then the only one asked."""
    to_operator_id: str
    required_skills: tuple[str, ...]
    since: Instant
    only_until: Instant | None = None
    """Blind, to an operator: until when nobody else is asked."""


class TransferRefused(Event, type="sasayaki.routing.v1.TransferRefused"):
    """An operator asked by the button of their phone for a transfer that cannot be: nothing changes, and the phone is to be told."""

    contact_id: str
    operator_id: str
    reason: str
    """UPPER_SNAKE: NOT_TALKING, NOT_CONSULTING, UNKNOWN_OPERATOR, SAME_OPERATOR, CLIENT_NOT_SERVED."""


class ConsultAsked(Event, type="sasayaki.routing.v1.ConsultAsked"):
    """An operator wants a colleague's word beside the customer: an operator, or whoever of a queue is free."""

    contact_id: str
    operator_id: str
    queue_id: str
    to_operator_id: str
    required_skills: tuple[str, ...]
    asked_at: Instant
    seek_until: Instant | None = None
    """Unless a colleague was asked by then, the consultation is over."""


class ConsultAccepted(Event, type="sasayaki.routing.v1.ConsultAccepted"):
    """The colleague talks with the operator."""

    offer_id: str
    contact_id: str
    operator_id: str
    since: Instant | None = None
    """Since when."""


class ConsultEnded(Event, type="sasayaki.routing.v1.ConsultEnded"):
    """The consultation is over without a transfer: the colleague is ready again, the operator has the customer."""

    contact_id: str
    operator_id: str
    """The colleague; empty when none had been found."""
    since: Instant


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
    only_operator_id: str | None = None
    """The only one who is asked: a callback's reserved operator, or a transfer to a person."""
    preferred_operator_id: str | None = None
    """Asked first as long as the first ring stands: for example the one whom the customer spoke with last."""
    previous_contact_id: str | None = None
    """The contact that is called back."""
    only_until: Instant | None = None
    """With the only one who is asked: until when nobody else is."""


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
    considered: tuple[Candidate, ...]
    """Those who were fit and ready, best first, the chosen one among them, 50 at most."""
    kind: OfferKind | None = None
    """Absent: CONTACT."""
    ring: Uint32 | None = None
    """The ring that the contact had reached."""


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
    | QueuePut
    | RingReached
    | PriorityRaised
    | WaitTold
    | CallbackAsked
    | CallbackDue
    | CallbackPlaced
    | CallbackFailed
    | CallbackDone
    | ContactTransferred
    | TransferRefused
    | ConsultAsked
    | ConsultAccepted
    | ConsultEnded
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
    QueuePut,
    RingReached,
    PriorityRaised,
    WaitTold,
    CallbackAsked,
    CallbackDue,
    CallbackPlaced,
    CallbackFailed,
    CallbackDone,
    ContactTransferred,
    TransferRefused,
    ConsultAsked,
    ConsultAccepted,
    ConsultEnded,
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
