"""How monitoring works for one client company: the stream `monitoring.policy`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias, assert_never

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import (
    EVENTS,
    AlertLadderSet,
    AlertRuleSet,
    PolicyEvent,
    SupervisionPolicySet,
)
from sasayaki.monitoring.v1.supervision_events import Purpose
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_monitoring.alerts.alert import Ladder

MS = timedelta(milliseconds=1)
NEVER_WAITS = frozenset((Purpose.HELP, Purpose.COMPLAINT))
"""Whoever needs help now is not asked first whether they want to be heard."""
ALWAYS_ASKED = frozenset((Purpose.TRAINING,))
ALARM_BELOW = frozenset((AlertKind.SERVICE_LEVEL,))
"""Kinds for which a low figure is the alarming one."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """How operators of a client company's calls are supervised.

    `daily_limit` counts what was imposed on one operator in a day: calls heard with any purpose
    but help and complaint.
    """

    consent_for: frozenset[Purpose] = ALWAYS_ASKED
    not_allowed: frozenset[Purpose] = frozenset()
    answer_within: timedelta = timedelta(seconds=30)
    daily_limit: int = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """When a kind of alert is raised; units are those of `AlertRuleSet`."""

    enabled: bool
    threshold: int
    cleared_at: int
    hourly_most: int


@dataclass(frozen=True, slots=True)
class SetLadder:
    client_id: str
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class SetSupervised:
    client_id: str
    supervised: Supervised


@dataclass(frozen=True, slots=True)
class SetRule:
    client_id: str
    kind: AlertKind
    rule: Rule


Command: TypeAlias = SetLadder | SetSupervised | SetRule


@dataclass(frozen=True, slots=True)
class Policy:
    """What is set; None, or no rule of a kind: as for everybody."""

    ladder: Ladder | None = None
    supervised: Supervised | None = None
    rules: Mapping[AlertKind, Rule] = field(default_factory=lambda: MappingProxyType({}))


def decide(state: Policy, command: Command, now: datetime) -> Sequence[PolicyEvent]:
    """What is set already changes nothing."""
    match command:
        case SetLadder(client_id=client_id, ladder=ladder):
            _check_ladder(ladder)
            return [] if ladder == state.ladder else [_ladder_set(client_id, ladder)]
        case SetSupervised(client_id=client_id, supervised=supervised):
            _check_supervised(supervised)
            same = supervised == state.supervised
            return [] if same else [_supervised_set(client_id, supervised)]
        case SetRule(client_id=client_id, kind=kind, rule=rule):
            _check_rule(kind, rule)
            same = rule == state.rules.get(kind)
            return [] if same else [_rule_set(client_id, kind, rule)]
        case _:
            assert_never(command)


def evolve(state: Policy, event: PolicyEvent) -> Policy:
    """The policy after an event."""
    match event:
        case AlertLadderSet(all_after_ms=all_ms, managers_after_ms=managers_ms):
            return replace(state, ladder=Ladder(all_ms * MS, managers_ms * MS))
        case SupervisionPolicySet():
            supervised = Supervised(
                consent_for=frozenset(event.consent_for),
                not_allowed=frozenset(event.not_allowed),
                answer_within=event.answer_within_ms * MS,
                daily_limit=event.daily_limit,
            )
            return replace(state, supervised=supervised)
        case AlertRuleSet(kind=kind):
            rule = Rule(event.enabled, event.threshold, event.cleared_at, event.hourly_most)
            return replace(state, rules=MappingProxyType({**state.rules, kind: rule}))
        case _:
            assert_never(event)


def deadline(state: Policy) -> tuple[datetime, Command] | None:
    return None


def _check_ladder(ladder: Ladder) -> None:
    if ladder.managers_after < ladder.all_after:
        raise Refused("LADDER_BROKEN", "managers are told no sooner than all supervisors")


def _check_supervised(supervised: Supervised) -> None:
    if supervised.consent_for & NEVER_WAITS:
        raise Refused("POLICY_BROKEN", "help and complaints never wait for consent")
    if Purpose.HELP in supervised.not_allowed:
        raise Refused("POLICY_BROKEN", "help is always allowed")
    if not supervised.consent_for >= ALWAYS_ASKED:
        raise Refused("POLICY_BROKEN", "nobody is trained unasked")


def _check_rule(kind: AlertKind, rule: Rule) -> None:
    if kind is AlertKind.HELP:
        raise Refused("RULE_BROKEN", "operators who call for help are heard always")
    quiet = rule.cleared_at - rule.threshold
    if quiet < 0 if kind in ALARM_BELOW else quiet > 0:
        raise Refused("RULE_BROKEN", "an alert is over on the quiet side of its threshold only")


def _ladder_set(client_id: str, ladder: Ladder) -> AlertLadderSet:
    return AlertLadderSet(
        client_id=client_id,
        all_after_ms=ladder.all_after // MS,
        managers_after_ms=ladder.managers_after // MS,
    )


def _supervised_set(client_id: str, supervised: Supervised) -> SupervisionPolicySet:
    return SupervisionPolicySet(
        client_id=client_id,
        consent_for=tuple(sorted(supervised.consent_for)),
        not_allowed=tuple(sorted(supervised.not_allowed)),
        answer_within_ms=supervised.answer_within // MS,
        daily_limit=supervised.daily_limit,
    )


def _rule_set(client_id: str, kind: AlertKind, rule: Rule) -> AlertRuleSet:
    return AlertRuleSet(
        client_id=client_id,
        kind=kind,
        enabled=rule.enabled,
        threshold=rule.threshold,
        cleared_at=rule.cleared_at,
        hourly_most=rule.hourly_most,
    )


POLICY: Decider[Policy, Command, PolicyEvent] = Decider(
    stream="monitoring.policy",
    initial=Policy(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
