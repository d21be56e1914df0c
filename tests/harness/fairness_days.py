"""Ten seeded days of three teams: who is listened to when supervisors follow the list, or habit.

The supervision decider decides, `FairnessView` and the list look on, time is simulated. A day is
eight hours; calls, and the operators' calls for help, are Poisson and the same for both ways.

    .venv/bin/python -m tests.harness.fairness_days {list,habit} > fairness.json
"""

import heapq
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from google.protobuf.json_format import MessageToJson

from sasayaki.event import Event, Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki.monitoring.v1.supervision_events import Purpose
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_chassis.testing import NOON
from sasayaki_monitoring.fairness.api import WINDOW_DAYS, answer, window_of
from sasayaki_monitoring.fairness.assess import assess
from sasayaki_monitoring.fairness.next_up import next_up
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.view import FairnessView, Window
from sasayaki_monitoring.supervision.commands import Call, Leave, Start
from sasayaki_monitoring.supervision.supervision import SUPERVISION

DAYS = 10
TEAMS = ("tea_fukuoka", "tea_osaka", "tea_sapporo")
OPERATORS = 20
NEWCOMERS = 4
"""Of each team: they came a month before the first day, the others long ago."""
FAVOURITES = 5
DAY_S = 8 * 3600
TALK_S = 300.0
PAUSE_S = 120.0
BETWEEN_ALERTS_S = 1500.0
"""Of one team, mean."""
BETWEEN_SESSIONS_S = 2700.0
"""From the end of one session that a supervisor imposes to the next."""
SESSION_S = 420.0
HELP_S = 240.0
TENANT, CLIENT = "out_demo", "cli_acme"
POLICY = Policy()


@dataclass(slots=True)
class Watch:
    """A supervisor's present session: the stream's state, and what it is about."""

    supervision_id: str
    state: Any
    contact_id: str
    helps: bool


@dataclass(slots=True)
class Team:
    """One supervisor, their operators, and who waits for help."""

    team_id: str
    members: tuple[str, ...]
    watch: Watch | None = None
    waiting: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def supervisor_id(self) -> str:
        return self.team_id.replace("tea", "usr_sv")


