"""A team's fairness, and each supervisor's own, from what was counted in a window."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sasayaki.monitoring.v1.supervision_events import ConsentAnswer
from sasayaki_monitoring.fairness.chance import Chance, by_chance
from sasayaki_monitoring.fairness.inequality import Point, gini, lorenz
from sasayaki_monitoring.fairness.policy import Need, Policy, need
from sasayaki_monitoring.fairness.share import Ratio, expected, ratio


@dataclass(frozen=True, slots=True)
class Counted:
    """What a window holds of one operator; times in the unit that the name says."""

    operator_id: str
    team_id: str
    known_days: float
    talk_s: float = 0.0
    imposed: Mapping[str, int] = field(default_factory=dict)
    """Imposed sessions by supervisor."""
    imposed_s: float = 0.0
    helped: int = 0
    """Sessions for help: they count for need, never as imposed."""
    covered_days_ago: float | None = None
    """Since the last imposed session, in the window or before; None for never."""
    last_day: int = 0
    """Imposed sessions in the last 24 hours."""
    today: int = 0
    """Sessions of the centre's present day that its daily limit counts."""
    daily_limit: int = 8
    answer: ConsentAnswer | None = None
    """What the operator said today when they were asked for consent."""
    follow_ups: int = 0
    """Feedback that waits to be seen done."""
    contact_id: str = ""
    """The talk under way, if any, that the asking supervisor may hear."""

    @property
    def sessions(self) -> int:
        return sum(self.imposed.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """One operator against what would be fair."""

    counted: Counted
    need: Need
    due: float
    due_s: float
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Team:
    """One team's window."""

    team_id: str
    sessions: int
    gini: float
    lorenz: Sequence[Point]
    standings: Sequence[Standing]

    def chance(self) -> Chance | None:
        """What random choices would do; drawn at every call."""
        counts = [each.counted.sessions for each in self.standings]
        return by_chance(counts, [_weight(each) for each in self.standings], self.team_id)


@dataclass(frozen=True, slots=True)
class Skew:
    """How one supervisor spreads their own sessions over the teams that they monitor."""

    supervisor_id: str
    sessions: int
    operators_reached: int
    operators: int
    most_on: str
    most_share: float
    gini: float
    counts: Sequence[int]
    weights: Sequence[float]

    def chance(self) -> Chance | None:
        """What random choices would do; drawn at every call."""
        return by_chance(self.counts, self.weights, self.supervisor_id)


def assess(counted: Iterable[Counted], policy: Policy) -> list[Team]:
    """Every team by id; who neither talked nor was monitored in the window is listed too."""
    teams: dict[str, list[Counted]] = {}
    for each in counted:
        teams.setdefault(each.team_id, []).append(each)
    return [_team(team_id, teams[team_id], policy) for team_id in sorted(teams)]


def skews(teams: Sequence[Team]) -> list[Skew]:
    """Every supervisor who imposed at least one session, by id."""
    who = {name for team in teams for each in team.standings for name in each.counted.imposed}
    return [_skew(supervisor_id, teams) for supervisor_id in sorted(who)]


def _team(team_id: str, members: Sequence[Counted], policy: Policy) -> Team:
    members = sorted(members, key=lambda each: each.operator_id)
    talk_h = sum(each.talk_s for each in members) / 3600
    helped_per_h = sum(each.helped for each in members) / talk_h if talk_h else 0.0
    needs = [
        need(
            policy,
            known_days=each.known_days,
            helped=each.helped,
            follow_ups=each.follow_ups,
            talk_h=each.talk_s / 3600,
            team_helped_per_h=helped_per_h,
        )
        for each in members
    ]
    weights = [each.weight * one.talk_s for each, one in zip(needs, members, strict=True)]
    sessions = sum(each.sessions for each in members)
    due = expected(sessions, weights)
    due_s = expected(sum(each.imposed_s for each in members), weights)
    curve = lorenz((float(one.sessions), owed) for one, owed in zip(members, due, strict=True))
    return Team(
        team_id,
        sessions,
        gini(curve),
        curve,
        [
            Standing(one, weight, owed, owed_s, ratio(one.sessions, owed))
            for one, weight, owed, owed_s in zip(members, needs, due, due_s, strict=True)
        ],
    )


def _skew(supervisor_id: str, teams: Sequence[Team]) -> Skew:
    """Against need and talk in all teams in which this supervisor monitored anybody."""
    within = [
        each
        for team in teams
        if any(supervisor_id in one.counted.imposed for one in team.standings)
        for each in team.standings
    ]
    counts = [each.counted.imposed.get(supervisor_id, 0) for each in within]
    weights = [_weight(each) for each in within]
    own = Counter({e.counted.operator_id: n for e, n in zip(within, counts, strict=True) if n})
    most_on, most = own.most_common(1)[0]
    return Skew(
        supervisor_id,
        own.total(),
        len(own),
        len(within),
        most_on,
        most / own.total(),
        gini(lorenz(zip(map(float, counts), weights, strict=True))),
        counts,
        weights,
    )


def _weight(each: Standing) -> float:
    return each.need.weight * each.counted.talk_s
