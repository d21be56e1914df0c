"""A memory with a limit."""

from typing import TypeVar

from prometheus_client import Counter

K = TypeVar("K")
V = TypeVar("V")

FORGOTTEN = Counter(
    "sasayaki_monitoring_forgotten_total",
    "What was forgotten early, because too much else was remembered.",
    ("what",),
)


class Remembered(dict[K, V]):
    """The last `most` entries; the oldest is forgotten first, and counted as `what` it was."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__()
        self._most = most
        self._forgotten = FORGOTTEN.labels(what)

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
            self._forgotten.inc()