class Centre:
    """The centre and its clock: whatever happens is an entry of one agenda."""

    def __init__(self, seed: int, *, follow_list: bool) -> None:
        self.view = FairnessView()
        self.answered_s: list[float] = []
        self.now = NOON
        self._follow_list = follow_list
        self._calls, self._alerts = Random(f"calls {seed}"), Random(f"alerts {seed}")
        self._habits = Random(f"habits {seed}")
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count(1)
        self._talks: dict[str, str] = {}
        self._teams = [
            Team(each, tuple(f"usr_{each[4:]}{n:02}" for n in range(1, OPERATORS + 1)))
            for each in TEAMS
        ]

    def run(self) -> pb.GetFairnessResponse:
        """Plays all days; what GetFairness then tells a manager."""
        self._hire()
        for day in range(DAYS):
            begin = NOON + timedelta(days=day)
            for team in self._teams:
                self._plan(team, begin)
        while self._agenda:
            self.now, _, act = heapq.heappop(self._agenda)
            act()
        window = self._window()
        return answer(self.view.counted(window), window, WINDOW_DAYS, POLICY)

    def _window(self) -> Window:
        return window_of(TENANT, frozenset((CLIENT,)), WINDOW_DAYS, self.now.timestamp())

    def _hire(self) -> None:
        for team in self._teams:
            for number, operator_id in enumerate(team.members):
                ago = timedelta(days=30 if number >= OPERATORS - NEWCOMERS else 800)
                self.now = NOON - ago
                put = OperatorPut(
                    operator_id=operator_id,
                    team_id=team.team_id,
                    skills=(),
                    client_ids=(CLIENT,),
                )
                self._tell("pool", put)

    def _plan(self, team: Team, begin: datetime) -> None:
        """A day's talks, calls for help and turns; they don't depend on whom a supervisor hears."""
        for operator_id in team.members:
            for starts_s, ends_s in self._day_of_talks():
                contact_id = f"con_{next(self._numbers)}"
                self._at(begin, starts_s, lambda o=operator_id, c=contact_id: self._talk(o, c))
                self._at(begin, ends_s, lambda o=operator_id, c=contact_id: self._end(team, o, c))
        at_s = self._alerts.expovariate(1 / BETWEEN_ALERTS_S)
        while at_s < DAY_S:
            operator_id = self._alerts.choice(team.members)
            self._at(begin, at_s, lambda o=operator_id: self._alert(team, o))
            at_s += self._alerts.expovariate(1 / BETWEEN_ALERTS_S)
        for turn in range(1, int(DAY_S / BETWEEN_SESSIONS_S)):
            self._at(begin, turn * BETWEEN_SESSIONS_S, lambda: self._turn(team))

    def _day_of_talks(self) -> Iterator[tuple[float, float]]:
        at_s = self._calls.expovariate(1 / PAUSE_S)
        while at_s < DAY_S:
            ends_s = at_s + self._calls.expovariate(1 / TALK_S)
            yield at_s, ends_s
            at_s = ends_s + self._calls.expovariate(1 / PAUSE_S)

    def _talk(self, operator_id: str, contact_id: str) -> None:
        self._talks[operator_id] = contact_id
        started = TalkStarted(
            leg_id=f"leg_{contact_id}", operator_id=operator_id, node_id="n", happening_seq=1
        )
        self._tell(contact_id, started)

    def _end(self, team: Team, operator_id: str, contact_id: str) -> None:
        if team.watch is not None and team.watch.contact_id == contact_id:
            self._leave(team)
        if self._talks.get(operator_id) == contact_id:
            del self._talks[operator_id]
        reason = CallEndReason.CUSTOMER_HUNG_UP
        self._tell(contact_id, CallEnded(reason=reason, node_id="n", happening_seq=2))
        team.waiting = [(at, who) for at, who in team.waiting if who != operator_id]
        self._help_next(team)

    def _alert(self, team: Team, operator_id: str) -> None:
        """A session that was imposed is left for somebody who calls for help."""
        if operator_id not in self._talks:
            return
        team.waiting.append((self.now, operator_id))
        if team.watch is not None and not team.watch.helps:
            self._leave(team)
        self._help_next(team)

    def _help_next(self, team: Team) -> None:
        if team.watch is None and team.waiting:
            raised_at, operator_id = team.waiting.pop(0)
            self.answered_s.append((self.now - raised_at).total_seconds())
            self._start(team, operator_id, Purpose.HELP, HELP_S)

    def _turn(self, team: Team) -> None:
        """Time to listen to somebody: whom the list names first of those who talk, or a habit."""
        if team.watch is not None:
            return
        for operator_id in self._choices(team):
            if operator_id in self._talks:
                self._start(team, operator_id, Purpose.SAMPLING, SESSION_S)
                return

    def _choices(self, team: Team) -> list[str]:
        if not self._follow_list:
            return self._habits.sample(team.members[:FAVOURITES], FAVOURITES)
        (found,) = assess(self.view.counted(self._window(), team.team_id), POLICY)
        return [line.standing.counted.operator_id for line in next_up(found, POLICY, WINDOW_DAYS)]

    def _start(self, team: Team, operator_id: str, purpose: Purpose, most_s: float) -> None:
        contact_id, supervision_id = self._talks[operator_id], f"spv_{next(self._numbers)}"
        start = Start(
            call=Call(contact_id, operator_id, CLIENT),
            supervisor_id=team.supervisor_id,
            mode=SupervisionMode.LISTEN,
            purpose=purpose,
        )
        watch = Watch(supervision_id, SUPERVISION.initial, contact_id, purpose is Purpose.HELP)
        self._decide(watch, start)
        heard = SupervisorHeard(
            leg_id=f"leg_{supervision_id}",
            supervisor_id=team.supervisor_id,
            supervision_id=supervision_id,
            mode=SupervisionMode.LISTEN,
            applied_at=self.now,
            node_id="n",
            happening_seq=3,
        )
        self._tell(contact_id, heard)
        team.watch = watch
        self._at(self.now, most_s, lambda: self._time_is_up(team, watch))

    def _time_is_up(self, team: Team, watch: Watch) -> None:
        if team.watch is watch:
            self._leave(team)
            self._help_next(team)

    def _leave(self, team: Team) -> None:
        watch, team.watch = team.watch, None
        assert watch is not None
        self._decide(watch, Leave(team.supervisor_id))
        ended = SupervisorLegEnded(
            leg_id=f"leg_{watch.supervision_id}",
            supervisor_id=team.supervisor_id,
            supervision_id=watch.supervision_id,
            reason=LegEndReason.RELEASED,
            node_id="n",
            happening_seq=4,
        )
        self._tell(watch.contact_id, ended)

    def _decide(self, watch: Watch, command: Start | Leave) -> None:
        for event in SUPERVISION.decide(watch.state, command, self.now):
            watch.state = SUPERVISION.evolve(watch.state, event)
            self._tell(watch.supervision_id, event)

    def _at(self, begin: datetime, after_s: float, act: Callable[[], None]) -> None:
        at = begin + timedelta(seconds=after_s)
        heapq.heappush(self._agenda, (at, next(self._numbers), act))

    def _tell(self, subject: str, event: Event) -> None:
        number = next(self._numbers)
        record = Recorded[Event].model_construct(
            id=f"rec-{number}",
            type=event.event_type,
            source="/simulated",
            subject=subject,
            sequence=number,
            time=self.now,
            recorded_time=self.now,
            tenant_id=TENANT,
            client_id=CLIENT,
            at=number,
            owner="simulated",
            data=event,
        )
        self.view.fold(record)


if __name__ == "__main__":
    told = Centre(7, follow_list=sys.argv[1] == "list").run()
    sys.stdout.write(MessageToJson(told, preserving_proto_field_name=True))
