"""Events and commands of a pool as the tests of it tell stories."""

from datetime import datetime, timedelta

from tests.harness.specification import NOON

from sasayaki.routing.v1.pool_events import (
    Candidate,
    ContactAbandoned,
    ContactQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferKind,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    OperatorPut,
    OperatorReleased,
    OperatorState,
    OperatorStateSet,
    ReleaseReason,
    Skipped,
    SkipReason,
    WrapUpStarted,
)
from sasayaki_routing.matching.choice import LEVEL_SCORE, MISSED_SCORE
from sasayaki_routing.pool.commands import (
    QueueContact,
)

WINDOW = timedelta(seconds=20)
WRAP_UP = timedelta(seconds=60)
MORI, ABE = "usr_mori", "usr_abe"


def s(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def put(operator_id: str = MORI, *skills: str, client: str = "cli_acme") -> OperatorPut:
    return OperatorPut(
        operator_id=operator_id,
        team_id="team_a",
        skills=skills,
        client_ids=(client,),
        skill_levels=(),
    )


def ready(operator_id: str = MORI, since: datetime = NOON) -> OperatorStateSet:
    return OperatorStateSet(
        operator_id=operator_id, state=OperatorState.READY, reason="", since=since
    )


def away(operator_id: str = MORI, reason: str = "lunch") -> OperatorStateSet:
    return OperatorStateSet(
        operator_id=operator_id, state=OperatorState.AWAY, reason=reason, since=NOON
    )


def queued(
    contact_id: str = "con_1", at: datetime = NOON, priority: int = 3, *skills: str
) -> ContactQueued:
    return ContactQueued(
        contact_id=contact_id,
        client_id="cli_acme",
        queue_id="que_claims",
        required_skills=skills,
        priority=priority,
        queued_at=at,
    )


def queue(contact_id: str = "con_1", *skills: str, client: str = "cli_acme") -> QueueContact:
    return QueueContact(
        contact_id=contact_id,
        client_id=client,
        queue_id="que_claims",
        required_skills=skills,
        priority=3,
    )


def made(
    contact_id: str = "con_1",
    operator_id: str = MORI,
    at: datetime = NOON,
    *,
    nth: int = 1,
    idle_s: float = 0,
    skipped: tuple[Skipped, ...] = (),
    level: int = 0,
    missed: bool = False,
    others: tuple[Candidate, ...] = (),
) -> OfferMade:
    """An offer to the best of those who could have been asked: the operator, then `others`."""
    idle_ms = int(idle_s * 1000)
    return OfferMade(
        offer_id=offer_id(contact_id, nth),
        contact_id=contact_id,
        operator_id=operator_id,
        respond_by=at + WINDOW,
        idle_ms=idle_ms,
        skipped=skipped,
        considered=(candidate(operator_id, idle_ms, level, missed=missed), *others),
        kind=OfferKind.CONTACT,
        ring=0,
    )


def candidate(operator_id: str, idle_ms: int, level: int = 0, *, missed: bool = False) -> Candidate:
    score = idle_ms + level * LEVEL_SCORE + (MISSED_SCORE if missed else 0)
    return Candidate(operator_id=operator_id, score=score, level=level, idle_ms=idle_ms)


def offer_id(contact_id: str, nth: int = 1) -> str:
    return f"ofr_{contact_id.removeprefix('con_')}_{nth}"


def lapsed(contact_id: str = "con_1", operator_id: str = MORI) -> OfferLapsed:
    return OfferLapsed(
        offer_id=offer_id(contact_id), contact_id=contact_id, operator_id=operator_id
    )


def withdrawn(contact_id: str = "con_1", operator_id: str = MORI, nth: int = 1) -> OfferWithdrawn:
    return OfferWithdrawn(
        offer_id=offer_id(contact_id, nth), contact_id=contact_id, operator_id=operator_id
    )


def declined(
    at: datetime, contact_id: str = "con_1", failure: OfferFailure = OfferFailure.REFUSED
) -> OfferDeclined:
    return OfferDeclined(
        offer_id=offer_id(contact_id),
        contact_id=contact_id,
        operator_id=MORI,
        failure=failure,
        since=at,
    )


def accepted(
    contact_id: str = "con_1", operator_id: str = MORI, *, waited_s: float = 0
) -> OfferAccepted:
    return OfferAccepted(
        offer_id=offer_id(contact_id),
        contact_id=contact_id,
        operator_id=operator_id,
        waited_ms=int(waited_s * 1000),
    )


def abandoned(contact_id: str = "con_1", *, waited_s: float) -> ContactAbandoned:
    return ContactAbandoned(
        contact_id=contact_id, queue_id="que_claims", waited_ms=int(waited_s * 1000)
    )


def wrapping_up(at: datetime, contact_id: str = "con_1") -> WrapUpStarted:
    return WrapUpStarted(contact_id=contact_id, operator_id=MORI, release_by=at + WRAP_UP, since=at)


def released(
    at: datetime, contact_id: str = "con_1", reason: ReleaseReason = ReleaseReason.COMPLETED
) -> OperatorReleased:
    return OperatorReleased(contact_id=contact_id, operator_id=MORI, reason=reason, since=at)


def skip(operator_id: str, reason: SkipReason) -> tuple[Skipped, ...]:
    return (Skipped(operator_id=operator_id, reason=reason),)


NOT_READY = SkipReason.NOT_READY
RINGING = (put(), ready(), queued(at=s(1)), made(at=s(1), idle_s=1))
TALKING = (*RINGING, accepted(waited_s=4))
IN_WRAP_UP = (*TALKING, wrapping_up(s(100)))
