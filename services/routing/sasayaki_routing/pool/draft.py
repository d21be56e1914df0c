"""A decision about a pool in the making."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sasayaki.routing.v1.pool_events import (
    CallbackDue,
    ConsultEnded,
    OfferKind,
    OfferMade,
    PoolEvent,
    RingReached,
)
from sasayaki_chassis.decider import Refused
from sasayaki_routing.matching.choice import Choice, best_contact, choose, only
from sasayaki_routing.pool.state.evolve import evolve
from sasayaki_routing.pool.state.states import (
    NOBODY_YET,
    Consulting,
    Operator,
    Pool,
    Reserved,
    Sought,
    ToCall,
    Waiting,
    search,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take."""

    offer_window: timedelta = timedelta(seconds=20)
    wrap_up: timedelta = timedelta(seconds=60)
    person: timedelta = timedelta(seconds=30)
    """Until when a customer who was given to one person waits for nobody else."""
    seek: timedelta = timedelta(seconds=60)
    """Until when a colleague is sought."""
    callback: timedelta = timedelta(seconds=55)
    """For how long an operator is reserved for a customer who is being called back."""
    callback_age: timedelta = timedelta(hours=24)
    """From the queueing: a callback that is older and waits for its turn is given up."""


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
        """Offers a contact that has just begun to wait, if anybody may be asked for it."""
        contact = self.pool.contacts.get(contact_id)
        wanted = contact and search(self.pool, contact)
        if wanted and (choice := choose(wanted, self.pool.operators.values(), self.now)):
            self._make(contact_id, choice)

    def match_operator(self, operator_id: str) -> None:
        """Offers a contact to an operator who has just become free, if any suits them."""
        operator = self.pool.operators[operator_id]
        if operator.ready_since is None:
            return
        waiting = (
            (contact_id, wanted)
            for contact_id, contact in self.pool.contacts.items()
            if (wanted := search(self.pool, contact))
        )
        contact_id = best_contact(operator_id, operator.profile, waiting)
        if contact_id is not None:
            self.match_contact(contact_id)

    def match_reserved(self, contact_id: str, operator_id: str) -> None:
        """Offers a customer who was called back to whom was kept free for them."""
        operator = self.pool.operators[operator_id]
        assert isinstance(operator.status, Reserved), f"{operator_id!r} is not reserved"
        wanted = search(self.pool, self.pool.contacts[contact_id])
        assert wanted, f"{contact_id!r} does not wait"
        idle = self.now - operator.status.ready_since
        self._make(contact_id, only(wanted, operator, idle))

    def seek_on(self, contact_id: str, operator_id: str) -> None:
        """Goes on for a contact for which this operator was asked in vain."""
        match self.pool.contacts.get(contact_id):
            case Waiting(wish=wish, progress=progress) if (
                progress.ring == NOBODY_YET and wish.only_operator_id == operator_id
            ):
                # Nobody is left waiting for a person who does not come.
                self.add(self.ring(contact_id, 0))
                self.match_contact(contact_id)
            case Consulting(consult=Sought(wish=wish)) if wish.only_operator_id == operator_id:
                self.add(ConsultEnded(contact_id=contact_id, operator_id="", since=self.now))
            case _:
                self.match_contact(contact_id)

    def match_all(self, contact_ids: Iterable[str], operator_ids: Iterable[str]) -> None:
        """Operators who have become free, each with whoever comes first, then the contacts."""
        for operator_id in operator_ids:
            self.match_operator(operator_id)
        for contact_id in contact_ids:
            self.match_contact(contact_id)

    def ring(self, contact_id: str, ring: int) -> RingReached:
        queue_id = self.pool.contacts[contact_id].wish.queue_id
        return RingReached(
            contact_id=contact_id,
            queue_id=queue_id,
            ring=ring,
            overflow=self.pool.queue(queue_id).rings[ring].overflow,
        )

    def _make(self, contact_id: str, choice: Choice) -> None:
        contact = self.pool.contacts[contact_id]
        if isinstance(contact, ToCall):
            self.add(
                CallbackDue(
                    contact_id=contact_id,
                    operator_id=choice.operator_id,
                    attempt=contact.attempt + 1,
                    respond_by=self.now + self.limits.callback,
                    considered=choice.considered,
                    skipped=choice.skipped,
                )
            )
            return
        consult = isinstance(contact, Consulting)
        self.add(
            OfferMade(
                offer_id=f"ofr_{contact_id.removeprefix('con_')}_{contact.asked.offers + 1}",
                contact_id=contact_id,
                operator_id=choice.operator_id,
                respond_by=self.now + self.limits.offer_window,
                idle_ms=choice.idle_ms,
                skipped=choice.skipped,
                considered=choice.considered,
                kind=OfferKind.CONSULT if consult else OfferKind.CONTACT,
                ring=max(0, contact.progress.ring),
            )
        )
