"""What a stream told lately, and what the whole of it is. Pure."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.message import Message

from sasayaki.monitoring.v1 import floor_pb2
from sasayaki.monitoring.v1.floor_pb2 import FloorAlert
from sasayaki_gateway.doors.wire import to_json

HEAD, TAIL = '{"rows":[', "]}"
"""Around the rows of a message."""
OVER = frozenset(
    (
        floor_pb2.FLOOR_ALERT_STATE_CANCELLED,
        floor_pb2.FLOOR_ALERT_STATE_RESOLVED,
        floor_pb2.FLOOR_ALERT_STATE_ENDED,
    )
)
"""States of alerts that are on the floor no more."""

KEPT_MOST = 2_000
"""Messages of a stream that a browser may have missed; beyond them it gets the whole."""
KEPT_BYTES_MOST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Told:
    """One message: its number and its JSON; the first of a connection replaces all before it."""

    number: int
    text: str
    replaces: bool


class Ring(ABC):
    """The last messages of one stream, numbered from 1, and its present state.

    Several may go as one: `Rows` joins their rows, `Latest` shows the last alone.
    """

    def __init__(self) -> None:
        self.number = 0
        self._kept: deque[Told] = deque()
        self._bytes = 0
        self._whole: str | None = None
        self._cut: tuple[int, int, str | None] | None = None

    def add(self, message: Message, *, replaces: bool) -> None:
        """Takes what the stream told; `replaces`: it is the first of a new connection."""
        self.number += 1
        self._whole = None
        told = Told(self.number, self._take(message, replaces=replaces), replaces)
        self._kept.append(told)
        self._bytes += len(told.text)
        while len(self._kept) > KEPT_MOST or self._bytes > KEPT_BYTES_MOST:
            self._bytes -= len(self._kept.popleft().text)

    def since(self, number: int) -> str | None:
        """What came after a number, as one message; None when only the whole will do.

        Browsers are told at the same times, so most ask for the same cut.
        """
        if self._cut is None or self._cut[:2] != (number, self.number):
            self._cut = (number, self.number, self._since(number))
        return self._cut[2]

    def _since(self, number: int) -> str | None:
        if number > self.number or number < 0:
            return None
        missing = self.number - number
        if missing > len(self._kept):
            return None
        told = [self._kept[at] for at in range(len(self._kept) - missing, len(self._kept))]
        if any(each.replaces for each in told):
            return None
        return self._joined([each.text for each in told])

    def whole(self) -> str:
        """The present state as one message."""
        if self._whole is None:
            self._whole = self._all()
        return self._whole

    @abstractmethod
    def _take(self, message: Message, *, replaces: bool) -> str:
        """Folds a message into the state; returns what is kept of it."""

    @abstractmethod
    def _all(self) -> str: ...

    @abstractmethod
    def _joined(self, texts: list[str]) -> str: ...


class Latest(Ring):
    """A stream each of whose messages is the whole."""

    def __init__(self) -> None:
        super().__init__()
        self._last = "{}"

    def _take(self, message: Message, *, replaces: bool) -> str:
        self._last = to_json(message)
        return self._last

    def _all(self) -> str:
        return self._last

    def _joined(self, texts: list[str]) -> str:
        return texts[-1]


class Rows(Ring):
    """A stream of rows that are put, replaced and taken away (`FloorRow`, `DeskRow`)."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[tuple[str, str], str] = {}

    def _take(self, message: Message, *, replaces: bool) -> str:
        if replaces:
            self._rows.clear()
        texts = []
        for row in message.rows:  # type: ignore[attr-defined]  # both messages of rows have them
            text = to_json(row)
            texts.append(text)
            self._fold(row, text)
        return ",".join(texts)

    def _fold(self, row: Message, text: str) -> None:
        kind = row.WhichOneof("row")
        if kind is None:
            return
        one: Message = getattr(row, kind)
        if kind == "gone":
            gone = one.WhichOneof("id")
            self._rows.pop((str(gone), str(getattr(one, str(gone), ""))), None)
        elif kind == "alert" and _is_over(one):
            self._rows.pop((kind, _id(one)), None)
        else:
            self._rows[kind, _id(one, kind)] = text

    def _all(self) -> str:
        return rows_of(self._rows.values())

    def _joined(self, texts: list[str]) -> str:
        return rows_of(text for text in texts if text)


def rows_of(texts: Iterable[str]) -> str:
    """A message of rows."""
    return f"{HEAD}{','.join(texts)}{TAIL}"


def _id(row: Message, kind: str = "") -> str:
    """A row's first field names it; a queue is one for each of its client companies."""
    named = row.DESCRIPTOR.fields[: 2 if kind == "queue" else 1]
    return " ".join(str(getattr(row, field.name)) for field in named)


def _is_over(alert: Message) -> bool:
    """An alert's last row says how it went; then it is on the floor no more."""
    assert isinstance(alert, FloorAlert)
    return alert.state in OVER
