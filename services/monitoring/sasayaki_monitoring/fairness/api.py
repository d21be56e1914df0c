"""GetFairness: how evenly monitoring is spread, of what the token lets its holder see."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki_chassis.fields import an_id, between, require
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_monitoring.fairness.assess import Counted, Skew, Standing, Team, assess, skews
from sasayaki_monitoring.fairness.chance import Chance
from sasayaki_monitoring.fairness.next_up import Line, next_up
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.share import Flag
from sasayaki_monitoring.fairness.view import DAY_S, HOUR_S, FairnessView, Window
from sasayaki_monitoring.methods import SERVICE, SUPERVISORS

RIGHTS: Rights = {f"{SERVICE}GetFairness": SUPERVISORS}

WINDOW_DAYS = 28
WINDOW_DAYS_MOST = 90
FLAGS = {
    Flag.NONE: pb.FAIRNESS_FLAG_NONE,
    Flag.OVER: pb.FAIRNESS_FLAG_OVER,
    Flag.UNDER: pb.FAIRNESS_FLAG_UNDER,
}


@dataclass(frozen=True)
class Fairness:
    """What the method works with."""

    view: FairnessView
    now: Callable[[], datetime]
    policy: Policy
    zone: tzinfo
    follow_ups: Callable[[str, str, frozenset[str]], int]
    """Of a tenant's operator and some client companies: feedback that waits to be seen done."""


class FairnessMethods:
    """Tells of every team, so that teams can be compared; names are no secret in a tenant."""

    _fairness: Fairness

    async def GetFairness(
        self, request: pb.GetFairnessRequest, context: Context
    ) -> pb.GetFairnessResponse:
        async with refusals(context):
            require(
                request,
                team_id=an_id("tea", optional=True),
                window_days=between(0, WINDOW_DAYS_MOST),
            )
        who = caller()
        days = request.window_days or WINDOW_DAYS
        fair = self._fairness
        window = window_of(who.tenant_id, who.clients, days, fair.now(), fair.zone)
        counted = [
            replace(each, follow_ups=fair.follow_ups(who.tenant_id, each.operator_id, who.clients))
            for each in fair.view.counted(window, request.team_id)
        ]
        # Chance is drawn many times for a large centre: calls must not wait for it.
        return await asyncio.to_thread(answer, counted, window, days, fair.policy)


def window_of(
    tenant_id: str, client_ids: frozenset[str], days: int, until: datetime, zone: tzinfo
) -> Window:
    """The last `days` days before `until`, from a full hour on; the centre is in `zone`."""
    today = until.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    until_s = until.timestamp()
    since_s = (until_s - days * DAY_S) // HOUR_S * HOUR_S
    return Window(tenant_id, client_ids, since_s, until_s, today.timestamp())


def answer(
    counted: Sequence[Counted], window: Window, days: int, policy: Policy
) -> pb.GetFairnessResponse:
    """Everything that follows from what was counted."""
    teams = assess(counted, policy)
    response = pb.GetFairnessResponse(
        window_days=days,
        teams=[_team(team, next_up(team, policy, days)) for team in teams],
        supervisors=[_supervisor(each) for each in skews(teams)],
    )
    response.since.FromDatetime(datetime.fromtimestamp(window.since, UTC))
    response.until.FromDatetime(datetime.fromtimestamp(window.until, UTC))
    return response


def _team(team: Team, lines: Sequence[Line]) -> pb.TeamFairness:
    return pb.TeamFairness(
        team_id=team.team_id,
        sessions=team.sessions,
        gini=team.gini,
        by_chance=_chance(team.chance()),
        lorenz=[pb.LorenzPoint(due=due, actual=actual) for due, actual in team.lorenz],
        operators=[_operator(each) for each in team.standings],
        next=[
            pb.NextToMonitor(
                operator_id=line.standing.counted.operator_id,
                owed=line.owed,
                reason_ja=line.reason_ja,
                reason_en=line.reason_en,
                contact_id=line.standing.counted.contact_id,
            )
            for line in lines
        ],
    )


def _operator(each: Standing) -> pb.OperatorFairness:
    counted, ratio = each.counted, each.ratio
    return pb.OperatorFairness(
        operator_id=counted.operator_id,
        talk_s=counted.talk_s,
        need=each.need.weight,
        newcomer=each.need.newcomer,
        often_helped=each.need.often_helped,
        sessions=counted.sessions,
        due=each.due,
        monitored_s=counted.imposed_s,
        due_s=each.due_s,
        ratio=ratio.mean,
        ratio_low=ratio.low,
        ratio_high=ratio.high,
        flag=FLAGS[ratio.flag],
        days_since_covered=counted.covered_days_ago,
        helped=counted.helped,
    )


def _supervisor(skew: Skew) -> pb.SupervisorFairness:
    return pb.SupervisorFairness(
        supervisor_id=skew.supervisor_id,
        sessions=skew.sessions,
        operators_reached=skew.operators_reached,
        operators=skew.operators,
        most_on=skew.most_on,
        most_share=skew.most_share,
        gini=skew.gini,
        by_chance=_chance(skew.chance()),
    )


def _chance(chance: Chance | None) -> pb.FairnessByChance | None:
    if chance is None:
        return None
    return pb.FairnessByChance(gini_low=chance.low, gini_high=chance.high, p_value=chance.p_value)
