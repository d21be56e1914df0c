"""How loud a recording is, for a picture of it: the largest sample of each step of each track.

One step of one track is in memory at a time, as bytes; nothing is made of a single sample.
"""

from dataclasses import dataclass

from sasayaki_recording.vault.pages import RATE_HZ, Slips, end_sample
from sasayaki_recording.vault.wav import WHOLE, Hearing, Read, linear

STEPS_MOST = 2_000
"""Of a track: as many as a wide screen has columns. Longer recordings have longer steps."""
STEP_MS_LEAST = 20
SAMPLES_PER_MS = RATE_HZ // 1_000
PEAK_MOST = 255
_FULL_SCALE = linear(0x80)


@dataclass(frozen=True, slots=True)
class Waveform:
    """A recording's peaks by track, 0 to 255 each, one for each `step_ms`."""

    length_ms: int
    step_ms: int
    peaks: dict[int, bytes]


def waveform(slips: Slips, read: Read, hearing: Hearing = WHOLE) -> Waveform:
    """The picture of what is heard, as far as there are pages. Reads each of these once."""
    samples = end_sample(slips)
    length_ms = -(-samples // SAMPLES_PER_MS)
    step_ms = STEP_MS_LEAST * max(1, -(-length_ms // (STEP_MS_LEAST * STEPS_MOST)))
    step = step_ms * SAMPLES_PER_MS
    peaks = {}
    for track in sorted(hearing.tracks):
        walk = hearing.walk(slips, track, read)
        steps = (walk.samples(first, step) for first in range(0, samples, step))
        peaks[track] = bytes(max(pcmu.translate(_LOUDNESS)) for pcmu in steps)
    return Waveform(length_ms, step_ms, peaks)


# Rounded up: what is not silence shows.
_LOUDNESS = bytes(-(-abs(linear(code)) * PEAK_MOST // _FULL_SCALE) for code in range(256))
