"""Which operator for which contact, and why not the others.

The longest idle operator among those who are ready, have the skills and serve the client company;
the contact of highest priority, then the one that waits longest. Ties go to the smaller id, so that
a decision never depends on the order of a mapping. Each function is one pass over its arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sasayaki.routing.v1.pool_events import Skipped, SkipReason

SKIPPED_MOST = 50
"""Operators named in an explanation."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an operator can do and for whom."""

    team_id: str
    skills: frozenset[str]
    client_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a contact needs, and its place in the order."""

    client_id: str
    queue_id: str
    skills: frozenset[str]
    priority: int
    queued_at: datetime

    @property
    def rank(self) -> tuple[int, datetime]:
        """Smaller comes first."""
        return -self.priority, self.queued_at


class Candidate(Protocol):
    """An operator as matching sees one; `ready_since` is None for one who can't be asked."""

    @property
    def operator_id(self) -> str: ...

    @property
    def profile(self) -> Profile: ...

    @property
    def ready_since(self) -> datetime | None: ...


def unfit(wish: Wish, profile: Profile) -> SkipReason | None:
    """Why an operator can't serve a contact however idle they are, or None."""
    if wish.client_id not in profile.client_ids:
        return SkipReason.CLIENT_NOT_SERVED
    if not wish.skills <= profile.skills:
        return SkipReason.SKILL_MISSING
    return None


def best_operator(wish: Wish, candidates: Iterable[Candidate]) -> str | None:
    """The operator whom a contact is to be offered to."""
    fit = (
        (since, candidate.operator_id)
        for candidate in candidates
        if (since := candidate.ready_since) is not None and unfit(wish, candidate.profile) is None
    )
    best = min(fit, default=None)
    return best[1] if best else None


def best_contact(profile: Profile, waiting: Iterable[tuple[str, Wish]]) -> str | None:
    """The waiting contact that an operator who has become ready is to be offered."""
    fit = ((*wish.rank, contact_id) for contact_id, wish in waiting if unfit(wish, profile) is None)
    best = min(fit, default=None)
    return best[2] if best else None


def explain(wish: Wish, chosen_id: str, candidates: Iterable[Candidate]) -> tuple[Skipped, ...]:
    """The operators who were not chosen and why, `SKIPPED_MOST` at most.

    Those who were ready come first, longest idle before the others: they are whom somebody asks
    about. The rest follow by id.
    """
    ready: list[tuple[datetime, str, SkipReason]] = []
    others: list[str] = []
    for candidate in candidates:
        if candidate.operator_id == chosen_id:
            continue
        if (since := candidate.ready_since) is None:
            others.append(candidate.operator_id)
        else:
            reason = unfit(wish, candidate.profile) or SkipReason.IDLE_SHORTER
            ready.append((since, candidate.operator_id, reason))
    named = [Skipped(operator_id=name, reason=why) for _, name, why in sorted(ready)[:SKIPPED_MOST]]
    rest = sorted(others)[: SKIPPED_MOST - len(named)]
    named.extend(Skipped(operator_id=name, reason=SkipReason.NOT_READY) for name in rest)
    return tuple(named)
