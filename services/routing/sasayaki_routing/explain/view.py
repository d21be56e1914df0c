"""Every decision about a contact, as the pool's records tell it."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any

from prometheus_client import Counter

from sasayaki.event import Recorded
from sasayaki.routing.v1.pool_events import Candidate, Skipped, SkipReason
from sasayaki_routing.explain.sentences import Told, sentences

CONTACTS_MOST = 5_000
"""Contacts of which decisions are kept, those decided about last: an hour of a big centre."""
DECISIONS_MOST = 100
"""Decisions kept of one contact; further ones are counted and left out."""

FORGOTTEN = Counter(
    "sasayaki_routing_decisions_forgotten_total", "Decisions that can't be explained any more."
)


@dataclass(frozen=True, slots=True)
class Stood:
    """How an operator stood who could have been asked."""

    operator_id: str
    score: int
    level: int
    idle_ms: int


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision about a contact."""

    at: datetime
    event: str
    sentence_ja: str
    sentence_en: str
    operator_id: str
    considered: tuple[Stood, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class History:
    """All decisions about a contact, oldest first."""

    client_id: str
    decisions: list[Decided] = field(default_factory=list)


class Decisions:
    """The last contacts of every tenant."""

    topics: tuple[str, ...] = ("routing.pool",)

    def __init__(self) -> None:
        self._histories: OrderedDict[tuple[str, str], History] = OrderedDict()
        self._skips: dict[tuple[str, SkipReason], Skipped] = {}
        """Each operator with each reason, once: a decision names fifty of them."""

    def fold(self, record: Recorded[Any]) -> None:
        told = sentences(record.data)
        if told is None:
            return
        key = (record.tenant_id, record.data.contact_id)
        history = self._histories.setdefault(key, History(record.client_id or ""))
        if len(history.decisions) < DECISIONS_MOST:
            history.decisions.append(self._decided(record, told))
        else:
            FORGOTTEN.inc()
        self._histories.move_to_end(key)
        if len(self._histories) > CONTACTS_MOST:
            _, gone = self._histories.popitem(last=False)
            FORGOTTEN.inc(len(gone.decisions))

    def of(self, tenant_id: str, contact_id: str) -> History | None:
        """What is known of a contact, or None."""
        return self._histories.get((tenant_id, contact_id))

    def _decided(self, record: Recorded[Any], told: Told) -> Decided:
        event = record.data
        considered: Iterable[Candidate] = getattr(event, "considered", ())
        skipped: Iterable[Skipped] = getattr(event, "skipped", ())
        return Decided(
            at=record.time,
            event=type(event).__name__,
            sentence_ja=told.ja,
            sentence_en=told.en,
            operator_id=getattr(event, "to_operator_id", "") or getattr(event, "operator_id", ""),
            considered=tuple(
                Stood(intern(one.operator_id), one.score, one.level, one.idle_ms)
                for one in considered
            ),
            skipped=tuple(
                self._skips.setdefault((one.operator_id, one.reason), one) for one in skipped
            ),
        )
