"""A bug in one decision stops neither the alert rules nor the days of other teams (ADR 0014)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.harness import rounds
from tests.harness.specification import NOON, SimulatedClock
from tests.unit.monitoring import test_fairness_daily as daily

from sasayaki.media.v1.call_events import HoldStarted, TalkStarted
from sasayaki.monitoring.v1.alert_events import AlertEvent, AlertKind
from sasayaki.monitoring.v1.fairness_events import FairnessEvent
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_monitoring.alerts.alert import ALERT, Command, Raise, State
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.fairness.daily import FAIRNESS, Assess
from sasayaki_monitoring.fairness.view import FairnessView

LONG_S = 3_600.0


async def test_a_bug_about_one_alert_leaves_the_others_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def decide(state: State, command: Command, now: datetime) -> Sequence[AlertEvent]:
        if isinstance(command, Raise) and command.contact_id == "con_1":
            raise ZeroDivisionError("a bug")
        return ALERT.decide(state, command, now)

    monkeypatch.setattr(rounds, "ALERT", replace(ALERT, decide=decide))
    async with rounds.monitoring(SimulatedClock(), rounds.nothing_landed(), Watch()) as alive:
        for contact_id in ("con_1", "con_2"):
            leg = {"leg_id": f"leg_{contact_id}", "operator_id": f"usr_{contact_id}", **daily.NODE}
            alive.tell(contact_id, TalkStarted(**leg), HoldStarted(**leg))
        await alive.look(LONG_S)
        holds = [key.subject for key, _, _ in alive.raised() if key.kind is AlertKind.LONG_HOLD]
    assert holds == ["con_2"]


async def test_a_bug_about_one_teams_day_leaves_the_others_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def decide(state: object, command: Assess, now: datetime) -> Sequence[FairnessEvent]:
        if command.assessed.team_id == "tea_osaka":
            raise ZeroDivisionError("a bug")
        return [command.assessed]

    view = FairnessView()
    for team_id in ("tea_osaka", "tea_sapporo"):
        put = OperatorPut(
            operator_id=f"usr_{team_id}",
            team_id=team_id,
            skills=(),
            client_ids=("cli_acme",),
            skill_levels=(),
        )
        daily.tell(view, NOON - timedelta(days=2), "pool", put)
    monkeypatch.setattr(daily, "FAIRNESS", replace(FAIRNESS, decide=decide))
    async with daily.Centre([], view, NOON).open() as centre:
        await centre.assessor.assess_missing()
        assert [day.team_id for day in centre.days] == ["tea_sapporo"]
