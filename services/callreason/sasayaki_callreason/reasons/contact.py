"""What is known of one contact for the reasons' figures, however its records come.

The topics come in no common order, and a record may come twice. So everything here is either the
first or last of its kind by a number that its writer gave, or a set: any order of the same
records, with any of them repeated, comes to the same.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

Said: TypeAlias = tuple[int, str]
"""A reason, behind the number of the record in its stream."""
NOTHING_SAID: Said = (0, "")


@dataclass(slots=True)
class Contact:
    """One contact; instants of what has not happened are None."""

    contact_id: str
    tenant_id: str = ""
    client_id: str = ""
    came_at: datetime | None = None
    """The call's arrival."""
    opened_at: datetime | None = None
    """The enquiry's beginning: instead of the arrival as long as that is not known."""
    ended_at: datetime | None = None
    stated: Said = NOTHING_SAID
    confirmed: Said = NOTHING_SAID
    talks: dict[str, datetime] = field(default_factory=dict)
    """Since when each operator's leg has talked."""
    legs_ended: dict[str, datetime] = field(default_factory=dict)
    wrap_ups: frozenset[tuple[str, datetime]] = frozenset()
    """Operators, and since when they wrap up."""
    releases: frozenset[tuple[str, datetime]] = frozenset()

    @property
    def arrived_at(self) -> datetime | None:
        return self.came_at or self.opened_at

    @property
    def reason_id(self) -> str:
        """The last known one: what was confirmed outweighs what was stated."""
        return self.confirmed[1] or self.stated[1]

    @property
    def is_handled(self) -> bool:
        """An operator talked with the customer, and every talk is over."""
        return bool(self.talks) and all(self._talk_end(leg_id) for leg_id in self.talks)

    @property
    def workload(self) -> timedelta:
        """Talk, hold and wrap-up of every operator, of what is over.

        A talk lasts as long as the operator's leg, so a hold lies within it; the leg of a
        colleague who was asked counts too, because it is work.
        """
        total = timedelta()
        for leg_id, since in self.talks.items():
            if (until := self._talk_end(leg_id)) is not None:
                total += max(timedelta(), until - since)
        for operator_id, since in self.wrap_ups:
            ends = [at for who, at in self.releases if who == operator_id and at >= since]
            if ends:
                total += min(ends) - since
        return total

    def _talk_end(self, leg_id: str) -> datetime | None:
        return self.legs_ended.get(leg_id) or self.ended_at


def earlier(known: datetime | None, told: datetime) -> datetime:
    return told if known is None else min(known, told)
