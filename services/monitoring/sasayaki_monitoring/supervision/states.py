"""Where a supervision stands, and how its events move it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswered,
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEvent,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
    TextWhispered,
)


@dataclass(frozen=True, slots=True)
class About:
    """Whom a supervision concerns.

    `client_id`: of the present call; None: as it began. `asked`: whether it began with a question;
    `consent_of`: the operator who said yes.
    """

    contact_id: str
    supervisor_id: str
    operator_id: str
    purpose: Purpose
    following: bool = False
    client_ids: tuple[str, ...] = ()
    keep_phone: bool = False
    client_id: str | None = None
    asked: bool = False
    consent_of: str | None = None


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nothing is known of this supervision."""


@dataclass(frozen=True, slots=True)
class AwaitingConsent:
    """The operator is asked; nothing is heard."""

    about: About
    mode: SupervisionMode
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Active:
    """The supervisor hears the call, or is about to."""

    about: About
    mode: SupervisionMode


@dataclass(frozen=True, slots=True)
class AwaitingOperator:
    """The call is over; the operator's next one is awaited."""

    about: About
    until: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """The supervisor has left, or never came."""

    about: About


State: TypeAlias = NotStarted | AwaitingConsent | Active | AwaitingOperator | Over
Live: TypeAlias = AwaitingConsent | Active | AwaitingOperator
LIVE = (AwaitingConsent, Active, AwaitingOperator)


def evolve(state: State, event: SupervisionEvent) -> State:
    """The supervision after an event."""
    if isinstance(event, ConsentRequested):
        return _asked(event)
    if isinstance(event, SupervisionStarted):
        return Active(_began(state, event), event.mode)
    assert not isinstance(state, NotStarted), f"{event!r} of a supervision that never began"
    about = state.about
    match event:
        case ConsentAnswered() | TextWhispered():
            return state
        case SupervisionModeChanged(mode=mode):
            return Active(about, mode)
        case TargetSwitched(contact_id=contact_id, operator_id=operator_id, client_id=client_id):
            there = replace(
                about, contact_id=contact_id, operator_id=operator_id, client_id=client_id
            )
            return Active(there, event.mode)
        case FollowingSet(following=following, client_ids=client_ids):
            return replace(state, about=replace(about, following=following, client_ids=client_ids))
        case OperatorAwaited(until=until):
            return AwaitingOperator(about, until)
        case SupervisionEnded():
            return Over(about)
        case _:
            assert_never(event)


def _asked(requested: ConsentRequested) -> AwaitingConsent:
    about = About(
        requested.contact_id,
        requested.supervisor_id,
        requested.operator_id,
        requested.purpose,
        keep_phone=bool(requested.keep_phone),
        asked=True,
    )
    return AwaitingConsent(about, requested.mode, requested.answer_by)


def _began(state: State, started: SupervisionStarted) -> About:
    """After a question, what was asked holds, and the operator's yes with it."""
    if isinstance(state, AwaitingConsent):
        return replace(state.about, consent_of=state.about.operator_id)
    return About(
        started.contact_id,
        started.supervisor_id,
        started.operator_id,
        started.purpose,
        following=bool(started.following),
        keep_phone=bool(started.keep_phone),
    )
