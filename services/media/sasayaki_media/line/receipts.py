"""Which happenings may be acknowledged: all up to the first that is not taken care of. No I/O."""

from collections import deque


class Receipts:
    """Numbers as they came in, and which of them are done."""

    def __init__(self) -> None:
        self._received: deque[int] = deque()
        self._done: set[int] = set()
        self.last = 0
        """The newest that came in."""
        self.through = 0
        """The newest up to which all are done."""

    def __len__(self) -> int:
        return len(self._received)

    def receive(self, seq: int) -> None:
        self._received.append(seq)
        self.last = seq

    def finish(self, seq: int) -> int | None:
        """Marks one as done; the number up to which all are, if that has moved on."""
        self._done.add(seq)
        through: int | None = None
        while self._received and self._received[0] in self._done:
            through = self._received.popleft()
            self._done.discard(through)
        self.through = through or self.through
        return through
