"""What a call can be asked, by others, by the node and by time."""

from dataclasses import dataclass
from typing import TypeAlias

from sasayaki.media.v1.call_events import RecordingPolicy, SupervisionMode
from sasayaki_media.calls.happened import Fact, Source


@dataclass(frozen=True, slots=True)
class Arrive:
    """A call for one of our numbers is ringing; the caller's number is hashed and sealed."""

    source: Source
    node_call_id: str
    dialled_number: str
    caller_hash: str
    caller_sealed: str


@dataclass(frozen=True, slots=True)
class Place:
    """A customer is to be called, from `from_number`; theirs is hashed and sealed."""

    node_id: str
    from_number: str
    caller_hash: str
    caller_sealed: str
    previous_contact_id: str
    ring_ms_max: int
    record: RecordingPolicy


@dataclass(frozen=True, slots=True)
class Answer:
    record: RecordingPolicy


@dataclass(frozen=True, slots=True)
class PlayPrompt:
    """`repeat`: the last prompt again and again. `sealed`: the digits are personal."""

    play_id: str
    prompt_sha256: tuple[str, ...]
    guidance: bool
    digits_max: int
    first_digit_ms: int
    next_digit_ms: int
    repeat: bool = False
    sealed: bool = False
    read_back_play_id: str = ""
    digit_sha256: tuple[str, ...] = ()
    closing_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StopPrompt:
    play_id: str


@dataclass(frozen=True, slots=True)
class Dial:
    """`consult`: beside the operator who talks, instead of the first."""

    leg_id: str
    operator_id: str
    ring_ms_max: int
    consult: bool = False


@dataclass(frozen=True, slots=True)
class DialOutside:
    """Somebody outside is to be called and joined; no operator: the flow wants it."""

    leg_id: str
    operator_id: str
    number_sealed: str
    ring_ms_max: int


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for what concerns a talk. An operator may only for a talk of their own."""

    user_id: str = ""
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Puts the customer on hold with music (none: silence), or takes them back."""

    held: bool
    music_sha256: str = ""
    asker: Asker = Asker()


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Nothing is to be written for a while, or again."""

    paused: bool
    reason: str = ""
    asker: Asker = Asker()


@dataclass(frozen=True, slots=True)
class AnswerTransfer:
    """What a phone that asked for a transfer is told."""

    leg_id: str
    sip_code: int


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
    """Ends the operator's leg; with no operator the call. `transferred`: the customer stays."""

    operator_id: str = ""
    unless_picked_up: bool = False
    transferred: bool = False


@dataclass(frozen=True, slots=True)
class PickUp:
    """An operator's browser that rings is picked up by its person."""

    user_id: str


@dataclass(frozen=True, slots=True)
class PutDown:
    """A person's browser is put down, or refuses while it rings."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Takes a person's voice out of the call, or lets it in again."""

    user_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class TalkBack:
    """Turns an operator's voice to the supervisors alone, or to all again."""

    user_id: str
    on: bool


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


@dataclass(frozen=True, slots=True)
class Note:
    """Takes down what happened in the node."""

    source: Source
    fact: Fact


Onward: TypeAlias = (
    Answer
    | PlayPrompt
    | StopPrompt
    | Dial
    | DialOutside
    | Hold
    | PauseRecording
    | AnswerTransfer
    | Supervise
    | PickUp
    | Mute
    | TalkBack
)
"""What goes on with the call."""
Leaving: TypeAlias = Unsupervise | HangUp | PutDown
Request: TypeAlias = Onward | Leaving
Command: TypeAlias = Request | Arrive | Place | Note | GiveUp | LoseNode | FailOrder
