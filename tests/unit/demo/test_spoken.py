"""A whisper's place in a recording goes by the node's instants, whenever media wrote them down."""

from __future__ import annotations

import io
import wave
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from sasayaki.media.v1.call_events import LegEndReason
from sasayaki_demo.checks import Span, Spoken, recorded
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.supervision import legs_ended_when_the_node_says
from sasayaki_demo.spoken import leg_ends, whispered
from sasayaki_demo.topics import Written

OPENED = datetime.fromisoformat("2026-11-22T03:00:00+00:00")
WHISPER, LISTEN = "SUPERVISION_MODE_WHISPER", "SUPERVISION_MODE_LISTEN"


def at(ms: float) -> str:
    return (OPENED + timedelta(milliseconds=ms)).isoformat()


def written(name: str, told_ms: float, contact: str = "con_1", **data: Any) -> Written:
    event = {"subject": contact, "type": f"sasayaki.media.v1.{name}", "time": at(told_ms)}
    return Written("media.call", 0, 0, {**event, "at": 0, "data": data})


def heard(mode: str, ms: float) -> Written:
    return written("SupervisorHeard", ms + 8, leg_id="leg_1", mode=mode, applied_at=at(ms))


def ended(ms: float, told_ms: float) -> Written:
    reason = LegEndReason.RELEASED
    return written("SupervisorLegEnded", told_ms, leg_id="leg_1", reason=reason, left_at=at(ms))


def recording(*tone_ms: tuple[int, int]) -> bytes:
    """Two seconds in which the supervisor alone is there, in these stretches."""
    tracks = np.zeros((16_000, 3))
    for start, end in tone_ms:
        n = np.arange(start * 8, end * 8)
        tracks[n, 2] = 8_000 * np.sin(2 * np.pi * 1310 * n / 8000)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(3)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(tracks.astype("<i2").tobytes())
    return file.getvalue()


@pytest.mark.parametrize("told_ms", [1503, 1600, 4000])
def test_a_whisper_ends_when_the_node_ended_the_leg_however_late_media_says_so(
    told_ms: float,
) -> None:
    records = [heard(WHISPER, 1000), ended(1500, told_ms)]

    assert whispered("con_1", records, OPENED.timestamp() * 1e3) == Span(990, 1490, 1490)


def test_a_whisper_ends_with_the_next_mode_and_another_calls_are_none_of_it() -> None:
    other = written("SupervisorLegEnded", 1100, "con_2", leg_id="leg_2", left_at=at(1100))
    records = [heard(WHISPER, 1000), other, heard(LISTEN, 1400), ended(1700, 1705)]

    assert whispered("con_1", records, OPENED.timestamp() * 1e3) == Span(990, 1390, 1390)


def test_who_was_only_listening_said_nothing() -> None:
    records = [heard(LISTEN, 1000), ended(1500, 1505)]

    assert whispered("con_1", records, OPENED.timestamp() * 1e3) is None


@pytest.mark.parametrize(("sound_ends", "faults"), [(1475, 0), (1490, 0), (1465, 1), (1515, 1)])
def test_a_track_that_ends_over_20_ms_from_the_nodes_instant_is_a_fault(
    sound_ends: int, faults: int
) -> None:
    records = [heard(WHISPER, 1000), ended(1500, 1530)]
    span = whispered("con_1", records, OPENED.timestamp() * 1e3)
    spans = {"customer": None, "operator": None, "supervisor": span}

    check = recorded([Spoken("con_1", spans, recording((990, sound_ends)))])

    assert check.measured == faults, check.complaints


def test_the_report_says_how_late_an_end_was_told_and_how_close_its_sound_was() -> None:
    records = [heard(WHISPER, 1000), ended(1500, 1530)]
    span = whispered("con_1", records, OPENED.timestamp() * 1e3)
    talk = Spoken("con_1", {"supervisor": span}, recording((990, 1485)))

    assert leg_ends([talk], records) == {"told": [30.0], "heard": [15.0]}


@pytest.mark.parametrize(
    ("left_ms", "told_ms", "complaints"), [(1500, 1530, 0), (1500, 1499, 1), (900, 1530, 1)]
)
def test_the_judge_wants_an_end_after_what_was_heard_and_before_it_was_told(
    left_ms: float, told_ms: float, complaints: int
) -> None:
    case = Case(
        [],
        [written("CallArrived", 0), heard(WHISPER, 1000), ended(left_ms, told_ms)],
        lambda _: "",
        0,
    )

    assert len(list(legs_ended_when_the_node_says(case))) == complaints


def test_the_judge_wants_every_end_of_a_leg_to_have_an_instant() -> None:
    end = written("SupervisorLegEnded", 1500, leg_id="leg_1")
    case = Case([], [written("CallArrived", 0), end], lambda _: "", 0)

    assert len(list(legs_ended_when_the_node_says(case))) == 1
