"""What was heard in a stretch of a capture: tones, music, nothing."""

from __future__ import annotations

import time
from asyncio import sleep
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sasayaki_demo.bots import SETTLE_S
from sasayaki_demo.checks import UNWANTED_DBFS, WANTED_DBFS
from sasayaki_demo.sound import RATE, Samples, level, read_packets

MUSIC_HZ = (523.25, 587.33, 698.46, 783.99, 1046.5)
MUSIC_DBFS = -35.0
WINDOW = RATE // 10
MUSIC_SHARE = 0.75
"""Of the windows; where one note goes over into the next there is less of either."""


@dataclass(frozen=True)
class Stretch:
    """From when to when nothing changed."""

    start_ns: int
    end_ns: int

    @classmethod
    async def lasting(cls, hold_s: float) -> Stretch:
        """Lets a stretch last; the first moments, in which a change takes effect, are left out."""
        await sleep(SETTLE_S)
        start_ns = time.time_ns()
        await sleep(hold_s)
        return cls(start_ns, time.time_ns())

    def of(self, capture: Path) -> Samples:
        """Returns what a phone received in it."""
        return read_packets(capture).between(self.start_ns, self.end_ns).samples()


def faults(
    who: str, samples: Samples, *, wanted: Iterable[float] = (), unwanted: Iterable[float] = ()
) -> Iterator[str]:
    """Yields each tone that is missing and each that should not be there."""
    for hertz in wanted:
        if (found := level(samples, hertz)) <= WANTED_DBFS:
            yield f"{who}: no {hertz:g} Hz ({found:.1f} dBFS)"
    for hertz in unwanted:
        if (found := level(samples, hertz)) >= UNWANTED_DBFS:
            yield f"{who}: {hertz:g} Hz at {found:.1f} dBFS"


def music_share(samples: Samples) -> float:
    """Returns for which part of the time music is heard."""
    windows = [samples[i : i + WINDOW] for i in range(0, len(samples) - WINDOW + 1, WINDOW)]
    heard = sum(max(level(w, note) for note in MUSIC_HZ) > MUSIC_DBFS for w in windows)
    return heard / len(windows) if windows else 0.0


def no_music(who: str, samples: Samples) -> Iterator[str]:
    """Yields a complaint unless music is heard for most of the time."""
    if (share := music_share(samples)) < MUSIC_SHARE:
        yield f"{who}: music for {share:.0%} of the time"


def seconds_with(samples: Samples, hertz: float) -> float:
    """Returns for how long a tone is there, in tenths of a second."""
    windows = (samples[i : i + WINDOW] for i in range(0, len(samples) - WINDOW + 1, WINDOW))
    return sum(level(w, hertz) > WANTED_DBFS for w in windows) * WINDOW / RATE
