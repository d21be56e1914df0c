"""Prompts: only what the node can play is taken, and it becomes µ-law exactly."""

import inspect
import math
import re
import struct

import pytest
from tests.unit.media.sounds import wav

import sasayaki_media.sound.wav as module
from sasayaki_media.sound.wav import (
    FAULTS,
    SECONDS_MAX,
    NotAPrompt,
    check_audible,
    length_ms,
    pcmu_of,
)


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
    ("file", "reason", "why"),
    [
        (b"", "NOT_A_WAV", "not a WAV file"),
        (b"ID3\x04 some song", "NOT_A_WAV", "not a WAV file"),
        (b"RIFF\x04\x00\x00\x00WAVE", "NOT_A_WAV", "without format or samples"),
        (wav()[:40], "NOT_A_WAV", "without format or samples"),
        (wav(rate_hz=16_000), "NOT_8_KHZ", "8000 Hz are needed, not 16000"),
        (wav(channels=2), "NOT_MONO", "one channel is needed, not 2"),
        (wav(bits=8), "NOT_PCM_16", "16 bit"),
        (wav(0), "NO_SOUND", "without a sample"),
        (wav(SECONDS_MAX * 8_000 + 4_000), "TOO_LONG", "120.5 s, 120 s at most"),
    ],
)
def test_what_the_node_cannot_play_is_refused_with_the_reason(
    file: bytes, reason: str, why: str
) -> None:
    with pytest.raises(NotAPrompt, match=why) as refused:
        pcmu_of(file)
    assert refused.value.reason == reason


def tone(peak: int, *, cut_at: int = 32_767) -> bytes:
    """A second of 400 Hz."""
    wave = (round(peak * math.sin(math.tau * 400 * at / 8_000)) for at in range(8_000))
    return file_of([max(-cut_at - 1, min(cut_at, sample)) for sample in wave])


def test_what_nobody_would_hear_is_no_sound_for_customers() -> None:
    with pytest.raises(NotAPrompt, match="-50 dBFS") as refused:
        check_audible(tone(90))
    assert refused.value.reason == "SILENT"
    check_audible(tone(500))


def test_what_is_cut_off_at_full_scale_is_no_sound_for_customers() -> None:
    with pytest.raises(NotAPrompt, match="cut off at full scale") as refused:
        check_audible(tone(60_000))
    assert refused.value.reason == "CLIPPED"


def test_a_sound_that_just_reaches_full_scale_is_not_cut_off() -> None:
    check_audible(tone(32_767))


def test_every_reason_for_a_refusal_is_declared() -> None:
    raised = set(re.findall(r'NotAPrompt\(\s*"([A-Z0-9_]+)"', inspect.getsource(module)))
    assert raised == set(FAULTS)
