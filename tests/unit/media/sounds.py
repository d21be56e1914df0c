"""Prompts to put."""

import math
import struct


def wav(samples: int = 800, *, rate_hz: int = 8_000, channels: int = 1, bits: int = 16) -> bytes:
    """A WAV file of silence."""
    frame = channels * bits // 8
    data = bytes(samples * frame)
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone(hz: float, *, samples: int = 8_000, gain: float = 0.5) -> bytes:
    """A WAV file of a tone; a gain over 1 cuts its tops off."""
    wave = (gain * 32_767 * math.sin(math.tau * hz * at / 8_000) for at in range(samples))
    values = (max(-32_768, min(32_767, round(value))) for value in wave)
    return wav(samples)[:44] + struct.pack(f"<{samples}h", *values)
