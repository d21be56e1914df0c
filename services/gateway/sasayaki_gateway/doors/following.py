"""What one browser follows: one feed, or several that are shown as one. Pure but for the feeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Counter

from sasayaki_gateway.doors.feed import Feed
from sasayaki_gateway.doors.ring import HEAD, TAIL, rows_of

BEHIND = Counter(
    "sasayaki_gateway_streams_behind_total",
    "Browsers that had missed more than is kept, and got the whole again.",
)
ID_CHARACTERS_MOST = 200


@dataclass(slots=True)
class Following:
    """How far a browser has been told of each of its feeds."""

    feeds: Sequence[Feed]
    at: list[int] | None = None
    """Numbers, one a feed; None: nothing yet."""

    @classmethod
    def after(cls, feeds: Sequence[Feed], last_event_id: str | None) -> "Following":
        """Goes on after an event, if it was of these very feeds."""
        return cls(feeds, _numbers(feeds, last_event_id or ""))

    def event(self) -> str | None:
        """The next server-sent event, or None when there is no news.

        What has told nothing yet has no state: nothing is said of it, rather than something empty.
        """
        numbers = [feed.ring.number for feed in self.feeds]
        if numbers == self.at or not any(numbers):
            return None
        text, kind = None, "message"
        if self.at is not None:
            text = _joined(
                [feed.ring.since(at) for feed, at in zip(self.feeds, self.at, strict=True)]
            )
            if text is None:
                BEHIND.inc()
        if text is None:
            text, kind = _joined([feed.ring.whole() for feed in self.feeds]), "snapshot"
        self.at = numbers
        marks = "~".join(
            f"{feed.epoch}.{number}" for feed, number in zip(self.feeds, numbers, strict=True)
        )
        head = f"event: {kind}\n" if kind == "snapshot" else ""
        return f"{head}id: {marks}\ndata: {text}\n\n"


def _numbers(feeds: Sequence[Feed], last_event_id: str) -> list[int] | None:
    marks = [mark.split(".") for mark in last_event_id[:ID_CHARACTERS_MOST].split("~")]
    if len(marks) != len(feeds):
        return None
    numbers = []
    for feed, mark in zip(feeds, marks, strict=True):
        if len(mark) != 2 or mark[0] != feed.epoch or not mark[1].isdecimal():
            return None
        numbers.append(int(mark[1]))
    return numbers


def _joined(texts: Sequence[str | None]) -> str | None:
    """Several messages of rows as one; None when one of them is not to be had."""
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        return None
    if len(known) == 1:
        return known[0]
    rows = (text.removeprefix(HEAD).removesuffix(TAIL) for text in known)
    return rows_of(row for row in rows if row)
