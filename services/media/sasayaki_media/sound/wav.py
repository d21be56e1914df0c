"""A prompt's WAV file as µ-law samples. No I/O."""

import struct
import sys
from array import array
from dataclasses import dataclass

RATE_HZ = 8_000
SECONDS_MAX = 120
PCM = 1
EXTENSIBLE = 0xFFFE


class NotAPrompt(Exception):
    """The file is not what the node can play; the text says why."""


@dataclass(frozen=True, slots=True)
class Format:
    coding: int
    channels: int
    rate_hz: int
    bits: int


def pcmu_of(wav: bytes) -> bytes:
    """The samples of an 8 kHz, 16 bit, one-channel WAV file as G.711 µ-law; raises NotAPrompt."""
    form, data = _chunks(wav)
    if (form.coding not in (PCM, EXTENSIBLE)) or form.bits != 16:
        raise NotAPrompt(f"16 bit PCM is needed, not coding {form.coding} with {form.bits} bit")
    if form.channels != 1 or form.rate_hz != RATE_HZ:
        raise NotAPrompt(
            f"one channel of {RATE_HZ} Hz is needed, not {form.channels} of {form.rate_hz}"
        )
    samples = len(data) // 2
    if not 0 < samples <= SECONDS_MAX * RATE_HZ:
        raise NotAPrompt(f"1 sample to {SECONDS_MAX} s are needed, not {samples} samples")
    values = array("H", data[: samples * 2])
    if sys.byteorder == "big":
        values.byteswap()
    return bytes(map(_ULAW.__getitem__, values))


def length_ms(pcmu: bytes) -> int:
    """How long µ-law samples take."""
    return len(pcmu) * 1_000 // RATE_HZ


def _chunks(wav: bytes) -> tuple[Format, bytes]:
    """The format and the samples: the first `fmt ` and `data` chunks of a RIFF file."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NotAPrompt("not a WAV file")
    form: Format | None = None
    at = 12
    while at + 8 <= len(wav):
        name, size = wav[at : at + 4], int.from_bytes(wav[at + 4 : at + 8], "little")
        body = wav[at + 8 : at + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            coding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
            form = Format(coding, channels, rate_hz, bits)
        if name == b"data" and form is not None:
            return form, body
        at += 8 + size + size % 2  # chunks begin at even places
    raise NotAPrompt("a WAV file without format or samples")


def _ulaw(sample: int) -> int:
    """A 16 bit sample in G.711 µ-law: sign, 3 bits of exponent, 4 of mantissa, inverted."""
    bias, clip = 132, 32_635
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), clip) + bias
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


# Indexed by the sample's 16 bits as an unsigned number: a table lookup per sample.
_ULAW = bytes(_ulaw(n - 65_536 if n >= 32_768 else n) for n in range(65_536))
