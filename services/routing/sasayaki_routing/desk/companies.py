"""Which client company has which queues: a view of `callreason.client`."""

from collections.abc import Iterable, Set
from typing import Any

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.event import Recorded


class Companies:
    """Each tenant's companies with the queues that their flows may name."""

    topics: tuple[str, ...] = ("callreason.client",)

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, frozenset[str]]] = {}

    def fold(self, record: Recorded[Any]) -> None:
        if isinstance(record.data, ClientPut):
            companies = self._queues.setdefault(record.tenant_id, {})
            companies[record.data.client_id] = frozenset(record.data.queue_ids)

    def clients(self, tenant_id: str) -> frozenset[str]:
        """All companies of a tenant."""
        return frozenset(self._queues.get(tenant_id, {}))

    def queues(self, tenant_id: str, clients: Set[str], put: Iterable[str]) -> frozenset[str]:
        """The companies' queues; one that names none has those of `put` that nobody names."""
        companies = self._queues.get(tenant_id, {})
        named = frozenset[str]().union(*companies.values())
        theirs = [companies[client_id] for client_id in clients if client_id in companies]
        free = frozenset(put) - named if frozenset() in theirs else frozenset()
        return free.union(*theirs)
