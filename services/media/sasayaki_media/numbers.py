"""Our numbers: which client company's call it is, followed from `callreason.client`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.event import Recorded
from sasayaki_chassis.decider import Refused

LOOKS, LOOK_S = 20, 0.1
"""How often it is looked, and how long between, whether a client company is known by now."""


@dataclass(frozen=True, slots=True)
class Line:
    """Whose number it is."""

    tenant_id: str
    client_id: str


class Numbers:
    """A view: number to company. A later `ClientPut` replaces all numbers of its company.

    Companies are in different partitions, so a number that moves may be named by its new company
    before the old one lets go of it: whoever named it last has it.
    """

    topics: tuple[str, ...] = ("callreason.client",)

    def __init__(self) -> None:
        self._named: dict[Line, tuple[str, ...]] = {}
        self._lines: dict[str, Line] = {}
        self._changed: Callable[[], None] = lambda: None

    def on_change(self, changed: Callable[[], None]) -> None:
        """Calls back whenever the set of numbers is another."""
        self._changed = changed

    def fold(self, record: Recorded[Any]) -> None:
        if not isinstance(record.data, ClientPut):
            return
        before = self.all()
        line = Line(record.tenant_id, record.data.client_id)
        self._named.pop(line, None)
        self._named[line] = tuple(number.number for number in record.data.numbers)
        self._lines = {number: at for at, numbers in self._named.items() for number in numbers}
        if self.all() != before:
            self._changed()

    def knows(self, line: Line) -> bool:
        """Whether there is such a client company."""
        return line in self._named

    async def known(self, line: Line) -> None:
        """Returns when the company is known; one that was made just now may still be read."""
        for _ in range(LOOKS):
            if self.knows(line):
                return
            await asyncio.sleep(LOOK_S)
        raise Refused("UNKNOWN_CLIENT", f"no client company {line.client_id!r}")

    def tenants(self) -> tuple[str, ...]:
        """All tenants that have a client company here."""
        return tuple(sorted({line.tenant_id for line in self._named}))

    def line(self, number: str) -> Line | None:
        return self._lines.get(number)

    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self._lines))
