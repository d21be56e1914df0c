"""Decides who is told of an alert and who takes care of it: `monitoring.alert`.

Who watches is a fact about open streams and whether there is such an alert already one about other
alerts: whoever asks looks both up, so that the decision itself stays pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from sasayaki.monitoring.v1.alert_events import (
    EVENTS,
    AlertCancelled,
    AlertClaimed,
    AlertEnded,
    AlertEndReason,
    AlertEscalated,
    AlertEvent,
    AlertKind,
    AlertLevel,
    AlertOutcome,
    AlertRaised,
    AlertReason,
    AlertReasonGiven,
    AlertResolved,
)
from sasayaki_chassis.decider import Decider, Refused


@dataclass(frozen=True, slots=True)
class Ladder:
    """How long an unclaimed alert stays with few: counted from when it was raised."""

    all_after: timedelta = timedelta(seconds=20)
    managers_after: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule measured and the threshold that it passed, in the rule's unit."""

    measured: int
    threshold: int


@dataclass(frozen=True, slots=True)
class Raise:
    """`level`: who is told first; `team_id`: None when the operator has no team.

    A rule's alert says what was found; it may be about no call, no operator, or a queue.
    """

    contact_id: str
    operator_id: str
    team_id: str | None
    level: AlertLevel
    ladder: Ladder = Ladder()
    kind: AlertKind = AlertKind.HELP
    queue_id: str | None = None
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class GiveReason:
    operator_id: str
    reason: AlertReason


@dataclass(frozen=True, slots=True)
class Cancel:
    operator_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    supervisor_id: str


@dataclass(frozen=True, slots=True)
class Resolve:
    supervisor_id: str
    outcome: AlertOutcome


@dataclass(frozen=True, slots=True)
class Escalate:
    """Time has passed and nobody has claimed the alert."""


@dataclass(frozen=True, slots=True)
class End:
    """The call is gone, or what a rule found is over: then whoever has claimed it closes it."""

    reason: AlertEndReason


Command: TypeAlias = Raise | GiveReason | Cancel | Claim | Resolve | Escalate | End


@dataclass(frozen=True, slots=True)
class NotRaised:
    """Nothing is known of this alert."""


@dataclass(frozen=True, slots=True)
class About:
    """What stays the same about an alert, and the reason, which may be told late."""

    kind: AlertKind
    contact_id: str
    operator_id: str
    queue_id: str
    raised_at: datetime
    reason: AlertReason = AlertReason.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Open:
    """Nobody has claimed it yet."""

    about: About
    level: AlertLevel
    all_at: datetime
    managers_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """One supervisor takes care of it."""

    about: About
    supervisor_id: str


@dataclass(frozen=True, slots=True)
class Over:
    """Cancelled, resolved or ended; of an ended one its claimer may still tell the outcome."""

    about: About
    supervisor_id: str | None = None
    outcome_missing: bool = False
    false_alarm: bool = False


State: TypeAlias = NotRaised | Open | Claimed | Over


def decide(state: State, command: Command, now: datetime) -> Sequence[AlertEvent]:
    """Everything but a raise needs an alert that was raised."""
    if isinstance(command, Raise):
        return _raised(state, command, now)
    if isinstance(state, NotRaised):
        raise Refused("UNKNOWN_ALERT", "no such alert")
    match command:
        case GiveReason(operator_id=operator_id, reason=reason):
            _check_raised_by(state.about, operator_id)
            return [] if state.about.reason is reason else [AlertReasonGiven(reason=reason)]
        case Cancel(operator_id=operator_id):
            _check_raised_by(state.about, operator_id)
            return [] if isinstance(state, Over) else [AlertCancelled()]
        case Claim(supervisor_id=supervisor_id):
            return _claimed(state, supervisor_id, now)
        case Resolve(supervisor_id=supervisor_id, outcome=outcome):
            return _resolved(state, supervisor_id, outcome)
        case Escalate():
            return _escalated(state)
        case End(reason=reason):
            return _ended(state, reason)
        case _:
            assert_never(command)


def _raised(state: State, command: Raise, now: datetime) -> Sequence[AlertEvent]:
    if isinstance(state, Over):
        raise Refused("ALERT_OVER", "the alert is over")
    if not isinstance(state, NotRaised):
        return []  # a second press changes nothing
    return [
        AlertRaised(
            kind=command.kind,
            contact_id=command.contact_id,
            operator_id=command.operator_id,
            team_id=command.team_id,
            level=command.level,
            all_at=now + command.ladder.all_after,
            managers_at=now + command.ladder.managers_after,
            raised_at=now,
            queue_id=command.queue_id,
            measured=command.found and command.found.measured,
            threshold=command.found and command.found.threshold,
        )
    ]


