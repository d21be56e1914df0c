"""Prompts to put."""

import struct


def wav(samples: int = 800, *, rate_hz: int = 8_000, channels: int = 1, bits: int = 16) -> bytes:
    """A WAV file of silence."""
    frame = channels * bits // 8
    data = bytes(samples * frame)
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body
