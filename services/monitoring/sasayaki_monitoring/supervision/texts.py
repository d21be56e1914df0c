"""How fast a supervisor may write to operators."""

from collections import deque
from datetime import datetime, timedelta

from prometheus_client import Counter

from sasayaki_chassis.owner import Overloaded

TEXTS_MOST = 30
"""Of one supervisor within `WITHIN`."""
WITHIN = timedelta(minutes=1)

TOO_FAST = Counter("sasayaki_monitoring_texts_refused_total", "Texts over the limit.")


class TextRate:
    """The last texts of each supervisor, by tenant and user: at most as many as the limit."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, str], deque[datetime]] = {}

    def take(self, tenant_id: str, supervisor_id: str, now: datetime) -> None:
        """Raises Overloaded when this would be one too many."""
        sent = self._sent.setdefault((tenant_id, supervisor_id), deque(maxlen=TEXTS_MOST))
        if len(sent) == TEXTS_MOST and now - sent[0] < WITHIN:
            TOO_FAST.inc()
            raise Overloaded(f"{TEXTS_MOST} texts within {WITHIN.seconds} s")
        sent.append(now)
