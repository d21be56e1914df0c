"""Renders the standard prompts: 8 kHz, 16 bit, one channel, telephone band, peak -6 dBFS.

The results are committed, so neither the platform nor the demo needs a voice. To render them again,
in an environment of its own with numpy and pyopenjtalk-plus 0.4.1.post10, and espeak-ng 1.51 on the
PATH:

    python seed/prompts/make.py

Voices: ja is "Mei" (see NOTICE), en is espeak-ng's. `tone` holds what automatic checks hear instead
of speech: tones that are neither the parties' own (440, 850, 1310 Hz) nor near their harmonics and
differences.
"""

import io
import subprocess
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

HERE = Path(__file__).resolve().parent
RATE = 8000
BAND_HZ = (300.0, 3400.0)
PEAK = 10 ** (-6 / 20)
# Silence before and after the words, as people record them.
EDGE_S = 0.15

JAPANESE = {
    "guidance": "この通話は、品質向上のため録音させていただきます。",
    "menu": "ご請求は1、ご契約は2、その他は3を押してください。",
    "sorry": "申し訳ございません。恐れ入りますが、もう一度おかけ直しください。",
}
ENGLISH = {
    "guidance": "This call will be recorded to improve our service.",
    "menu": "For billing, press 1. For contracts, press 2. For anything else, press 3.",
    "sorry": "We are sorry. Please call us again.",
}
# Frequency in Hz and length in seconds.
TONES = {"guidance": (620.0, 1.5), "menu": (720.0, 0.5), "sorry": (1040.0, 0.5)}
TONE_FADE_S = 0.01


def main() -> None:
    """Renders every prompt beside this script."""
    for name, text in JAPANESE.items():
        write(HERE / "ja" / f"{name}.wav", spoken(*speak_japanese(text)))
    for name, text in ENGLISH.items():
        write(HERE / "en" / f"{name}.wav", spoken(*speak_english(text)))
    for name, (frequency, seconds) in TONES.items():
        write(HERE / "tone" / f"{name}.wav", tone(frequency, seconds))


def speak_japanese(text: str) -> tuple[Samples, int]:
    """Speech and its rate."""
    import pyopenjtalk

    samples, rate = pyopenjtalk.tts(text)
    return np.asarray(samples, dtype=np.float64) / 32768, int(rate)


def speak_english(text: str) -> tuple[Samples, int]:
    """Speech and its rate."""
    command = ["espeak-ng", "-v", "en-gb", "-s", "150", "--stdout", text]
    spoken_wav = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken_wav)) as file:
        # A header that was written before the length was known claims too much.
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples.astype(np.float64) / 32768, file.getframerate()


def spoken(samples: Samples, rate: int) -> Samples:
    """Speech as a telephone carries it, trimmed to its words."""
    narrow = telephone_band(resampled(samples, rate))
    loud = np.flatnonzero(np.abs(narrow) > 0.01 * np.abs(narrow).max())
    edge = np.zeros(int(EDGE_S * RATE))
    return np.concatenate([edge, narrow[loud[0] : loud[-1] + 1], edge])


def tone(frequency: float, seconds: float) -> Samples:
    """A sine with soft ends."""
    time = np.arange(int(seconds * RATE)) / RATE
    fade = np.minimum(1, np.minimum(time, seconds - time) / TONE_FADE_S)
    return np.sin(2 * np.pi * frequency * time) * fade


def resampled(samples: Samples, rate: int) -> Samples:
    """Samples at 8 kHz, by a windowed sinc that cuts what 8 kHz cannot hold."""
    half = 64
    step = rate / RATE
    centres = np.arange(int(len(samples) / step)) * step
    offsets = np.arange(-int(half * step), int(half * step) + 1)
    places = np.floor(centres).astype(int)[:, None] + offsets
    distance = (places - centres[:, None]) / step
    window = np.cos(np.pi * np.clip(distance / (half + 1), -0.5, 0.5)) ** 2
    kernel = np.sinc(distance) * window / step
    inside = (places >= 0) & (places < len(samples))
    picked = np.where(inside, samples[np.clip(places, 0, len(samples) - 1)], 0.0)
    return np.asarray((picked * kernel).sum(axis=1))


def telephone_band(samples: Samples) -> Samples:
    """Only what a telephone carries, 300 to 3400 Hz; a filter of linear phase."""
    taps = np.arange(-100, 101)
    low, high = (2 * edge / RATE for edge in BAND_HZ)
    kernel = high * np.sinc(high * taps) - low * np.sinc(low * taps)
    return np.convolve(samples, kernel * np.hamming(len(taps)), mode="same")


def write(file: Path, samples: Samples) -> None:
    """Writes a WAV file with its peak at -6 dBFS."""
    scaled = np.round(samples / np.abs(samples).max() * PEAK * 32767).astype("<i2")
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(scaled.tobytes())


if __name__ == "__main__":
    main()
