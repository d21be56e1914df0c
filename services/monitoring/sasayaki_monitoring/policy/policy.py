"""How monitoring works for one client company: the stream `monitoring.policy`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import (
    EVENTS,
    AlertLadderSet,
    AlertRuleSet,
    PolicyEvent,
    SupervisionPolicySet,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_monitoring.alerts.alert import Ladder

MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rule raises an alert and when that is over, in the rule's unit; how often an hour."""

    enabled: bool
    threshold: int
    cleared_at: int
    hourly_most: int


@dataclass(frozen=True, slots=True)
class SetLadder:
    client_id: str
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class SetRule:
    client_id: str
    kind: AlertKind
    rule: Rule


Command: TypeAlias = SetLadder | SetRule


@dataclass(frozen=True, slots=True)
class Policy:
    """What is set; None or missing: as for everybody."""

    ladder: Ladder | None = None
    rules: Mapping[AlertKind, Rule] = field(default_factory=dict)


def decide(state: Policy, command: Command, now: datetime) -> Sequence[PolicyEvent]:
    match command:
        case SetLadder(client_id=client_id, ladder=ladder):
            return _ladder_set(state, client_id, ladder)
        case SetRule(client_id=client_id, kind=kind, rule=rule):
            return _rule_set(state, client_id, kind, rule)
        case _:
            assert_never(command)


def _ladder_set(state: Policy, client_id: str, ladder: Ladder) -> Sequence[PolicyEvent]:
    if ladder.managers_after < ladder.all_after:
        raise Refused("LADDER_BROKEN", "managers are told no sooner than all supervisors")
    if ladder == state.ladder:
        return []
    return [
        AlertLadderSet(
            client_id=client_id,
            all_after_ms=ladder.all_after // MS,
            managers_after_ms=ladder.managers_after // MS,
        )
    ]


def _rule_set(state: Policy, client_id: str, kind: AlertKind, rule: Rule) -> Sequence[PolicyEvent]:
    if state.rules.get(kind) == rule:
        return []
    return [
        AlertRuleSet(
            client_id=client_id,
            kind=kind,
            enabled=rule.enabled,
            threshold=rule.threshold,
            cleared_at=rule.cleared_at,
            hourly_most=rule.hourly_most,
        )
    ]


def evolve(state: Policy, event: PolicyEvent) -> Policy:
    match event:
        case AlertLadderSet(all_after_ms=all_after_ms, managers_after_ms=managers_after_ms):
            return replace(state, ladder=Ladder(all_after_ms * MS, managers_after_ms * MS))
        case AlertRuleSet(kind=kind) as told:
            rule = Rule(told.enabled, told.threshold, told.cleared_at, told.hourly_most)
            return replace(state, rules={**state.rules, kind: rule})
        case SupervisionPolicySet():
            return state
        case _:
            assert_never(event)


def deadline(state: Policy) -> tuple[datetime, Command] | None:
    return None


POLICY: Decider[Policy, Command, PolicyEvent] = Decider(
    stream="monitoring.policy",
    initial=Policy(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
