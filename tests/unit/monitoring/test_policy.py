"""A client company's policy: each sets its own ladder, and nothing set is as for everybody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import given

from sasayaki.monitoring.v1.alert_events import AlertKind
from sasayaki.monitoring.v1.policy_events import AlertLadderSet, AlertRuleSet, SupervisionPolicySet
from sasayaki.monitoring.v1.supervision_events import Purpose
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.policy.policy import (
    POLICY,
    Policy,
    Rule,
    SetLadder,
    SetRule,
    SetSupervised,
    Supervised,
)

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


def test_an_alert_is_over_on_the_quiet_side_of_its_threshold_only() -> None:
    noisy = replace(RULE, cleared_at=RULE.threshold + 1)
    silence = SetRule("cli_acme", AlertKind.SILENCE, noisy)
    given(POLICY).when(silence).then_refused("RULE_BROKEN")
    low = replace(RULE, cleared_at=RULE.threshold - 1)
    level = SetRule("cli_acme", AlertKind.SERVICE_LEVEL, low)
    given(POLICY).when(level).then_refused("RULE_BROKEN")


def test_nothing_sets_when_operators_may_call_for_help() -> None:
    given(POLICY).when(SetRule("cli_acme", AlertKind.HELP, RULE)).then_refused("RULE_BROKEN")


SUPERVISED = Supervised(
    consent_for=frozenset((Purpose.TRAINING, Purpose.QUALITY)),
    not_allowed=frozenset((Purpose.SAMPLING,)),
    answer_within=timedelta(seconds=45),
    daily_limit=3,
)
SUPERVISED_SET = SupervisionPolicySet(
    client_id="cli_acme",
    consent_for=(Purpose.QUALITY, Purpose.TRAINING),
    not_allowed=(Purpose.SAMPLING,),
    answer_within_ms=45_000,
    daily_limit=3,
)


def test_how_a_client_company_is_supervised_is_set_and_leaves_the_rest_as_it_is() -> None:
    given(POLICY, SET).when(SetSupervised("cli_acme", SUPERVISED)).then(SUPERVISED_SET)
    given(POLICY, SUPERVISED_SET).when(SetSupervised("cli_acme", SUPERVISED)).then()
    state = POLICY.fold(POLICY.initial, [SET, SUPERVISED_SET, RULE_SET])
    assert state == Policy(LADDER, SUPERVISED, {AlertKind.SILENCE: RULE})


def test_nobody_is_ever_trained_unasked_by_policy() -> None:
    unasked = replace(SUPERVISED, consent_for=frozenset((Purpose.QUALITY,)))
    given(POLICY).when(SetSupervised("cli_acme", unasked)).then_refused("POLICY_BROKEN")


@pytest.mark.parametrize("purpose", [Purpose.HELP, Purpose.COMPLAINT])
def test_help_and_complaints_never_wait_for_consent(purpose: Purpose) -> None:
    waits = replace(SUPERVISED, consent_for=frozenset((Purpose.TRAINING, purpose)))
    given(POLICY).when(SetSupervised("cli_acme", waits)).then_refused("POLICY_BROKEN")


def test_help_cannot_be_forbidden() -> None:
    helpless = replace(SUPERVISED, not_allowed=frozenset((Purpose.HELP,)))
    given(POLICY).when(SetSupervised("cli_acme", helpless)).then_refused("POLICY_BROKEN")
