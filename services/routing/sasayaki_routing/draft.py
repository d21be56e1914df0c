"""A decision about a pool in the making."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sasayaki.routing.v1.pool_events import OfferMade, PoolEvent
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching import best_contact, best_operator, explain
from sasayaki_routing.pool_state import Operator, Pool, Waiting, evolve


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take."""

    offer_window: timedelta = timedelta(seconds=20)
    wrap_up: timedelta = timedelta(seconds=60)


class Draft:
    """A decision in the making: the events so far and the pool after them."""

    def __init__(self, pool: Pool, limits: Limits, now: datetime) -> None:
        self.pool = pool
        self.limits = limits
        self.now = now
        self.events: list[PoolEvent] = []

    def add(self, event: PoolEvent) -> None:
        self.pool = evolve(self.pool, event)
        self.events.append(event)

    def operator(self, operator_id: str) -> Operator:
        if operator := self.pool.operators.get(operator_id):
            return operator
        raise Refused("UNKNOWN_OPERATOR", f"no operator {operator_id!r} in this pool")

    def match_contact(self, contact_id: str) -> None:
        """Offers a contact that has just begun to wait, if anybody is ready for it."""
        match self.pool.contacts.get(contact_id):
            case Waiting(wish=wish):
                operator_id = best_operator(wish, self.pool.operators.values())
                if operator_id is not None:
                    self._offer(contact_id, operator_id)
            case _:
                return

    def match_operator(self, operator_id: str) -> None:
        """Offers a contact to an operator who has just become free, if any suits them."""
        operator = self.pool.operators[operator_id]
        if operator.ready_since is None:
            return
        waiting = ((key, c.wish) for key, c in self.pool.contacts.items() if isinstance(c, Waiting))
        contact_id = best_contact(operator.profile, waiting)
        if contact_id is not None:
            self._offer(contact_id, operator_id)

    def _offer(self, contact_id: str, operator_id: str) -> None:
        contact = self.pool.contacts[contact_id]
        ready_since = self.pool.operators[operator_id].ready_since
        assert ready_since is not None, f"{operator_id!r} was chosen and is not ready"
        self.add(
            OfferMade(
                offer_id=f"ofr_{contact_id.removeprefix('con_')}_{contact.asked.offers + 1}",
                contact_id=contact_id,
                operator_id=operator_id,
                respond_by=self.now + self.limits.offer_window,
                idle_ms=milliseconds(self.now - ready_since),
                skipped=explain(contact.wish, operator_id, self.pool.operators.values()),
            )
        )


def milliseconds(span: timedelta) -> int:
    """Whole milliseconds; a clock that was set back gives none."""
    return max(0, span // timedelta(milliseconds=1))
