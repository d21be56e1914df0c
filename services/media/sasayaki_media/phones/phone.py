"""One connected phone of a supervisor: picked up once, on one call after another, hung up once.

The node says what happens to it; all that can be asked of it is to be hung up. That order is
outstanding until the node says that the phone is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.media.v1.call_events import LegEndReason
from sasayaki.media.v1.phone_events import (
    EVENTS,
    PhoneAttached,
    PhoneConnected,
    PhoneDetached,
    PhoneEvent,
    PhoneGone,
    PhoneReleaseOrdered,
)
from sasayaki_chassis.decider import Decider
from sasayaki_media.calls.happened import Source


@dataclass(frozen=True, slots=True)
class Connect:
    """The phone was picked up."""

    source: Source
    user_id: str
    node_phone_id: str


@dataclass(frozen=True, slots=True)
class Attach:
    """The phone is on a call from here on."""

    source: Source
    contact_id: str
    leg_id: str


@dataclass(frozen=True, slots=True)
class Detach:
    """The phone is not on that call any more."""

    source: Source
    contact_id: str
    leg_id: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The phone was hung up, on either side."""

    source: Source
    reason: LegEndReason
    sip_code: int | None


@dataclass(frozen=True, slots=True)
class Lose:
    """The node that held it is gone."""

    node_id: str


@dataclass(frozen=True, slots=True)
class Release:
    """The phone is to be hung up."""


Fact: TypeAlias = Connect | Attach | Detach | Leave
Command: TypeAlias = Fact | Lose | Release


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known of this phone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A connected phone; `seen_seq` is the last happening that was taken down.

    `leg_id` is the leg that it is, empty while it waits for a call. `releasing`: it is to be hung
    up.
    """

    user_id: str
    node_id: str
    seen_seq: int
    leg_id: str = ""
    releasing: bool = False


@dataclass(frozen=True, slots=True)
class HungUp:
    """The phone is connected no more."""


State: TypeAlias = Unknown | Line | HungUp


def decide(state: State, command: Command, now: datetime) -> Sequence[PhoneEvent]:
    """What is repeated, or about a phone that is not there, comes to nothing."""
    match state, command:
        case Unknown(), Connect(source, user_id, node_phone_id):
            connected = PhoneConnected(
                user_id=user_id,
                node_phone_id=node_phone_id,
                node_id=source.node_id,
                happening_seq=source.seq,
            )
            return [connected]
        case Line(), Release():
            return [] if state.releasing else [PhoneReleaseOrdered()]
        case Line(node_id=known), Lose(node_id) if known == node_id:
            return [PhoneGone(reason=LegEndReason.FAILED, node_id=node_id, happening_seq=0)]
        case Line(), (Attach() | Detach() | Leave()):
            source = command.source
            fresh = source.node_id == state.node_id and source.seq > state.seen_seq
            return _noted(state, command) if fresh else []
        case _:
            return []


def _noted(line: Line, fact: Attach | Detach | Leave) -> Sequence[PhoneEvent]:
    node_id, seq = fact.source.node_id, fact.source.seq
    match fact:
        case Attach(_, contact_id, leg_id):
            attached = PhoneAttached(
                contact_id=contact_id, leg_id=leg_id, node_id=node_id, happening_seq=seq
            )
            return [attached]
        case Detach(_, contact_id, leg_id):
            detached = PhoneDetached(
                contact_id=contact_id, leg_id=leg_id, node_id=node_id, happening_seq=seq
            )
            # Who has gone on to the next call has left the one before.
            return [detached] if line.leg_id == leg_id else []
        case Leave(_, reason, sip_code):
            gone = PhoneGone(reason=reason, sip_code=sip_code, node_id=node_id, happening_seq=seq)
            return [gone]
        case _:
            assert_never(fact)


def evolve(state: State, event: PhoneEvent) -> State:
    match event:
        case PhoneConnected():
            return Line(event.user_id, event.node_id, event.happening_seq)
        case PhoneGone():
            return HungUp()
        case PhoneAttached() | PhoneDetached() | PhoneReleaseOrdered():
            assert isinstance(state, Line), f"{type(event).__name__} when {type(state).__name__}"
            return _went_on(state, event)
        case _:
            assert_never(event)


def _went_on(line: Line, event: PhoneAttached | PhoneDetached | PhoneReleaseOrdered) -> Line:
    match event:
        case PhoneAttached(leg_id=leg_id, happening_seq=seq):
            return replace(line, leg_id=leg_id, seen_seq=seq)
        case PhoneDetached(happening_seq=seq):
            return replace(line, leg_id="", seen_seq=seq)
        case PhoneReleaseOrdered():
            return replace(line, releasing=True)


def deadline(state: State) -> None:
    """Time does nothing here: how long a phone may wait for a call is the node's to say."""


PHONE: Decider[State, Command, PhoneEvent] = Decider(
    stream="media.phone",
    initial=Unknown(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=6,
    is_over=lambda state: isinstance(state, HungUp),
)
