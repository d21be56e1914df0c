"""A prompt's WAV file as µ-law samples, and what is wrong with one. No I/O."""

import re
import struct
import sys
from array import array
from dataclasses import dataclass

RATE_HZ = 8_000
SECONDS_MAX = 120
PCM = 1
EXTENSIBLE = 0xFFFE


FAULTS = (
    "NOT_A_WAV",
    "NOT_PCM_16",
    "NOT_MONO",
    "NOT_8_KHZ",
    "NO_SOUND",
    "TOO_LONG",
    "SILENT",
    "CLIPPED",
)
"""Every reason for which a file is refused."""
SILENT_BELOW = 104
"""The loudest sample of what nobody hears on a phone: 50 dB under full scale."""
FULL_SCALE = 32_766
CLIPPED_SHARE_MOST = 0.002
"""How much of a sound may lie flat at the top; a good recording touches it now and then."""


class NotAPrompt(Exception):
    """The file is not what the node can play; the text says why, the reason is one of FAULTS."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Format:
    coding: int
    channels: int
    rate_hz: int
    bits: int


def pcmu_of(wav: bytes) -> bytes:
    """The samples of an 8 kHz, 16 bit, one-channel WAV file as G.711 µ-law; raises NotAPrompt."""
    values = array("H", _samples(wav))
    if sys.byteorder == "big":
        values.byteswap()
    return bytes(map(_ULAW.__getitem__, values))


def check_audible(wav: bytes) -> None:
    """Raises NotAPrompt for what customers would not hear, or not well: silence, clipping."""
    samples = _samples(wav)
    values = array("h", samples)
    if sys.byteorder == "big":
        values.byteswap()
    peak = max(max(values), -min(values))
    if peak < SILENT_BELOW:
        raise NotAPrompt("SILENT", "nothing is to be heard: all of it is quieter than -50 dBFS")
    if peak < FULL_SCALE:
        return
    flat = sum(len(found.group()) for found in _FLAT.finditer(samples) if found.start() % 2 == 0)
    if flat > len(samples) * CLIPPED_SHARE_MOST:
        share = f"{100 * flat / len(samples):.1f} %"
        raise NotAPrompt(
            "CLIPPED", f"{share} of it is cut off at full scale: record it more quietly"
        )


def length_ms(pcmu: bytes) -> int:
    """How long µ-law samples take."""
    return len(pcmu) * 1_000 // RATE_HZ


def _samples(wav: bytes) -> bytes:
    """16 bit each, little-endian."""
    form, data = _chunks(wav)
    if (form.coding not in (PCM, EXTENSIBLE)) or form.bits != 16:
        fault = f"16 bit PCM is needed, not coding {form.coding} with {form.bits} bit"
        raise NotAPrompt("NOT_PCM_16", fault)
    if form.channels != 1:
        raise NotAPrompt("NOT_MONO", f"one channel is needed, not {form.channels}")
    if form.rate_hz != RATE_HZ:
        raise NotAPrompt("NOT_8_KHZ", f"{RATE_HZ} Hz are needed, not {form.rate_hz}")
    samples = len(data) // 2
    if not samples:
        raise NotAPrompt("NO_SOUND", "a WAV file without a sample")
    if samples > SECONDS_MAX * RATE_HZ:
        long = f"{samples / RATE_HZ:.1f} s, {SECONDS_MAX} s at most"
        raise NotAPrompt("TOO_LONG", long)
    return data[: samples * 2]


def _chunks(wav: bytes) -> tuple[Format, bytes]:
    """The format and the samples: the first `fmt ` and `data` chunks of a RIFF file."""
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise NotAPrompt("NOT_A_WAV", "not a WAV file")
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
    raise NotAPrompt("NOT_A_WAV", "a WAV file without format or samples")


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

# Three samples on end at full scale: a wave whose top is cut off, not one that just gets there.
_FLAT = re.compile(rb"(?:[\xfe\xff]\x7f){3,}|(?:[\x00\x01]\x80){3,}", re.DOTALL)
