"""Decides who may hear a call, in which mode and why: the stream `monitoring.supervision`.

Whether the supervisor or the call is taken already is a fact about other streams: the API looks it
up and the command carries it, so that the decision itself stays pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    EVENTS,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionEvent,
    SupervisionModeChanged,
    SupervisionStarted,
)
from sasayaki_chassis.decider import Decider, Refused

MODES = frozenset((SupervisionMode.LISTEN, SupervisionMode.WHISPER))
"""What can be asked for as long as the customer must not hear a supervisor."""
NEEDS_CONSENT = frozenset((Purpose.TRAINING,))
"""Nobody is trained unasked, and operators can't be asked yet."""


@dataclass(frozen=True, slots=True)
class Start:
    """`supervisor_on`: the call that the supervisor is on; `supervised_by`: who is on this one."""

    contact_id: str
    supervisor_id: str
    operator_id: str
    mode: SupervisionMode
    purpose: Purpose
    supervisor_on: str | None = None
    supervised_by: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeMode:
    supervisor_id: str
    mode: SupervisionMode


@dataclass(frozen=True, slots=True)
class Leave:
    """The supervisor says goodbye."""

    supervisor_id: str


@dataclass(frozen=True, slots=True)
class End:
    """The call or the phone is gone."""

    reason: SupervisionEndReason


Command: TypeAlias = Start | ChangeMode | Leave | End


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nothing is known of this supervision."""


@dataclass(frozen=True, slots=True)
class Active:
    """The supervisor hears the call, or is about to."""

    contact_id: str
    supervisor_id: str
    mode: SupervisionMode


@dataclass(frozen=True, slots=True)
class Over:
    """The supervisor has left."""

    supervisor_id: str


State: TypeAlias = NotStarted | Active | Over


def decide(state: State, command: Command, now: datetime) -> Sequence[SupervisionEvent]:
    """Read as a table: one case per transition that is allowed, everything else is refused."""
    match state, command:
        case NotStarted(), Start():
            return [_started(command)]
        case _, Start():
            return []  # the id comes from the request: this is the same request again
        case (
            (Active(supervisor_id=owner) | Over(supervisor_id=owner)),
            (ChangeMode(supervisor_id=caller) | Leave(supervisor_id=caller)),
        ) if caller != owner:
            raise Refused("NOT_YOURS", "another supervisor's supervision")
        case Active(mode=present), ChangeMode(mode=wanted):
            _check_mode(wanted)
            return [] if wanted is present else [SupervisionModeChanged(mode=wanted)]
        case Active(), Leave():
            return [SupervisionEnded(reason=SupervisionEndReason.ENDED)]
        case Active(), End(reason=reason):
            return [SupervisionEnded(reason=reason)]
        case Over(), Leave() | End():
            return []  # saying goodbye twice is not an error
        case Over(), ChangeMode():
            raise Refused("SUPERVISION_OVER", "the supervision is over")
    raise Refused("UNKNOWN_SUPERVISION", "no such supervision")


def evolve(state: State, event: SupervisionEvent) -> State:
    """The supervision after an event."""
    match event:
        case SupervisionStarted(contact_id=contact_id, supervisor_id=supervisor_id, mode=mode):
            return Active(contact_id, supervisor_id, mode)
        case SupervisionModeChanged(mode=mode):
            assert isinstance(state, Active), f"a mode changed while {state!r}"
            return Active(state.contact_id, state.supervisor_id, mode)
        case SupervisionEnded():
            assert isinstance(state, Active), f"an end while {state!r}"
            return Over(state.supervisor_id)
        case _:
            assert_never(event)


def deadline(state: State) -> tuple[datetime, Command] | None:
    """A supervision lasts as long as its call: time alone ends none."""
    return None


def _started(start: Start) -> SupervisionStarted:
    _check_mode(start.mode)
    if start.purpose in NEEDS_CONSENT:
        raise Refused("CONSENT_REQUIRED", "the operator can't be asked for consent yet")
    if start.supervisor_on is not None:
        raise Refused("SUPERVISOR_BUSY", f"the supervisor is on {start.supervisor_on!r}")
    if start.supervised_by is not None:
        raise Refused("CALL_SUPERVISED", f"{start.supervised_by!r} is on this call")
    return SupervisionStarted(
        contact_id=start.contact_id,
        supervisor_id=start.supervisor_id,
        operator_id=start.operator_id,
        mode=start.mode,
        purpose=start.purpose,
    )


def _check_mode(mode: SupervisionMode) -> None:
    if mode not in MODES:
        raise Refused("MODE_NOT_AVAILABLE", f"{mode.name} is not available")


SUPERVISION: Decider[State, Command, SupervisionEvent] = Decider(
    stream="monitoring.supervision",
    initial=NotStarted(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
