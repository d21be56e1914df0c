"""What a call can be, as its events tell it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from sasayaki.media.v1.call_events import (
    CallPlaced,
    PromptOrdered,
    RecordingPolicy,
    SupervisionMode,
)


@dataclass(frozen=True, slots=True)
class Play:
    """Prompts that were ordered and have not ended; `number` counts the call's plays from 1.

    `withheld`: the recording was to be paused meanwhile, so what is keyed is noted nowhere.
    `stopping`: it is to stop.
    """

    number: int
    ordered: PromptOrdered
    withheld: bool = False
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """What every call has from its beginning on.

    `seen_seq` is the number of the last happening that was taken down. `plays` are those under
    way; the node stops the earlier when the next begins. `leaving`: the call is to be ended.
    `our_number` was dialled, or is shown to whom we call; `customer_sealed` is the customer's.
    """

    node_id: str
    node_call_id: str
    arrived_seq: int
    seen_seq: int
    our_number: str = ""
    customer_sealed: str = ""
    plays: tuple[Play, ...] = ()
    plays_ordered: int = 0
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class New:
    """Nothing is known of this contact."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """It rings, and nobody has said yet that it is to be answered."""

    thread: Thread
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class Answering:
    """The node is to answer it."""

    thread: Thread
    record: RecordingPolicy


@dataclass(frozen=True, slots=True)
class Placing:
    """We call the customer; the node is to do it, or their phone rings."""

    thread: Thread
    placed: CallPlaced


class LegPhase(IntEnum):
    """How far an operator's leg has come."""

    DIALLED = 1
    RINGING = 2
    PICKED_UP = 3
    TALKING = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a voice and what holds; `changes` counts orders."""

    wanted: bool = False
    holds: bool = False
    changes: int = 0


@dataclass(frozen=True, slots=True)
class OperatorLeg:
    """An operator's phone, or with `number_sealed` somebody outside: `operator_id` is empty then.

    `transferred`: it leaves because the customer is handed over. `asks` counts the transfers that
    its phone asked for, and `answer` is the SIP status that the last of them is to get.
    """

    leg_id: str
    operator_id: str
    ring_ms_max: int
    phase: LegPhase = LegPhase.DIALLED
    leaving: bool = False
    number_sealed: str = ""
    transferred: bool = False
    asks: int = 0
    answer: int | None = None
    picking_up: bool = False
    putting_down: bool = False
    mute: Wish = Wish()
    talk_back: Wish = Wish()

    @property
    def on_call(self) -> bool:
        """Whether it was picked up and stays."""
        return self.phase >= LegPhase.PICKED_UP and not self.leaving


@dataclass(frozen=True, slots=True)
class SupervisorLeg:
    """`changes` counts what was ordered of it; `heard` is the mode that the sound follows.

    `keep_changed`: whether its phone stays connected was ordered anew. The node does not say when
    it has taken that down, so the last order is sent on every connection as long as the leg stays.
    """

    leg_id: str
    supervisor_id: str
    supervision_id: str
    mode: SupervisionMode
    changes: int = 1
    heard: SupervisionMode | None = None
    leaving: bool = False
    keep_phone: bool = False
    keep_changed: bool = False
    putting_down: bool = False
    mute: Wish = Wish()

    @property
    def handles(self) -> bool:
        """Whether the call goes on with this supervisor in the operator's place."""
        return self.heard is SupervisionMode.TAKEOVER and not self.leaving


@dataclass(frozen=True, slots=True)
class HoldWish:
    """Whether the customer is to be on hold (`wanted`) and is (`held`); `changes` counts orders."""

    wanted: bool = False
    held: bool = False
    changes: int = 0
    music_sha256: str = ""
    operator_id: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PauseWish:
    """Whether the writing is to rest (`wanted`) and does (`paused`); `changes` counts orders."""

    wanted: bool = False
    paused: bool = False
    changes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Connected:
    """The customer hears us. Operators are in the order in which they were dialled.

    `outside_over` are the legs to the outside that have ended: they count against no cap any more.
    """

    thread: Thread
    operators: tuple[OperatorLeg, ...] = ()
    supervisors: tuple[SupervisorLeg, ...] = ()
    tapped: bool = False
    hold: HoldWish = HoldWish()
    pause: PauseWish = PauseWish()
    outside_over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ended:
    """Over for everybody; a recording may still be closing."""

    thread: Thread
    tapped: bool


Live: TypeAlias = Arrived | Answering | Placing | Connected
State: TypeAlias = New | Live | Ended
