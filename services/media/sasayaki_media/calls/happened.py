"""What the node says happened in a call."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sasayaki.media.v1.call_events import CallEndReason, LegEndReason, SupervisionMode


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact is written down: number `seq` in the journal of one run of the node.

    `at` is the node's instant of it; None for what is not the node's own word.
    """

    node_id: str
    seq: int
    at: datetime | None = None


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
    """`digits_sealed` are the same digits under the company's key; empty without one."""

    play_id: str
    heard_ms: int
    total_ms: int
    end: PlayEnd
    digits: str
    digits_sealed: str = ""


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
class Muted:
    """Nobody hears the leg from here on, or all who may."""

    leg_id: str
    holds: bool


@dataclass(frozen=True, slots=True)
class TalkedBack:
    """The operator is heard by supervisors alone from here on, or by all again."""

    leg_id: str
    on: bool


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


@dataclass(frozen=True, slots=True)
class PhoneRang:
    """The phone of the customer whom we call rings."""


@dataclass(frozen=True, slots=True)
class CustomerPutOnHold:
    """The customer hears music."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The customer and the operators hear each other again."""


@dataclass(frozen=True, slots=True)
class TapRested:
    """Nothing is written from this point of the recording's timeline on."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TapWentOn:
    at_ms: int


@dataclass(frozen=True, slots=True)
class Referred:
    """An operator's phone asks for a transfer to a user, who is here if `ours`.

    `replaces_leg_id`: the leg of this call that it names, an attended transfer.
    """

    leg_id: str
    target: str
    replaces_leg_id: str
    ours: bool

    def within(self, tenant_id: str) -> "Referred":
        """The same by a user's id alone, also where the phone named the tenant too."""
        return replace(self, target=self.target.removesuffix(f".{tenant_id}"))


Fact: TypeAlias = (
    Withdrawn
    | PhoneRang
    | CustomerPutOnHold
    | TakenBack
    | TapRested
    | TapWentOn
    | Referred
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
    | Muted
    | TalkedBack
)
