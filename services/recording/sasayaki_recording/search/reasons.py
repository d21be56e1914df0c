"""Each client company's tree of reasons: a view of `callreason.client`."""

from typing import Any

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.event import Recorded

DEPTH_MAX = 10
"""Reasons above a reason that are looked at; a tree has three levels."""


class Reasons:
    """Which reason stands above which."""

    topics: tuple[str, ...] = ("callreason.client",)

    def __init__(self) -> None:
        self._parents: dict[str, dict[str, str]] = {}

    def fold(self, record: Recorded[Any]) -> None:
        """The company's last settings replace those before."""
        if isinstance(record.data, ClientPut):
            self._parents[record.data.client_id] = {
                reason.reason_id: reason.parent_id or "" for reason in record.data.reasons
            }

    def line(self, client_id: str, reason_id: str) -> tuple[str, ...]:
        """A reason and those above it, nearest first; just itself when the tree lacks it."""
        parents, line = self._parents.get(client_id, {}), list[str]()
        while reason_id and reason_id not in line and len(line) < DEPTH_MAX:
            line.append(reason_id)
            reason_id = parents.get(reason_id, "")
        return tuple(line)
