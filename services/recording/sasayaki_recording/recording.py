"""A call's recording: started with its first page, finished when no page is missing.

The sound itself is in the vault; a page is no event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sasayaki.recording.v1.recording_events import (
    EVENTS,
    RecordingEvent,
    RecordingFinished,
    RecordingStarted,
    TrackManifest,
)
from sasayaki_chassis.decider import Decider


@dataclass(frozen=True, slots=True)
class Whole:
    """All pages of all tracks are in the vault."""

    length_ms: int
    tracks: tuple[TrackManifest, ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """Pages are in the vault, and more are to come."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Pages were stored; `opened_at` is when the tap opened."""

    recording_id: str
    opened_at: datetime
    content: Whole | Partial


Command: TypeAlias = Keep


@dataclass(frozen=True, slots=True)
class NotStarted:
    """No page has come."""


@dataclass(frozen=True, slots=True)
class Running:
    recording_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    recording_id: str
    started_at: datetime
    length_ms: int


State: TypeAlias = NotStarted | Running | Finished


def decide(state: State, command: Command, now: datetime) -> Sequence[RecordingEvent]:
    """Pages may come twice and in any order: only the first and the last missing one tell."""
    match state:
        case NotStarted():
            started = RecordingStarted(
                recording_id=command.recording_id, started_at=command.opened_at
            )
            return [started, *_finished(command.recording_id, command.content)]
        case Running(recording_id):
            return _finished(recording_id, command.content)
        case Finished():
            return []


def evolve(state: State, event: RecordingEvent) -> State:
    match state, event:
        case NotStarted(), RecordingStarted():
            return Running(event.recording_id, event.started_at)
        case Running(), RecordingFinished():
            return Finished(state.recording_id, state.started_at, event.length_ms)
        case _:
            raise AssertionError(f"{type(event).__name__} when {type(state).__name__}")


def deadline(state: State) -> tuple[datetime, Command] | None:
    """Nothing is decided by time: a page may come at any later hour."""
    return None


def _finished(recording_id: str, content: Whole | Partial) -> list[RecordingEvent]:
    match content:
        case Whole(length_ms, tracks):
            return [
                RecordingFinished(recording_id=recording_id, length_ms=length_ms, tracks=tracks)
            ]
        case Partial():
            return []


RECORDING: Decider[State, Command, RecordingEvent] = Decider(
    stream="recording.recording",
    initial=NotStarted(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
)
