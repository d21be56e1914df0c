"""A client company's policy: each sets its own ladder, and nothing set is as for everybody."""

from datetime import timedelta

from sasayaki.monitoring.v1.policy_events import AlertLadderSet
from sasayaki_chassis.testing import given
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.policy.policy import POLICY, Policy, SetLadder

LADDER = Ladder(timedelta(seconds=5), timedelta(seconds=5))
SET = AlertLadderSet(client_id="cli_acme", all_after_ms=5_000, managers_after_ms=5_000)


def test_a_ladder_is_set_and_holds() -> None:
    given(POLICY).when(SetLadder("cli_acme", LADDER)).then(SET)
    assert POLICY.fold(POLICY.initial, [SET]) == Policy(LADDER)


def test_setting_the_present_ladder_changes_nothing() -> None:
    given(POLICY, SET).when(SetLadder("cli_acme", LADDER)).then()


def test_managers_are_never_told_before_all_supervisors() -> None:
    broken = Ladder(timedelta(seconds=5), timedelta(seconds=4))
    given(POLICY).when(SetLadder("cli_acme", broken)).then_refused("LADDER_BROKEN")


def test_no_time_limit_runs_on_a_policy() -> None:
    given(POLICY, SET).then_nothing_is_due()
