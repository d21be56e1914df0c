"""What a telephone hears, from the packets that it received."""

from __future__ import annotations

from pathlib import Path

from tests.harness.waiting import until

from sasayaki_demo.bots import hears
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import RATE, Samples, level, read_packets

A_WHILE_S = 0.7
UNHEARD_DBFS = -60.0


async def telephone_hears(capture: Path, *tones: float, not_: tuple[float, ...] = ()) -> None:
    """Returns when the telephone hears these tones, and then for a while did not hear those.

    Raises TimeoutError when its line is quiet.
    """
    for hertz in tones:
        await hears(capture, hertz)
    since = now_ns()

    def heard() -> Samples:
        return read_packets(capture).between(since, now_ns()).samples()

    await until(lambda: len(heard()) >= A_WHILE_S * RATE)
    for hertz in not_:
        assert level(heard(), hertz) < UNHEARD_DBFS, f"the telephone hears {hertz} Hz"


async def telephone_stops_hearing(capture: Path, *tones: float) -> None:
    """Returns when the telephone has not heard these tones for a while.

    Raises TimeoutError when it goes on hearing one.
    """

    def lately() -> Samples:
        now = now_ns()
        return read_packets(capture).between(now - round(A_WHILE_S * 1e9), now).samples()

    def is_still() -> bool:
        heard = lately()
        # A line that is quiet, without even noise, tells nothing.
        whole = len(heard) >= 0.9 * A_WHILE_S * RATE
        return whole and max(level(heard, hertz) for hertz in tones) < UNHEARD_DBFS

    await until(is_still)
