"""A pool as its events have left it: operators, queues, the contacts with them and without.

Everything is frozen and every mapping is replaced, never changed: a batch of decisions is made on
a copy that is dropped when the batch is void. Copying a mapping of a thousand takes microseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from sasayaki.routing.v1.pool_events import OfferKind
from sasayaki_routing.matching.fit import Profile, Queue, Search, Wish
from sasayaki_routing.pool.state.departed import Departed

MISSED = "missed"
"""Why an operator is away whose phone was not picked up."""
NOBODY_YET = -1
"""The ring before the first: only the wish's only operator is asked, or nobody."""
WAITS_KEPT = 20
"""Waits of a queue from which the next is estimated."""


@dataclass(frozen=True, slots=True)
class Off:
    """Logged out."""

    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """At work, but not to be asked."""

    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Waits for a contact."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Ringing:
    """Reserved for one contact; ready since `ready_since` if that comes to nothing."""

    offer_id: str
    contact_id: str
    since: datetime
    respond_by: datetime
    ready_since: datetime
    kind: OfferKind = OfferKind.CONTACT


@dataclass(frozen=True, slots=True)
class Reserved:
    """Keeps free for a customer who is being called back."""

    contact_id: str
    since: datetime
    respond_by: datetime
    ready_since: datetime


@dataclass(frozen=True, slots=True)
class Talking:
    """With a customer, or beside a colleague who is."""

    offer_id: str
    contact_id: str
    since: datetime
    kind: OfferKind = OfferKind.CONTACT


@dataclass(frozen=True, slots=True)
class WrappingUp:
    """Finishes a contact that is over, or another's."""

    contact_id: str
    client_id: str
    since: datetime
    release_by: datetime


Status: TypeAlias = Off | Away | Ready | Ringing | Reserved | Talking | WrappingUp


@dataclass(frozen=True, slots=True)
class Operator:
    """One person of the pool."""

    operator_id: str
    profile: Profile
    status: Status = Off()

    @property
    def ready_since(self) -> datetime | None:
        return self.status.since if isinstance(self.status, Ready) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """The offers of one contact so far: how many, and the last one to each operator.

    `missed`: who was asked in vain, or gave the customer away; they come last. `gave`: who gave
    the customer away and was not asked since.
    """

    offers: int = 0
    last: Mapping[str, str] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()
    gave: frozenset[str] = frozenset()

    def plus(self, operator_id: str, offer_id: str) -> "Asked":
        return replace(
            self,
            offers=self.offers + 1,
            last={**self.last, operator_id: offer_id},
            gave=self.gave - {operator_id},
        )

    def in_vain(self, operator_id: str) -> "Asked":
        return replace(self, missed=self.missed | {operator_id})

    def given_away(self, operator_id: str) -> "Asked":
        return replace(self.in_vain(operator_id), gave=self.gave | {operator_id})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wait has come: since when it is counted, which ring, who is told when.

    `only_until`: until when only the wish's only operator is asked, or nobody.
    `tell_at`: None until the customer is told for the first time. `call_by`: when a callback that
    still waits for its turn is given up.
    """

    since: datetime
    ring: int = 0
    raised: bool = False
    only_until: datetime | None = None
    tell_at: datetime | None = None
    call_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contact that nobody is asked for."""

    wish: Wish
    progress: Progress
    asked: Asked = Asked()


@dataclass(frozen=True, slots=True)
class Offered:
    """A contact for which an operator's phone rings."""

    wish: Wish
    progress: Progress
    asked: Asked
    operator_id: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A contact that talks with an operator."""

    wish: Wish
    progress: Progress
    asked: Asked
    operator_id: str


@dataclass(frozen=True, slots=True)
class Sought:
    """A colleague is wanted and nobody is asked."""

    wish: Wish
    until: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """A colleague's phone rings."""

    wish: Wish
    until: datetime
    operator_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A colleague talks with the operator."""

    wish: Wish
    operator_id: str


Consult: TypeAlias = Sought | Called | Joined


@dataclass(frozen=True, slots=True)
class Consulting:
    """A contact whose operator asks a colleague, while the customer is on hold or listens."""

    wish: Wish
    progress: Progress
    asked: Asked
    operator_id: str
    consult: Consult


@dataclass(frozen=True, slots=True)
class HangingUp:
    """Wants to be called back and is still on the line."""

    wish: Wish
    progress: Progress
    asked: Asked


@dataclass(frozen=True, slots=True)
class ToCall:
    """Is to be called back, and keeps the place in the order; `attempt`: made so far."""

    wish: Wish
    progress: Progress
    asked: Asked
    attempt: int


@dataclass(frozen=True, slots=True)
class Calling:
    """Is being called back for an operator who is reserved; `new_contact_id` once it is known."""

    wish: Wish
    progress: Progress
    asked: Asked
    attempt: int
    operator_id: str
    new_contact_id: str = ""


@dataclass(frozen=True, slots=True)
class CalledBack:
    """Has been reached: the new contact waits in its place."""

    wish: Wish
    progress: Progress
    asked: Asked
    attempt: int
    new_contact_id: str


Contact: TypeAlias = (
    Waiting | Offered | Taken | Consulting | HangingUp | ToCall | Calling | CalledBack
)


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody and everything.

    `due`: by operator or contact, when time ends or changes something. `waits`: by queue, how long
    the last answered contacts waited, milliseconds. `recalls`: by new contact, whom it calls back.
    """

    operators: Mapping[str, Operator] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    waits: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    recalls: Mapping[str, str] = field(default_factory=dict)
    departed: Departed = field(default_factory=Departed)

    def queue(self, queue_id: str) -> Queue:
        return self.queues.get(queue_id, PLAIN)

    def keeper(self, contact_id: str) -> str:
        """The operator who is kept free for a customer who is called back, or nobody."""
        match self.contacts.get(contact_id):
            case Calling(operator_id=operator_id):
                return operator_id
            case _:
                return ""

    def ready_since(self, operator_id: str) -> datetime | None:
        """Since when an operator is ready, or was when they were reserved."""
        operator = self.operators.get(operator_id)
        match operator.status if operator else None:
            case Ready(since=since) | Reserved(ready_since=since):
                return since
            case _:
                return None


PLAIN = Queue()
"""A queue that was never put."""


def search(pool: Pool, contact: Contact) -> Search | None:
    """Who may be asked for a contact at this moment; None: it does not wait for anybody."""
    match contact:
        case Waiting(wish=wish, progress=progress) | ToCall(wish=wish, progress=progress):
            only = progress.ring == NOBODY_YET
            if only and not wish.only_operator_id:
                return None
            return Search(
                wish=wish,
                rings=pool.queue(wish.queue_id).rings[: max(0, progress.ring) + 1],
                first_ring=progress.ring <= 0,
                only=only,
                missed=contact.asked.missed,
            )
        case Consulting(consult=Sought(wish=wish)):
            only = bool(wish.only_operator_id)
            return Search(wish=wish, only=only, missed=contact.asked.missed)
        case _:
            return None


def colleague(pool: Pool, contact_id: str, operator_id: str) -> str:
    """With whom an operator consults about a contact, or nobody."""
    match pool.contacts.get(contact_id):
        case Consulting(
            operator_id=first, consult=Called(operator_id=other) | Joined(operator_id=other)
        ):
            return other if operator_id == first else first
        case _:
            return ""
