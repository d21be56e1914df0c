"""How fast one person may ask. Pure but for its memory."""

from collections import OrderedDict
from dataclasses import dataclass

from prometheus_client import Counter

BURST_MOST = 300
"""Requests at once: a page that is loaded asks for some twenty."""
A_SECOND = 20.0
RECORDING_COSTS = 2
"""A recording, or a part of it, counts as so many requests: who moves about in one asks often."""
PROMPT_COSTS = 10
"""A sound that is put: media reads each of its samples."""
REMEMBERED_MOST = 20_000
"""People; the one who asked longest ago is forgotten first, and has all again."""

TOO_FAST = Counter(
    "sasayaki_gateway_requests_too_fast_total", "Requests refused because a person asks too fast."
)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a person has left, at an instant of any steady clock."""

    left: float
    at_s: float


class Paces:
    """A person's requests over all their sessions."""

    def __init__(self) -> None:
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def wait_s(self, user_id: str, now_s: float, cost: int = 1) -> float:
        """How long to wait before asking again; 0: this request counts, and may be made."""
        known = self._paces.pop(user_id, Pace(BURST_MOST, now_s))
        left = min(BURST_MOST, known.left + (now_s - known.at_s) * A_SECOND)
        wait_s = max(0.0, (cost - left) / A_SECOND)
        self._paces[user_id] = Pace(left if wait_s else left - cost, now_s)
        if len(self._paces) > REMEMBERED_MOST:
            self._paces.popitem(last=False)
        if wait_s:
            TOO_FAST.inc()
        return wait_s
