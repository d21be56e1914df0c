"""What a request's fields may be."""

import re
from collections.abc import Iterable

from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki_chassis.fields import an_id, between, present
from sasayaki_media.line.wire import MODES
from sasayaki_media.sound.prompts import is_sha256

RING_MS = (1_000, 120_000)
PROMPTS_MAX = 8
DIGIT_PROMPTS = 10
WAV_BYTES_MAX = 2 * 1024 * 1024
REASON_LENGTH_MAX = 40
PROMPT_NAME_LENGTH_MAX = 64

A_CONTACT = an_id("con")
_PROMPT_NAME = re.compile(rf"[a-z0-9_]{{1,{PROMPT_NAME_LENGTH_MAX}}}")


def a_policy(value: int) -> str | None:
    known = value and value in call_events_pb2.RecordingPolicy.values()
    return None if known else "must be chosen"


def a_mode(value: int) -> str | None:
    chosen = [n for n, number in call_events_pb2.SupervisionMode.items() if number == value]
    if not value or not chosen:
        return "must be chosen"
    return None if SupervisionMode(chosen[0]) in MODES else f"{chosen[0]} is not offered"


def a_ring_time(value: int) -> str | None:
    return between(*RING_MS)(value) if value else None


def some_prompts(value: Iterable[str]) -> str | None:
    count = len(list(value))
    if not 1 <= count <= PROMPTS_MAX:
        return f"1 to {PROMPTS_MAX} prompts, not {count}"
    return prompts_if_any(value)


def prompts_if_any(value: Iterable[str]) -> str | None:
    prompts = list(value)
    if len(prompts) > PROMPTS_MAX:
        return f"at most {PROMPTS_MAX} prompts, not {len(prompts)}"
    return _hashes(prompts)


def digit_prompts_if_any(value: Iterable[str]) -> str | None:
    prompts = list(value)
    if len(prompts) not in (0, DIGIT_PROMPTS):
        return f"{DIGIT_PROMPTS} prompts, of the digits 0 to 9, not {len(prompts)}"
    return _hashes(prompts)


def a_sha256(value: str) -> str | None:
    return _hashes([value])


def a_prompt_if_any(value: str) -> str | None:
    return _hashes([value]) if value else None


def a_reason(value: str) -> str | None:
    """A word for events and lists, not a text about somebody."""
    fits = 1 <= len(value) <= REASON_LENGTH_MAX and value.isprintable()
    return None if fits else f"1 to {REASON_LENGTH_MAX} characters, not {len(value)}"


def a_prompt_name(value: str) -> str | None:
    """As flows name prompts; empty for none."""
    if not value or _PROMPT_NAME.fullmatch(value):
        return None
    most = f"{PROMPT_NAME_LENGTH_MAX} at most"
    return f"small letters, digits, underscores, {most}, not {value[:40]!r}"


def a_file(value: bytes) -> str | None:
    if not value:
        return present(value)
    size = len(value)
    return None if size <= WAV_BYTES_MAX else f"at most {WAV_BYTES_MAX} bytes, not {size}"


def _hashes(prompts: list[str]) -> str | None:
    wrong = [prompt for prompt in prompts if not is_sha256(prompt)]
    return f"64 hexadecimal digits each, not {wrong[0][:70]!r}" if wrong else None
