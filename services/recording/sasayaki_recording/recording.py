"""A call's recording: started with its first page, finished when no page is missing, deleted once.

The sound itself is in the vault; a page is no event. Holds are counted here and nowhere else, so
that a deletion and a hold that come at the same time are put in order by the stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sasayaki.recording.v1.recording_events import (
    EVENTS,
    DeletionReason,
    LegalHoldReleased,
    LegalHoldSet,
    Pause,
    RecordingDeleted,
    RecordingEvent,
    RecordingFinished,
    RecordingStarted,
    RecordingWanted,
    TrackManifest,
)
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True)
class Whole:
    """All pages of all tracks are in the vault."""

    length_ms: int
    tracks: tuple[TrackManifest, ...]
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """Pages are in the vault, and more are to come."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Pages were stored; `opened_at` is when the tap opened."""

    recording_id: str
    opened_at: datetime
    content: Whole | Partial


@dataclass(frozen=True, slots=True)
class SetHold:
    """Nobody may delete it until this hold is released."""

    hold_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    hold_id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The call is over, and only calls with an alert are kept; `bytes` are the file's."""

    alerted: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class Expire:
    """The time for which it is kept is over; `bytes` are the file's."""

    bytes: int


Command: TypeAlias = Keep | SetHold | ReleaseHold | Settle | Expire


@dataclass(frozen=True, slots=True)
class NotStarted:
    """No page has come."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of sound that is there."""

    recording_id: str
    started_at: datetime
    holds: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    kept: Kept


@dataclass(frozen=True, slots=True)
class Finished:
    kept: Kept
    length_ms: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """The sound is gone; holds that were released are still known."""

    kept: Kept


State: TypeAlias = NotStarted | Running | Finished | Deleted


def decide(state: State, command: Command, now: datetime) -> Sequence[RecordingEvent]:
    """Refuses UNKNOWN_RECORDING, RECORDING_DELETED, UNKNOWN_HOLD and HELD."""
    match command:
        case Keep():
            return _keep(state, command)
        case SetHold(hold_id, reason):
            kept = _there(state)
            if hold_id in kept.holds | kept.released:
                return []
            return [LegalHoldSet(hold_id=hold_id, reason=reason)]
        case ReleaseHold(hold_id):
            return _release(_known(state), hold_id)
        case Settle(alerted, size):
            return _settle(state, alerted, size)
        case Expire(size):
            return _delete(state, DeletionReason.RETENTION, size)


def evolve(state: State, event: RecordingEvent) -> State:
    match state, event:
        case NotStarted(), RecordingStarted():
            return Running(Kept(event.recording_id, event.started_at))
        case Running(), RecordingFinished():
            return Finished(state.kept, event.length_ms)
        case Running() | Finished(), RecordingDeleted():
            return Deleted(state.kept)
        case Running() | Finished(), RecordingWanted():
            return replace(state, kept=replace(state.kept, wanted=True))
        case Running() | Finished(), LegalHoldSet():
            holds = state.kept.holds | {event.hold_id}
            return replace(state, kept=replace(state.kept, holds=holds))
        case Running() | Finished(), LegalHoldReleased():
            kept, released = state.kept, {event.hold_id}
            kept = replace(kept, holds=kept.holds - released, released=kept.released | released)
            return replace(state, kept=kept)
        case _:
            raise AssertionError(f"{type(event).__name__} when {type(state).__name__}")


def deadline(state: State) -> tuple[datetime, Command] | None:
    """Nothing is decided by time alone: how long a recording is kept is another stream's."""
    return None


def _keep(state: State, command: Keep) -> Sequence[RecordingEvent]:
    """Pages may come twice and in any order: only the first and the last missing one tell."""
    match state:
        case NotStarted():
            started = RecordingStarted(
                recording_id=command.recording_id, started_at=command.opened_at
            )
            return [started, *_finished(command.recording_id, command.content)]
        case Running(kept):
            return _finished(kept.recording_id, command.content)
        case Finished() | Deleted():
            return []


def _finished(recording_id: str, content: Whole | Partial) -> list[RecordingEvent]:
    match content:
        case Whole(length_ms, tracks, pauses):
            return [
                RecordingFinished(
                    recording_id=recording_id, length_ms=length_ms, tracks=tracks, pauses=pauses
                )
            ]
        case Partial():
            return []


def _release(kept: Kept, hold_id: str) -> Sequence[RecordingEvent]:
    if hold_id in kept.released:
        return []
    if hold_id not in kept.holds:
        raise Refused("UNKNOWN_HOLD", f"no hold {hold_id!r} on this recording")
    return [LegalHoldReleased(hold_id=hold_id)]


def _settle(state: State, alerted: bool, size: int) -> Sequence[RecordingEvent]:
    """What was wanted once stays wanted."""
    if isinstance(state, Running | Finished) and state.kept.wanted:
        return []
    if alerted and not isinstance(state, NotStarted | Deleted):
        return [RecordingWanted()]
    return _delete(state, DeletionReason.NO_ALERT, size)


def _delete(state: State, reason: DeletionReason, size: int) -> Sequence[RecordingEvent]:
    kept = _known(state)
    if isinstance(state, Deleted):
        return []
    if kept.holds:
        raise Refused("HELD", f"{len(kept.holds)} legal hold(s) forbid it")
    return [RecordingDeleted(recording_id=kept.recording_id, reason=reason, bytes=size)]


def _known(state: State) -> Kept:
    if isinstance(state, NotStarted):
        raise Refused("UNKNOWN_RECORDING", "no recording of this contact")
    return state.kept


def _there(state: State) -> Kept:
    kept = _known(state)
    if isinstance(state, Deleted):
        raise Refused("RECORDING_DELETED", "the recording of this contact was deleted")
    return kept


RECORDING: Decider[State, Command, RecordingEvent] = Decider(
    stream="recording.recording",
    initial=NotStarted(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
)
