"""A client company's policy: each sets its own ladder, and nothing set is as for everybody."""

from datetime import timedelta

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import AlertLadderSet, AlertRuleSet
from sasayaki_chassis.testing import given
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.policy.policy import POLICY, Policy, Rule, SetLadder, SetRule

LADDER = Ladder(timedelta(seconds=5), timedelta(seconds=5))
SET = AlertLadderSet(client_id="cli_acme", all_after_ms=5_000, managers_after_ms=5_000)
RULE = Rule(enabled=True, threshold=9_000, cleared_at=8_000, hourly_most=3)
RULE_SET = AlertRuleSet(
    client_id="cli_acme",
    kind=AlertKind.SILENCE,
    enabled=True,
    threshold=9_000,
    cleared_at=8_000,
    hourly_most=3,
)


def test_a_ladder_is_set_and_holds() -> None:
    given(POLICY).when(SetLadder("cli_acme", LADDER)).then(SET)
    assert POLICY.fold(POLICY.initial, [SET]) == Policy(LADDER)


def test_setting_the_present_ladder_changes_nothing() -> None:
    given(POLICY, SET).when(SetLadder("cli_acme", LADDER)).then()


def test_managers_are_never_told_before_all_supervisors() -> None:
    broken = Ladder(timedelta(seconds=5), timedelta(seconds=4))
    given(POLICY).when(SetLadder("cli_acme", broken)).then_refused("LADDER_BROKEN")


def test_a_rule_is_set_for_its_kind_only_and_holds() -> None:
    given(POLICY, SET).when(SetRule("cli_acme", AlertKind.SILENCE, RULE)).then(RULE_SET)
    state = POLICY.fold(POLICY.initial, [SET, RULE_SET])
    assert state.ladder == LADDER
    assert state.rules == {AlertKind.SILENCE: RULE}


def test_setting_the_present_rule_changes_nothing() -> None:
    given(POLICY, RULE_SET).when(SetRule("cli_acme", AlertKind.SILENCE, RULE)).then()


def test_no_time_limit_runs_on_a_policy() -> None:
    given(POLICY, SET).then_nothing_is_due()
