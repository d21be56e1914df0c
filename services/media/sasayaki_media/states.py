"""What a call can be, as its events tell it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from sasayaki.media.v1.call_events import PromptOrdered, RecordingPolicy, SupervisionMode


@dataclass(frozen=True, slots=True)
class Play:
    """Prompts that were ordered and have not ended; `number` counts the call's plays from 1."""

    number: int
    ordered: PromptOrdered


@dataclass(frozen=True, slots=True)
class Thread:
    """What every call has from its arrival on.

    `seen_seq` is the number of the last happening that was taken down. `plays` are those under
    way; the node stops the earlier when the next begins. `leaving`: the call is to be ended.
    """

    node_id: str
    node_call_id: str
    arrived_seq: int
    seen_seq: int
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


class LegPhase(IntEnum):
    """How far an operator's leg has come."""

    DIALLED = 1
    RINGING = 2
    PICKED_UP = 3
    TALKING = 4


@dataclass(frozen=True, slots=True)
class OperatorLeg:
    leg_id: str
    operator_id: str
    ring_ms_max: int
    phase: LegPhase = LegPhase.DIALLED
    leaving: bool = False


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

    @property
    def handles(self) -> bool:
        """Whether the call goes on with this supervisor in the operator's place."""
        return self.heard is SupervisionMode.TAKEOVER and not self.leaving


@dataclass(frozen=True, slots=True)
class Connected:
    """The customer hears us."""

    thread: Thread
    operators: tuple[OperatorLeg, ...] = ()
    supervisors: tuple[SupervisorLeg, ...] = ()
    tapped: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """Over for everybody; a recording may still be closing."""

    thread: Thread
    tapped: bool


Live: TypeAlias = Arrived | Answering | Connected
State: TypeAlias = New | Live | Ended