def _claimed(state: Open | Claimed | Over, supervisor_id: str, now: datetime) -> list[AlertEvent]:
    match state:
        case Open(about=about):
            waited_ms = (now - about.raised_at) // timedelta(milliseconds=1)
            return [AlertClaimed(supervisor_id=supervisor_id, waited_ms=waited_ms)]
        case Claimed(supervisor_id=claimer):
            if claimer == supervisor_id:
                return []
            raise Refused("ALREADY_CLAIMED", f"{claimer!r} has claimed the alert")
        case Over():
            raise Refused("ALERT_OVER", "the alert is over")
        case _:
            assert_never(state)


def _resolved(
    state: Open | Claimed | Over, supervisor_id: str, outcome: AlertOutcome
) -> list[AlertEvent]:
    match state:
        case Open() | Over(supervisor_id=None):
            raise Refused("NOT_CLAIMED", "nobody has claimed the alert")
        case Claimed(supervisor_id=claimer) | Over(supervisor_id=claimer):
            if claimer != supervisor_id:
                raise Refused("NOT_YOURS", f"{claimer!r} has claimed the alert")
            done = isinstance(state, Over) and not state.outcome_missing
            return [] if done else [AlertResolved(outcome=outcome)]
        case _:
            assert_never(state)


def _escalated(state: Open | Claimed | Over) -> list[AlertEvent]:
    """One step up the ladder."""
    match state:
        case Open(level=AlertLevel.TEAM):
            return [AlertEscalated(level=AlertLevel.ALL)]
        case Open(level=AlertLevel.ALL):
            return [AlertEscalated(level=AlertLevel.MANAGERS)]
        case _:
            return []


def _ended(state: Open | Claimed | Over, reason: AlertEndReason) -> list[AlertEvent]:
    match state:
        case Over():
            return []
        case Claimed() if reason is AlertEndReason.CLEARED:
            return []
        case _:
            return [AlertEnded(reason=reason)]


def _check_raised_by(about: About, operator_id: str) -> None:
    if about.kind is not AlertKind.HELP or about.operator_id != operator_id:
        raise Refused("NOT_YOURS", "not a call for help of yours")


def evolve(state: State, event: AlertEvent) -> State:
    """The alert after an event."""
    if isinstance(event, AlertRaised):
        return _opened(event)
    assert not isinstance(state, NotRaised), f"{event!r} of an alert that was never raised"
    about = state.about
    match event:
        case AlertEscalated(level=level):
            assert isinstance(state, Open), f"escalated while {state!r}"
            return replace(state, level=level)
        case AlertClaimed(supervisor_id=supervisor_id):
            return Claimed(about, supervisor_id)
        case AlertReasonGiven(reason=reason):
            return replace(state, about=replace(about, reason=reason))
        case AlertCancelled():
            return Over(about, _claimer(state))
        case AlertResolved(outcome=outcome):
            false_alarm = outcome is AlertOutcome.FALSE_ALARM
            return Over(about, _claimer(state), false_alarm=false_alarm)
        case AlertEnded():
            claimer = _claimer(state)
            return Over(about, claimer, outcome_missing=claimer is not None)
        case _:
            assert_never(event)


def _opened(raised: AlertRaised) -> Open:
    return Open(
        about=About(
            kind=raised.kind,
            contact_id=raised.contact_id,
            operator_id=raised.operator_id,
            queue_id=raised.queue_id or "",
            raised_at=raised.raised_at,
        ),
        level=raised.level,
        all_at=raised.all_at,
        managers_at=raised.managers_at,
    )


def _claimer(state: Open | Claimed | Over) -> str | None:
    return None if isinstance(state, Open) else state.supervisor_id


def deadline(state: State) -> tuple[datetime, Command] | None:
    """Time widens the circle of those who are told, until everybody is."""
    match state:
        case Open(level=AlertLevel.TEAM, all_at=at) | Open(level=AlertLevel.ALL, managers_at=at):
            return at, Escalate()
        case _:
            return None


ALERT: Decider[State, Command, AlertEvent] = Decider(
    stream="monitoring.alert",
    initial=NotRaised(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
