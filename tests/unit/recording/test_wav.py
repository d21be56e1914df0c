"""A recording as a WAV file: what was said on each track, at its time, silence elsewhere."""

import io
import struct
import wave
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from tests.unit.recording.stored import page, slips

from sasayaki_recording.vault.pages import CUSTOMER, OPERATOR, SUPERVISOR, Page, Slip
from sasayaki_recording.vault.wav import chunks


def reader(content: bytes) -> Callable[[Slip], bytes]:
    return lambda slip: content[slip.at : slip.at + slip.samples]


def played(pages: list[Page]) -> NDArray[np.int16]:
    """The samples of the file by frame and channel, as any player would have them."""
    found, content = slips(pages)
    with wave.open(io.BytesIO(b"".join(chunks(found, reader(content))))) as file:
        assert file.getparams()[:3] == (3, 2, 8_000)
        frames = file.readframes(file.getnframes())
    return np.frombuffer(frames, dtype="<i2").reshape(-1, 3)


def linear(code: int) -> int:
    """G.711's own table: segment, step, sign."""
    segment, step = (~code & 0x70) >> 4, ~code & 0x0F
    magnitude = ((2 * step + 33) << segment) - 33
    return -4 * magnitude if code < 0x80 else 4 * magnitude


def test_every_code_becomes_the_sample_that_g711_names() -> None:
    codes = bytes(range(256))
    samples = played([page(0, pcmu=codes)])
    assert samples[:, 0].tolist() == [linear(code) for code in codes]


def test_each_track_has_its_own_channel() -> None:
    voices = {CUSTOMER: 0x10, OPERATOR: 0x20, SUPERVISOR: 0x30}
    samples = played([page(0, track, pcmu=bytes([code]) * 8) for track, code in voices.items()])
    assert samples[0].tolist() == [linear(code) for code in voices.values()]


def test_a_page_that_is_missing_is_silence() -> None:
    samples = played([page(0, pcmu=b"\x10" * 8_000), page(2, pcmu=b"\x10" * 8_000)])
    assert len(samples) == 24_000
    assert not samples[8_000:16_000].any()
    assert samples[16_000:, 0].all()


def test_a_track_that_has_nothing_is_silence() -> None:
    samples = played([page(0, OPERATOR, pcmu=b"\x10" * 8_000)])
    assert not samples[:, 0].any()
    assert not samples[:, 2].any()


def test_a_page_may_begin_within_a_second() -> None:
    late = page(0, pcmu=b"\x10" * 8_000)
    late = Page(late.track, 0, 500, late.pcmu, 0, late.opened_at_us, last=True)
    samples = played([late])
    assert len(samples) == 12_000
    assert not samples[:4_000].any()
    assert samples[4_000:, 0].all()


def test_the_last_page_may_be_short() -> None:
    assert len(played([page(0), page(1, pcmu=b"\x10" * 160)])) == 8_160


def test_a_recording_without_pages_is_an_empty_file() -> None:
    assert len(played([])) == 0


def test_the_file_comes_in_chunks_that_a_message_holds() -> None:
    found, content = slips([page(number) for number in range(5)])
    sizes = [len(chunk) for chunk in chunks(found, reader(content))]
    assert len(sizes) == 6
    assert max(sizes) <= 64 * 1024


def test_the_header_says_how_much_follows() -> None:
    found, content = slips([page(0), page(1)])
    file = b"".join(chunks(found, reader(content)))
    (riff,) = struct.unpack_from("<I", file, 4)
    (data,) = struct.unpack_from("<I", file, 40)
    assert (riff, data) == (len(file) - 8, len(file) - 44)
