"""What a call can be asked, and what the node says happened in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sasayaki.media.v1.call_events import (
    CallEndReason,
    LegEndReason,
    RecordingPolicy,
    SupervisionMode,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is written down: number `seq` in the journal of one run of the node.

    `at` is the node's instant of it; None for what is not the node's own word.
    """

    node_id: str
    seq: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrive:
    """A call for one of our numbers is ringing; the caller's number is hashed and sealed."""

    source: Source
    node_call_id: str
    dialled_number: str
    caller_hash: str
    caller_sealed: str


@dataclass(frozen=True, slots=True)
class Answer:
    record: RecordingPolicy


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    play_id: str
    prompt_sha256: tuple[str, ...]
    guidance: bool
    digits_max: int
    first_digit_ms: int
    next_digit_ms: int


@dataclass(frozen=True, slots=True)
class Dial:
    leg_id: str
    operator_id: str
    ring_ms_max: int


@dataclass(frozen=True, slots=True)
class Supervise:
    """`leg_id` is the supervisor's leg if they have none on this call yet."""

    leg_id: str
    supervisor_id: str
    supervision_id: str
    mode: SupervisionMode
    keep_phone: bool = False


@dataclass(frozen=True, slots=True)
class Unsupervise:
    supervision_id: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Ends the operator's leg; with no operator the call."""

    operator_id: str = ""
    unless_picked_up: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Nobody has answered in time."""


@dataclass(frozen=True, slots=True)
class LoseNode:
    """The node no longer holds the call and will say nothing more about it."""

    node_id: str


@dataclass(frozen=True, slots=True)
class FailOrder:
    """The node can't carry out an order: its key in `orders.outstanding` and the node's reason."""

    key: str
    error: str


class PlayEnd(StrEnum):
    """How a play ended, as the node says."""

    COMPLETED = "COMPLETED"
    COLLECTED = "COLLECTED"
    TIMED_OUT = "TIMED_OUT"
    HUNG_UP = "HUNG_UP"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The caller hung up before the call was admitted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The customer's phone confirmed the answer."""


@dataclass(frozen=True, slots=True)
class Played:
    play_id: str
    heard_ms: int
    total_ms: int
    end: PlayEnd
    digits: str


@dataclass(frozen=True, slots=True)
class Rang:
    leg_id: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    leg_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    leg_id: str


@dataclass(frozen=True, slots=True)
class ModeApplied:
    leg_id: str
    mode: SupervisionMode
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class LegLeft:
    leg_id: str
    reason: LegEndReason
    sip_code: int | None


@dataclass(frozen=True, slots=True)
class TapBegan:
    """What is said is written down."""


@dataclass(frozen=True, slots=True)
class TapStopped:
    recorded_ms: int
    pages: int


@dataclass(frozen=True, slots=True)
class Over:
    reason: CallEndReason


@dataclass(frozen=True, slots=True)
class FellSilent:
    """Neither party of a talk has spoken since then."""

    since: datetime


@dataclass(frozen=True, slots=True)
class BrokeSilence:
    silent_ms: int


@dataclass(frozen=True, slots=True)
class Overlapped:
    """Both parties of a talk spoke at once for so long."""

    overlap_ms: int


@dataclass(frozen=True, slots=True)
class Held:
    """A leg's phone put the call on hold; no leg id: the customer's."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class Resumed:
    leg_id: str


Fact: TypeAlias = (
    Withdrawn
    | Answered
    | Played
    | Rang
    | PickedUp
    | Joined
    | ModeApplied
    | LegLeft
    | TapBegan
    | TapStopped
    | Over
    | FellSilent
    | BrokeSilence
    | Overlapped
    | Held
    | Resumed
)


@dataclass(frozen=True, slots=True)
class Note:
    """Takes down what happened in the node."""

    source: Source
    fact: Fact


Request: TypeAlias = Answer | PlayPrompt | Dial | Supervise | Unsupervise | HangUp
Command: TypeAlias = Request | Arrive | Note | GiveUp | LoseNode | FailOrder
