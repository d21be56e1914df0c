"""What can be asked of a supervision, and what the asker has looked up for the decision."""

from dataclasses import dataclass, field
from typing import TypeAlias

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentReason,
    Purpose,
    SupervisionEndReason,
)
from sasayaki_monitoring.policy.policy import Supervised


@dataclass(frozen=True, slots=True)
class Around:
    """Facts about other streams, as they are when the command is given.

    `supervisor_on`: another supervision of the same supervisor; `others_on_call`: how many other
    supervisors are on the call or ask for it; `handled_by`: who has taken the call over; `today`:
    how often the operator was monitored today, of what counts for the limit.
    """

    supervisor_on: str | None = None
    others_on_call: int = 0
    handled_by: str | None = None
    today: int = 0
    policy: Supervised = field(default_factory=Supervised)


@dataclass(frozen=True, slots=True)
class Call:
    """A talk that can be heard."""

    contact_id: str
    operator_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Start:
    """`client_ids`: whose calls the supervisor may hear."""

    call: Call
    supervisor_id: str
    mode: SupervisionMode
    purpose: Purpose
    following: bool = False
    keep_phone: bool = False
    client_ids: tuple[str, ...] = ()
    note_sealed: str | None = None
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the operator says who was asked."""

    operator_id: str
    answer: ConsentAnswer
    reason: ConsentReason | None = None
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True)
class ChangeMode:
    supervisor_id: str
    mode: SupervisionMode
    handled_by: str | None = None


@dataclass(frozen=True, slots=True)
class SwitchTarget:
    """The supervisor goes on to another call."""

    supervisor_id: str
    call: Call
    mode: SupervisionMode
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True)
class SetFollowing:
    supervisor_id: str
    following: bool
    client_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowCall:
    """The operator who is followed talks with the next customer."""

    call: Call
    around: Around = field(default_factory=Around)


@dataclass(frozen=True, slots=True)
class SendText:
    supervisor_id: str
    text_id: str
    text_sealed: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The supervisor says goodbye."""

    supervisor_id: str


@dataclass(frozen=True, slots=True)
class End:
    """The call or the phone is gone; `contact_id`: on which call, if the supervision is on it."""

    reason: SupervisionEndReason
    contact_id: str = ""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Time has passed: no answer came, or no further call."""


Command: TypeAlias = (
    Start
    | Answer
    | ChangeMode
    | SwitchTarget
    | SetFollowing
    | FollowCall
    | SendText
    | Leave
    | End
    | GiveUp
)
