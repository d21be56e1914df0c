"""Prompts: only what the node can play is taken, and it becomes µ-law exactly."""

import struct

import pytest
from tests.unit.media.sounds import wav

from sasayaki_media.sound.wav import SECONDS_MAX, NotAPrompt, length_ms, pcmu_of


def linear(code: int) -> int:
    """G.711's decoder, written apart from the encoder."""
    segment, step = (~code & 0x70) >> 4, ~code & 0x0F
    magnitude = 4 * (((2 * step + 33) << segment) - 33)
    return -magnitude if code < 0x80 else magnitude


def file_of(samples: list[int]) -> bytes:
    head = wav(len(samples))[:44]
    return head + struct.pack(f"<{len(samples)}h", *samples)


def test_silence_is_silence() -> None:
    assert pcmu_of(wav(160)) == b"\xff" * 160


def test_every_value_of_the_code_survives_the_way_there_and_back() -> None:
    samples = [linear(code) for code in range(256)]
    decoded = [linear(code) for code in pcmu_of(file_of(samples))]
    assert decoded == samples


def test_no_sample_is_further_off_than_its_step_allows() -> None:
    samples = list(range(-32_124, 32_124, 7))
    decoded = [linear(code) for code in pcmu_of(file_of(samples))]
    for sample, found in zip(samples, decoded, strict=True):
        # Four bits of mantissa: half a step is a 32nd of the value, and 4 at the least.
        assert abs(found - sample) <= abs(sample) / 32 + 4


def test_what_is_too_loud_is_clipped() -> None:
    decoded = [linear(code) for code in pcmu_of(file_of([32_767, -32_768]))]
    assert decoded == [32_124, -32_124]


def test_a_prompt_is_as_long_as_its_samples() -> None:
    assert length_ms(pcmu_of(wav(12_000))) == 1_500


def test_chunks_that_are_not_needed_are_passed_over() -> None:
    whole = wav(160)
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert pcmu_of(whole[:12] + odd + whole[12:]) == pcmu_of(whole)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "not a WAV file"),
        (b"RIFF\x04\x00\x00\x00WAVE", "without format or samples"),
        (wav(rate_hz=16_000), "8000 Hz"),
        (wav(channels=2), "one channel"),
        (wav(bits=8), "16 bit"),
        (wav(0), "1 sample to 120 s"),
        (wav(SECONDS_MAX * 8_000 + 1), "1 sample to 120 s"),
        (wav()[:40], "without format or samples"),
    ],
)
def test_what_the_node_cannot_play_is_refused_with_the_reason(file: bytes, why: str) -> None:
    with pytest.raises(NotAPrompt, match=why):
        pcmu_of(file)
