"""Who can serve whom: profiles with levels, wishes, and the rings by which a wish widens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sasayaki.routing.v1.pool_events import SkipReason

LEVEL_USUAL = 3
"""Of a skill for which no level was given."""
LEVEL_MOST = 5

_UNSKILLED = SkipReason.SKILL_MISSING


@dataclass(frozen=True, slots=True)
class Profile:
    """What an operator can do, how well, and for whom."""

    team_id: str
    levels: Mapping[str, int]
    client_ids: frozenset[str]

    def level(self, skills: frozenset[str]) -> int:
        """The least level of these skills; 0 when none is asked for."""
        if not skills:
            return 0
        # A loop, for this is asked of every operator in every decision.
        least = LEVEL_MOST
        for skill in skills:
            level = self.levels.get(skill, 0)
            least = min(level, least)
        return least


@dataclass(frozen=True, slots=True)
class Ring:
    """Whom a queue asks from `after` on, besides those before; no team named: any team."""

    after: timedelta = timedelta(0)
    level_least: int = 0
    team_ids: frozenset[str] = frozenset()
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue's settings; those of one that was never put: everybody at once, nobody is told."""

    rings: tuple[Ring, ...] = (Ring(),)
    tell_every: timedelta = timedelta(0)
    raise_after: timedelta = timedelta(0)
    callback_attempts_most: int = 3
    callback_pause: timedelta = timedelta(minutes=10)
    label_ja: str = ""
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a contact needs, and its place in the order."""

    client_id: str
    queue_id: str
    skills: frozenset[str]
    priority: int
    queued_at: datetime
    only_operator_id: str = ""
    preferred_operator_id: str = ""

    @property
    def rank(self) -> tuple[int, datetime]:
        """Smaller comes first."""
        return -self.priority, self.queued_at


@dataclass(frozen=True, slots=True)
class Search:
    """A wish as far as it has widened: who is asked at this moment.

    `only`: nobody but the wish's only operator. `missed`: who was asked before in vain, or gave
    the customer away; they come last.
    """

    wish: Wish
    rings: tuple[Ring, ...] = (Ring(),)
    first_ring: bool = True
    only: bool = False
    missed: frozenset[str] = field(default_factory=frozenset)

    def skips(self, operator_id: str, profile: Profile) -> SkipReason | None:
        """Why this operator can't be asked now however idle they are, or None."""
        standing = self.standing(operator_id, profile)
        return None if isinstance(standing, int) else standing

    def standing(self, operator_id: str, profile: Profile) -> int | SkipReason:
        """The operator's least level of the skills asked for, or why they can't be asked now."""
        # One pass without further calls: it is asked of every operator in every decision.
        wish = self.wish
        if self.only:
            return self._standing_of_the_only_one(operator_id, profile)
        if wish.client_id not in profile.client_ids:
            return SkipReason.CLIENT_NOT_SERVED
        level, levels = (LEVEL_MOST if wish.skills else 0), profile.levels
        for skill in wish.skills:
            known = levels.get(skill)
            if known is None:
                return _UNSKILLED
            level = min(level, known)
        for ring in self.rings:
            if ring.team_ids and profile.team_id not in ring.team_ids:
                continue
            if level >= ring.level_least or not wish.skills:
                return level
        return SkipReason.RING_NOT_REACHED

    def _standing_of_the_only_one(self, operator_id: str, profile: Profile) -> int | SkipReason:
        if operator_id != self.wish.only_operator_id:
            return SkipReason.RESERVED
        # Who was named by a colleague is asked whatever they have learnt.
        if (reason := unfit(self.wish, profile)) and reason is not _UNSKILLED:
            return reason
        return profile.level(self.wish.skills)

    def prefers(self, operator_id: str) -> bool:
        return self.first_ring and operator_id == self.wish.preferred_operator_id


def unfit(wish: Wish, profile: Profile) -> SkipReason | None:
    """Why an operator can't serve a contact whatever ring is reached, or None."""
    if wish.client_id not in profile.client_ids:
        return SkipReason.CLIENT_NOT_SERVED
    if not wish.skills <= profile.levels.keys():
        return SkipReason.SKILL_MISSING
    return None
