"""How long to wait before a process that died is started again."""

from dataclasses import dataclass

DELAYS_S = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
# A process that lived this long was well: its next death counts as the first.
WELL_AFTER_S = 30.0


@dataclass(slots=True)
class BackOff:
    """Deaths in a row of one process; the first restart is immediate."""

    deaths: int = 0

    def next_delay_s(self, lived_s: float) -> float:
        """Counts a death after `lived_s` seconds of life; the wait before the next start."""
        if lived_s >= WELL_AFTER_S:
            self.deaths = 0
        delay = DELAYS_S[min(self.deaths, len(DELAYS_S) - 1)]
        self.deaths += 1
        return delay
