"""Which operator for which contact, and why not the others.

Every operator who may be asked gets a score; the highest is asked. The score is the time for which
they have been idle, plus a minute's worth for each level of the required skills; it is far higher
for whom the customer prefers and far lower for who was asked for this contact before in vain. So
without levels it is the longest idle, and an expert is not asked for ever before a learner who has
been waiting for work. Of the contacts, the one of highest priority comes first, then one that
prefers the operator, then the one that waits longest. Ties go to the smaller id, so that a decision
never depends on the order of a mapping. Each function is one pass over its arguments.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import NamedTuple, Protocol

from sasayaki.routing.v1.pool_events import Candidate, Skipped, SkipReason
from sasayaki_routing.matching.fit import Profile, Search

CONSIDERED_MOST = 50
SKIPPED_MOST = 50
"""Operators named in an explanation."""
LEVEL_SCORE = 60_000
"""What a level is worth, in milliseconds of idleness: see docs/routing.md."""
PREFERRED_SCORE = 1_000_000_000_000
"""Some thirty years of idleness."""
MISSED_SCORE = -10_000_000_000
"""Some four months."""
DAY_MS = 86_400_000


class Person(Protocol):
    """An operator as matching sees one; `ready_since` is None for one who can't be asked."""

    @property
    def operator_id(self) -> str: ...

    @property
    def profile(self) -> Profile: ...

    @property
    def ready_since(self) -> datetime | None: ...


class Scored(NamedTuple):
    """An operator who may be asked, and how they stand; smaller comes first."""

    behind: int
    """The score below nought."""
    operator_id: str
    level: int
    idle_ms: int
    preferred: bool
    missed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked, and why not the others."""

    operator_id: str
    idle_ms: int
    considered: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


def score(search: Search, operator_id: str, profile: Profile, idle: timedelta) -> Scored:
    """How an operator stands who may be asked for this search."""
    level = profile.level(search.wish.skills)
    idle_ms = milliseconds(idle)
    preferred, missed = search.prefers(operator_id), operator_id in search.missed
    total = (
        idle_ms
        + level * LEVEL_SCORE
        + (PREFERRED_SCORE if preferred else 0)
        + (MISSED_SCORE if missed else 0)
    )
    return Scored(-total, operator_id, level, idle_ms, preferred, missed)


def choose(search: Search, people: Iterable[Person], now: datetime) -> Choice | None:
    """The operator whom a contact is to be offered to, or None while nobody may be asked."""
    fit: list[Scored] = []
    unfit: list[tuple[datetime, str, SkipReason]] = []
    absent: list[str] = []
    for person in people:
        if (since := person.ready_since) is None:
            absent.append(person.operator_id)
        elif reason := search.skips(person.operator_id, person.profile):
            unfit.append((since, person.operator_id, reason))
        else:
            fit.append(score(search, person.operator_id, person.profile, now - since))
    if not fit:
        return None
    named = nsmallest(max(CONSIDERED_MOST, SKIPPED_MOST + 1), fit)
    best = named[0]
    return Choice(
        operator_id=best.operator_id,
        idle_ms=best.idle_ms,
        considered=tuple(_candidate(one) for one in named[:CONSIDERED_MOST]),
        skipped=tuple(_skipped(best, named[1:], unfit, absent)),
    )


def only(search: Search, person: Person, idle: timedelta) -> Choice:
    """The choice of somebody who was kept free for this very contact."""
    best = score(search, person.operator_id, person.profile, idle)
    return Choice(best.operator_id, best.idle_ms, (_candidate(best),), ())


def best_contact(
    operator_id: str, profile: Profile, waiting: Iterable[tuple[str, Search]]
) -> str | None:
    """The waiting contact that an operator who has become ready is to be offered."""
    best = min(
        (
            (-search.wish.priority, not search.prefers(operator_id), search.wish.queued_at, key)
            for key, search in waiting
            if search.skips(operator_id, profile) is None
        ),
        default=None,
    )
    return best[3] if best else None


def milliseconds(span: timedelta) -> int:
    """Whole milliseconds; a clock that was set back gives none."""
    # Several times as fast as dividing by a timedelta: it is asked of every operator.
    return max(0, span.days * DAY_MS + span.seconds * 1_000 + span.microseconds // 1_000)


def _skipped(
    best: Scored,
    others: list[Scored],
    unfit: list[tuple[datetime, str, SkipReason]],
    absent: list[str],
) -> list[Skipped]:
    """Those who might have been asked first: they are whom somebody asks about."""
    named = [_not_chosen(one.operator_id, _why(best, one)) for one in others[:SKIPPED_MOST]]
    for _, operator_id, reason in nsmallest(SKIPPED_MOST - len(named), unfit):
        named.append(_not_chosen(operator_id, reason))
    rest = nsmallest(SKIPPED_MOST - len(named), absent)
    named.extend(_not_chosen(operator_id, SkipReason.NOT_READY) for operator_id in rest)
    return named


def _candidate(one: Scored) -> Candidate:
    # Nothing here comes from outside, and there may be fifty: checking them takes half a decision.
    return Candidate.model_construct(
        operator_id=one.operator_id, score=-one.behind, level=one.level, idle_ms=one.idle_ms
    )


def _not_chosen(operator_id: str, reason: SkipReason) -> Skipped:
    return Skipped.model_construct(operator_id=operator_id, reason=reason)


def _why(best: Scored, one: Scored) -> SkipReason:
    if one.missed and not best.missed:
        return SkipReason.ASKED_BEFORE
    if best.preferred:
        return SkipReason.RESERVED
    if one.level < best.level and one.idle_ms >= best.idle_ms:
        return SkipReason.LEVEL_LOWER
    return SkipReason.IDLE_SHORTER
