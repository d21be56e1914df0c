"""What routing counts: waiting times and outcomes as they happen, and how many there are now."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDone,
    CallbackFailed,
    ContactAbandoned,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    RingReached,
    TransferRefused,
)
from sasayaki_routing.desk.desk import Desks, desk
from sasayaki_routing.pool.state.states import (
    CalledBack,
    Calling,
    Consulting,
    HangingUp,
    Offered,
    Taken,
    ToCall,
    Waiting,
)

WAIT_BUCKETS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Seconds; service levels are promised at 10, 15, 20 or 30."""

WAIT = Histogram(
    "sasayaki_routing_wait_seconds",
    "From the queueing to the answer or to the customer's leaving.",
    ("outcome",),
    buckets=WAIT_BUCKETS,
)
TRANSFERS = Counter(
    "sasayaki_routing_transfers_total",
    "Customers given away; refused: asked for by phone in vain.",
    ("kind",),
)
CALLBACKS = Counter(
    "sasayaki_routing_callbacks_total", "Callbacks by what became of them.", ("outcome",)
)
OVERFLOWS = Counter("sasayaki_routing_overflows_total", "Waits that a second team was asked for.")
OFFERS = Counter("sasayaki_routing_offers_total", "Offers by what became of them.", ("outcome",))
OPERATORS = Gauge("sasayaki_routing_operators", "Operators of all pools.", ("state",))
CONTACTS = Gauge("sasayaki_routing_contacts", "Contacts of all pools.", ("state",))

OUTCOMES: Mapping[type, str] = {
    OfferMade: "made",
    OfferAccepted: "accepted",
    OfferDeclined: "declined",
    OfferLapsed: "lapsed",
    OfferWithdrawn: "withdrawn",
}
STATES = ("off", "ready", "away", "ringing", "talking", "wrap_up")
PLACES: Mapping[type, str] = {
    Waiting: "waiting",
    Offered: "offered",
    Taken: "taken",
    Consulting: "consulting",
    HangingUp: "to_call",
    ToCall: "to_call",
    Calling: "calling",
    CalledBack: "calling",
}


class Figures:
    """Counts what is decided from `since` on: a replayed history is no news."""

    topics: tuple[str, ...] = ("routing.pool",)

    def __init__(self, since: datetime) -> None:
        self._since = since

    def fold(self, record: Recorded[Any]) -> None:
        if record.recorded_time < self._since:
            return
        event = record.data
        if outcome := OUTCOMES.get(type(event)):
            OFFERS.labels(outcome).inc()
        match event:
            case OfferAccepted(waited_ms=waited_ms):
                WAIT.labels("accepted").observe(waited_ms / 1000)
            case ContactAbandoned(waited_ms=waited_ms):
                WAIT.labels("abandoned").observe(waited_ms / 1000)
            case ContactTransferred(kind=kind):
                TRANSFERS.labels(kind.name.lower()).inc()
            case TransferRefused():
                TRANSFERS.labels("refused").inc()
            case CallbackAsked():
                CALLBACKS.labels("asked").inc()
            case CallbackDone():
                CALLBACKS.labels("done").inc()
            case CallbackFailed(retry_at=retry_at):
                CALLBACKS.labels("tried_again" if retry_at else "given_up").inc()
            case RingReached(overflow=True):
                OVERFLOWS.inc()


def show(desks: Desks) -> None:
    """Has the gauges read the desks whenever they are asked for."""
    for state in STATES:
        OPERATORS.labels(state).set_function(_operators(desks, state))
    for place in sorted(set(PLACES.values())):
        CONTACTS.labels(place).set_function(_contacts(desks, place))


def _operators(desks: Desks, state: str) -> Callable[[], float]:
    return lambda: Tally(
        desk(operator.operator_id, operator.status).state.name.lower()
        for pool in desks.pools.values()
        for operator in pool.operators.values()
    )[state]


def _contacts(desks: Desks, place: str) -> Callable[[], float]:
    return lambda: Tally(
        PLACES[type(contact)] for pool in desks.pools.values() for contact in pool.contacts.values()
    )[place]
