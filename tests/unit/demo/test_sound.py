"""The judge's ears: independent of the media node, and right about level, gaps and order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sasayaki_demo.sound import (
    MULAW,
    Packets,
    heard_ms,
    is_forwarded,
    level,
    longest_without,
    read_packets,
)


def tone(hertz: float, samples: int, amplitude: float = 0.25) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(samples) / 8000)


def mulaw(samples: np.ndarray) -> bytes:
    """The nearest code of each sample, by search in the decoder's table."""
    order = np.argsort(MULAW, kind="stable")
    at = np.clip(np.searchsorted(MULAW[order], samples), 1, 255)
    nearer = np.abs(MULAW[order][at - 1] - samples) < np.abs(MULAW[order][at] - samples)
    return bytes(order[at - nearer].astype(np.uint8))


def packets(payloads: list[bytes], *, without: frozenset[int] = frozenset()) -> Packets:
    kept = [i for i in range(len(payloads)) if i not in without]
    return Packets(
        np.array([20_000_000 * i for i in kept], np.uint64),
        np.array(kept, np.uint16),
        np.array([160 * i for i in kept], np.uint32),
        tuple(payloads[i] for i in kept),
    )


def test_mulaw_has_the_extremes_and_the_zero_of_g711() -> None:
    assert MULAW[0x00] * 32768 == -32124
    assert MULAW[0x80] * 32768 == 32124
    assert MULAW[0xFF] == 0
    assert MULAW[0x7F] == 0


def test_a_tone_is_found_at_its_level_and_others_are_not() -> None:
    heard = MULAW[np.frombuffer(mulaw(tone(440, 8000)), np.uint8)]
    assert level(heard, 440) == pytest.approx(-12, abs=0.2)
    assert level(heard, 850) < -60
    assert level(heard, 1310) < -60


def test_a_lost_stretch_of_sixty_milliseconds_is_noticed() -> None:
    payloads = [mulaw(tone(440, 1600)[i * 160 : i * 160 + 160]) for i in range(10)] * 5
    assert longest_without(packets(payloads).samples(), 440) == 0
    broken = packets(payloads, without=frozenset({20, 21, 22, 23})).samples()
    assert longest_without(broken, 440) >= 60


def test_where_one_tone_follows_another_nothing_is_missing() -> None:
    handed_over = MULAW[np.frombuffer(mulaw(tone(440, 1600)) + mulaw(tone(850, 1600)), np.uint8)]
    assert longest_without(handed_over, 440, 850) <= 20
    assert longest_without(handed_over, 440) >= 160


def test_payloads_count_as_forwarded_only_whole_and_in_order() -> None:
    payloads = [bytes([i]) * 160 for i in range(20)]
    sent = packets(payloads)
    assert is_forwarded(packets(payloads[5:15]), sent)
    assert not is_forwarded(packets(payloads[5:15], without=frozenset({4})), sent)
    assert not is_forwarded(packets([payloads[6], payloads[5]]), sent)
    assert not is_forwarded(packets([]), sent)


def test_what_was_heard_is_counted_in_packets() -> None:
    frame = mulaw(tone(620, 160))
    assert heard_ms(packets([frame] * 7 + [b"\xff" * 160] * 3), 620) == 140


def test_a_capture_with_a_torn_last_record_is_read_up_to_it(tmp_path: Path) -> None:
    record = (1_000).to_bytes(8, "little") + (7).to_bytes(2, "little")
    record += (160).to_bytes(4, "little") + (9).to_bytes(4, "little") + b"\x00"
    record += (160).to_bytes(2, "little") + b"\xff" * 160
    path = tmp_path / "a.rx.rtp"
    path.write_bytes(record + record[:50])
    read = read_packets(path)
    assert read.payloads == (b"\xff" * 160,)
    assert int(read.ns[0]) == 1_000
