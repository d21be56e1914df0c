"""A client company's calls out: its rule, the caps that they count against, alarms about them.

The caps are exact because one decider counts for the whole company: a call counts from
`OutboundAllowed` on, before the node hears of it, until `OutboundEnded`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias, assert_never
from zoneinfo import ZoneInfo

from sasayaki.media.v1.outbound_events import (
    EVENTS,
    OutboundAllowed,
    OutboundEnded,
    OutboundEvent,
    OutboundRefusal,
    OutboundRefused,
    OutboundRuleSet,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_media.outbound.numbers import allowed

STREAM = "media.outbound"
MINUTE = timedelta(minutes=1)
ALARMS_MOST = 60
"""Alarms about people, of one company within a minute; further ones are refused untold."""


@dataclass(frozen=True, slots=True)
class Running:
    """A call out that counts, and since when."""

    outbound_id: str
    contact_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """That somebody asked for what may not be, and when it was told."""

    refusal: OutboundRefusal
    operator_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """`minute` are the calls of the last minute that had one, `today` counts those of `day`.

    `alarms` are those about people that were told within a minute of the latest.
    """

    rule: OutboundRuleSet | None = None
    running: tuple[Running, ...] = ()
    minute: tuple[datetime, ...] = ()
    day: date | None = None
    today: int = 0
    latest: datetime | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRule:
    rule: OutboundRuleSet


@dataclass(frozen=True, slots=True)
class Ask:
    """May this number be called? In E.164, or empty when what was given is none.

    `right`: whether who asks may ask at all. The number itself goes into no event. A refusal names
    `wanted_in`, the contact from which it was asked: the one that was to be placed never is.
    """

    outbound_id: str
    contact_id: str
    wanted_in: str
    operator_id: str
    number: str
    number_hash: str
    right: bool


@dataclass(frozen=True, slots=True)
class End:
    """The call out is over, or never came to be."""

    outbound_id: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that smelt of fraud was refused in the node."""

    refusal: OutboundRefusal
    contact_id: str
    trunk: str


Command: TypeAlias = SetRule | Ask | End | Suspect


def decide(state: State, command: Command, now: datetime, zone: ZoneInfo) -> list[OutboundEvent]:
    """Refuses OUTBOUND_REFUSED when the alarm about it has been raised already."""
    match command:
        case SetRule(rule):
            return [] if state.rule == rule else [rule]
        case Ask():
            return _asked(state, command, now, zone)
        case End(outbound_id):
            return [
                OutboundEnded(outbound_id=outbound_id, contact_id=running.contact_id)
                for running in state.running
                if running.outbound_id == outbound_id
            ]
        case Suspect(refusal, contact_id, trunk):
            return [
                OutboundRefused(
                    refusal=refusal,
                    contact_id=contact_id,
                    operator_id="",
                    number_hash="",
                    trunk=trunk,
                )
            ]
        case _:
            assert_never(command)


def _asked(state: State, ask: Ask, now: datetime, zone: ZoneInfo) -> list[OutboundEvent]:
    # An owner's clock may be a little behind the one before: no minute is counted twice by that.
    at = max(now, state.latest or now)
    if refusal := _refusal(state, ask, at, zone):
        if _is_told(state, refusal, ask.operator_id, now):
            raise Refused("OUTBOUND_REFUSED", refusal.name)
        return [
            OutboundRefused(
                refusal=refusal,
                contact_id=ask.wanted_in,
                operator_id=ask.operator_id,
                number_hash=ask.number_hash,
                trunk="",
                at=now,
            )
        ]
    return [
        OutboundAllowed(
            outbound_id=ask.outbound_id,
            contact_id=ask.contact_id,
            operator_id=ask.operator_id,
            number_hash=ask.number_hash,
            at=at,
        )
    ]


def _refusal(state: State, ask: Ask, at: datetime, zone: ZoneInfo) -> OutboundRefusal | None:
    """Why not: who may not is told so first, what cannot be called next, then the caps."""
    rule = state.rule
    if not ask.right:
        return OutboundRefusal.NO_RIGHT
    if not ask.number:
        return OutboundRefusal.NO_NUMBER
    if rule is None or not allowed(ask.number, rule.prefixes, rule.denied_prefixes):
        return OutboundRefusal.NUMBER_NOT_ALLOWED
    if len(state.running) >= rule.concurrent_max:
        return OutboundRefusal.CONCURRENT_CAP
    if sum(each > at - MINUTE for each in state.minute) >= rule.per_minute_max:
        return OutboundRefusal.MINUTE_CAP
    today = state.today if state.day == at.astimezone(zone).date() else 0
    if today >= rule.per_day_max:
        return OutboundRefusal.DAY_CAP
    return None


def _is_told(state: State, refusal: OutboundRefusal, operator_id: str, now: datetime) -> bool:
    """Whether one more alarm would tell nothing new.

    What a flow or a callback asked for is always told: they go on by it, and end by themselves.
    """
    if not operator_id:
        return False
    recent = [alarm for alarm in state.alarms if alarm.at > now - MINUTE]
    same = any((alarm.refusal, alarm.operator_id) == (refusal, operator_id) for alarm in recent)
    return same or len(recent) >= ALARMS_MOST


def evolve(state: State, event: OutboundEvent, zone: ZoneInfo) -> State:
    match event:
        case OutboundRuleSet():
            return replace(state, rule=event)
        case OutboundAllowed(at=at):
            day = at.astimezone(zone).date()
            running = Running(event.outbound_id, event.contact_id, at)
            return replace(
                state,
                running=(*state.running, running),
                minute=(*(each for each in state.minute if each > at - MINUTE), at),
                day=day,
                today=state.today + 1 if state.day == day else 1,
                latest=at,
            )
        case OutboundEnded(outbound_id=outbound_id):
            left = tuple(each for each in state.running if each.outbound_id != outbound_id)
            return replace(state, running=left)
        case OutboundRefused(operator_id=operator_id, at=at) if operator_id and at:
            recent = (alarm for alarm in state.alarms if alarm.at > at - MINUTE)
            return replace(state, alarms=(*recent, Alarm(event.refusal, operator_id, at)))
        case OutboundRefused():
            return state
        case _:
            assert_never(event)


def outbound(zone: ZoneInfo) -> Decider[State, Command, OutboundEvent]:
    """The decider; the centre's day begins at midnight in its zone."""

    def decide_here(state: State, command: Command, now: datetime) -> Sequence[OutboundEvent]:
        return decide(state, command, now, zone)

    def evolve_here(state: State, event: OutboundEvent) -> State:
        return evolve(state, event, zone)

    return Decider(
        stream=STREAM,
        initial=State(),
        decide=decide_here,
        evolve=evolve_here,
        deadline=lambda _: None,
        events=EVENTS,
    )
