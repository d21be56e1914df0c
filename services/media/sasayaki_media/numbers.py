"""Our numbers: which client company's call it is, followed from `callreason.client`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.event import Recorded


@dataclass(frozen=True, slots=True)
class Line:
    """Whose number it is."""

    tenant_id: str
    client_id: str


class Numbers:
    """A view: number to company. A later `ClientPut` replaces all numbers of its company."""

    topics: tuple[str, ...] = ("callreason.client",)

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._changed: Callable[[], None] = lambda: None

    def on_change(self, changed: Callable[[], None]) -> None:
        """Calls back whenever the set of numbers is another."""
        self._changed = changed

    def fold(self, record: Recorded[Any]) -> None:
        if not isinstance(record.data, ClientPut):
            return
        line = Line(record.tenant_id, record.data.client_id)
        before = self.all()
        self._lines = {number: at for number, at in self._lines.items() if at != line}
        for number in record.data.numbers:
            # A number belongs to one company: callreason refuses a second.
            self._lines.setdefault(number.number, line)
        if self.all() != before:
            self._changed()

    def line(self, number: str) -> Line | None:
        return self._lines.get(number)

    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self._lines))
