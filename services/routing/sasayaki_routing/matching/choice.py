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
from functools import lru_cache
from heapq import nsmallest
from typing import Protocol, TypeAlias

from sasayaki.routing.v1.pool_events import Candidate, Skipped, SkipReason
from sasayaki_routing.matching.fit import Profile, Search

CONSIDERED_MOST = 20
SKIPPED_MOST = 50
"""Operators named in an explanation."""
LEVEL_SCORE = 60_000
"""What a level is worth, in milliseconds of idleness: see docs/routing.md."""
PREFERRED_SCORE = 1_000_000_000_000
"""Some thirty years of idleness."""
MISSED_SCORE = -10_000_000_000
"""Some four months."""
DAY_MS = 86_400_000
SKIPS_KEPT = 16_384
"""An operator with a reason each, so that fifty of them need not be made for each decision."""


class Person(Protocol):
    """An operator as matching sees one; `ready_since` is None for one who can't be asked."""

    @property
    def operator_id(self) -> str: ...

    @property
    def profile(self) -> Profile: ...

    @property
    def ready_since(self) -> datetime | None: ...


Scored: TypeAlias = tuple[int, str, int, int]
"""The score below nought, operator, level and milliseconds idle: smaller comes first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked, and why not the others."""

    operator_id: str
    idle_ms: int
    considered: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


def score(search: Search, operator_id: str, level: int, idle: timedelta) -> Scored:
    """How an operator stands who may be asked for this search."""
    idle_ms = milliseconds(idle)
    behind = -idle_ms - level * LEVEL_SCORE
    if search.prefers(operator_id):
        behind -= PREFERRED_SCORE
    if operator_id in search.missed:
        behind -= MISSED_SCORE
    return behind, operator_id, level, idle_ms


def choose(search: Search, people: Iterable[Person], now: datetime) -> Choice | None:
    """The operator whom a contact is to be offered to, or None while nobody may be asked."""
    fit: list[Scored] = []
    unfit: list[tuple[datetime, str, SkipReason]] = []
    absent: list[str] = []
    for person in people:
        if (since := person.ready_since) is None:
            absent.append(person.operator_id)
            continue
        standing = search.standing(person.operator_id, person.profile)
        if isinstance(standing, int):
            fit.append(score(search, person.operator_id, standing, now - since))
        else:
            unfit.append((since, person.operator_id, standing))
    if not fit:
        return None
    named = nsmallest(max(CONSIDERED_MOST, SKIPPED_MOST + 1), fit)
    best = named[0]
    return Choice(
        operator_id=best[1],
        idle_ms=best[3],
        considered=tuple(_candidate(one) for one in named[:CONSIDERED_MOST]),
        skipped=tuple(_skipped(search, named, unfit, absent)),
    )


def only(search: Search, person: Person, idle: timedelta) -> Choice:
    """The choice of somebody who was kept free for this very contact."""
    level = person.profile.level(search.wish.skills)
    best = score(search, person.operator_id, level, idle)
    return Choice(best[1], best[3], (_candidate(best),), ())


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
    search: Search,
    named: list[Scored],
    unfit: list[tuple[datetime, str, SkipReason]],
    absent: list[str],
) -> list[Skipped]:
    """Those who might have been asked first: they are whom somebody asks about."""
    best, others = named[0], named[1 : SKIPPED_MOST + 1]
    skipped = [_not_chosen(one[1], _why(search, best, one)) for one in others]
    for _, operator_id, reason in nsmallest(SKIPPED_MOST - len(skipped), unfit):
        skipped.append(_not_chosen(operator_id, reason))
    rest = nsmallest(SKIPPED_MOST - len(skipped), absent)
    skipped.extend(_not_chosen(operator_id, SkipReason.NOT_READY) for operator_id in rest)
    return skipped


def _candidate(one: Scored) -> Candidate:
    # Nothing here comes from outside: checking it would take half a decision.
    behind, operator_id, level, idle_ms = one
    return Candidate.model_construct(
        operator_id=operator_id, score=-behind, level=level, idle_ms=idle_ms
    )


@lru_cache(SKIPS_KEPT)
def _not_chosen(operator_id: str, reason: SkipReason) -> Skipped:
    # Frozen, so that all decisions may share one: they name the same operators again and again.
    return Skipped.model_construct(operator_id=operator_id, reason=reason)


def _why(search: Search, best: Scored, one: Scored) -> SkipReason:
    _, best_id, best_level, best_idle_ms = best
    _, one_id, level, idle_ms = one
    if one_id in search.missed and best_id not in search.missed:
        return SkipReason.ASKED_BEFORE
    if search.prefers(best_id):
        return SkipReason.RESERVED
    if level < best_level and idle_ms >= best_idle_ms:
        return SkipReason.LEVEL_LOWER
    return SkipReason.IDLE_SHORTER
