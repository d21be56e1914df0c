"""Ten seeded days of three teams: who is listened to when supervisors follow the list, or habit.

Monitoring is the real service on logs in memory, time is simulated. A day has eight hours; calls,
and the operators' calls for help, are Poisson and the same for both ways. A supervisor watches the
floor, leaves whomever they listen to for a call for help, and now and then listens to somebody.

    .venv/bin/python -m tests.harness.fairness_days {list,habit} > fairness.json
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from tests.harness.alone import Refusal
from tests.harness.monitoring_alone import MonitoringAlone
from tests.harness.simulation import simulate

from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_wire
from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki.monitoring.v1 import floor_pb2 as floor_wire
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.fairness_events import FairnessAssessed
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_chassis.identity import Identity

DAYS = 10
TEAMS = ("tea_fukuoka", "tea_osaka", "tea_sapporo")
OPERATORS = 20
NEWCOMERS = 4
"""Of each team: they came a month before the first day, the others long ago."""
FAVOURITES = 5
BEGIN = datetime.fromisoformat("2026-11-02T00:00:00+00:00")
"""Nine in the morning where the centre is."""
BOTH_HIRED = (timedelta(days=800), timedelta(days=30))
WHOLE_DAY_S = 24 * 3600
SHIFT_S = 8 * 3600
TALK_S = 300.0
PAUSE_S = 120.0
BETWEEN_ALERTS_S = 1500.0
"""Of one team, mean."""
BETWEEN_SESSIONS_S = 2700.0
SESSION_S = 420.0
HELP_S = 240.0
CONNECTS_S = 0.3
"""From an order to media until the supervisor hears."""
TENANT, CLIENT = "out_demo", "cli_acme"
NODE = {"node_id": "node_1", "happening_seq": 1}


@dataclass(slots=True)
class Call:
    """A customer's call: who talks, and who listens by leg."""

    contact_id: str
    operator_id: str
    over: asyncio.Event = field(default_factory=asyncio.Event)
    ears: dict[str, str] = field(default_factory=dict)


class Centre:
    """The people of the centre, each a task; what they do goes through monitoring's methods."""

    def __init__(self, seed: int, *, follow_list: bool, days: int = DAYS) -> None:
        self.days = days
        self.answered_s: list[float] = []
        """From each call for help until a supervisor heard the call."""
        self.assessed: list[FairnessAssessed] = []
        self.calls: dict[str, Call] = {}
        self.follow_list = follow_list
        self.numbers = count(1)
        self.seed = seed
        self._present: dict[str, Call] = {}
        self._raised_at: dict[str, datetime] = {}
        self._monitoring: MonitoringAlone | None = None

    @property
    def monitoring(self) -> MonitoringAlone:
        assert self._monitoring is not None, "only while the days are played"
        return self._monitoring

    def run(self) -> pb.GetFairnessResponse:
        """Plays all days; what GetFairness then tells a manager."""
        return simulate(self._play())

    async def _play(self) -> pb.GetFairnessResponse:
        with tempfile.TemporaryDirectory() as folder:
            self._monitoring = MonitoringAlone(TENANT, BEGIN, Path(folder), self._media)
            async with self.monitoring.serving():
                self._hire()
                supervisors = [Supervisor(self, team_id) for team_id in TEAMS]
                async with asyncio.TaskGroup() as people:
                    watching = [people.create_task(each.watch()) for each in supervisors]
                    work = [people.create_task(each.work()) for each in supervisors]
                    days = [
                        people.create_task(day) for team in TEAMS for day in self._days_of(team)
                    ]
                    await asyncio.wait(days)
                    for task in (*watching, *work):
                        task.cancel()
                await asyncio.sleep(16 * 3600 + 600)  # the last day is assessed after midnight
                told = await self.ask_fairness(Identity("usr_manager", TENANT, "manager"))
        events = (record.data for record in self.monitoring.told)
        self.assessed = [each for each in events if isinstance(each, FairnessAssessed)]
        return told

    async def ask_fairness(self, who: Identity, team_id: str = "") -> pb.GetFairnessResponse:
        may_see = Identity(who.user_id, TENANT, who.role, frozenset((CLIENT,)), who.team)
        request = pb.GetFairnessRequest(team_id=team_id)
        return await self.monitoring.call("GetFairness", request, may_see)  # type: ignore[no-any-return]

    def talk_of(self, operator_id: str) -> Call | None:
        return self._present.get(operator_id)

    def helped(self, alert_id: str) -> None:
        """Somebody who came to an alert hears the call."""
        waited = self.monitoring.clock.now() - self._raised_at.pop(alert_id)
        self.answered_s.append(waited.total_seconds())

    def _hire(self) -> None:
        for team_id in TEAMS:
            for number, operator_id in enumerate(members(team_id)):
                newcomer = number >= OPERATORS - NEWCOMERS
                put = OperatorPut(
                    operator_id=operator_id,
                    team_id=team_id,
                    skills=(),
                    client_ids=(CLIENT,),
                    skill_levels=(),
                )
                hired = BEGIN - BOTH_HIRED[newcomer]
                self.monitoring.tell("routing.pool", "pool", put, at=hired)

    def _days_of(self, team_id: str) -> Iterator[Any]:
        """Calls, and calls for help; they don't depend on whom a supervisor hears."""
        for operator_id in members(team_id):
            yield self._talks(operator_id, Random(f"calls {self.seed} {operator_id}"))
        yield self._alerts(team_id, Random(f"alerts {self.seed} {team_id}"))

    async def _talks(self, operator_id: str, random: Random) -> None:
        for day in range(self.days):
            at_s = random.expovariate(1 / PAUSE_S)
            while at_s < SHIFT_S:
                await until(day * WHOLE_DAY_S + at_s)
                call = self._begins(operator_id)
                at_s += random.expovariate(1 / TALK_S)
                await until(day * WHOLE_DAY_S + at_s)
                self._ends(call)
                at_s += random.expovariate(1 / PAUSE_S)

    def _begins(self, operator_id: str) -> Call:
        call = Call(f"con_{next(self.numbers)}", operator_id)
        self.calls[call.contact_id] = self._present[operator_id] = call
        talk = TalkStarted(leg_id=f"leg_{call.contact_id}", operator_id=operator_id, **NODE)
        self.monitoring.tell("media.call", call.contact_id, talk)
        return call

    def _ends(self, call: Call) -> None:
        for supervision_id in tuple(call.ears):
            self._leaves(call, supervision_id, LegEndReason.CALL_ENDED)
        ended = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
        self.monitoring.tell("media.call", call.contact_id, ended)
        del self.calls[call.contact_id], self._present[call.operator_id]
        call.over.set()

    async def _alerts(self, team_id: str, random: Random) -> None:
        for day in range(self.days):
            at_s = random.expovariate(1 / BETWEEN_ALERTS_S)
            while at_s < SHIFT_S:
                await until(day * WHOLE_DAY_S + at_s)
                operator_id = random.choice(members(team_id))
                if operator_id in self._present:
                    await self._press(operator_id, team_id)
                at_s += random.expovariate(1 / BETWEEN_ALERTS_S)

    async def _press(self, operator_id: str, team_id: str) -> None:
        now = self.monitoring.clock.now()
        who = Identity(operator_id, TENANT, "operator", frozenset((CLIENT,)), team_id)
        request = monitoring.RaiseAlertRequest(request_id=f"press-{next(self.numbers)}")
        alert_id = (await self.monitoring.call("RaiseAlert", request, who)).alert_id
        self._raised_at.setdefault(alert_id, now)

    async def _media(self, request: Message) -> None:
        """Media as it answers orders about supervisors."""
        if isinstance(request, media_pb.SuperviseRequest):
            await asyncio.sleep(CONNECTS_S)
            if (call := self.calls.get(request.contact_id)) is not None:
                self._hears(call, request)
        elif isinstance(request, media_pb.UnsuperviseRequest):
            call = self.calls.get(request.contact_id)
            if call is not None and request.supervision_id in call.ears:
                self._leaves(call, request.supervision_id, LegEndReason.RELEASED)

    def _hears(self, call: Call, request: media_pb.SuperviseRequest) -> None:
        call.ears[request.supervision_id] = request.supervisor_id
        heard = SupervisorHeard(
            leg_id=f"leg_{request.supervision_id}",
            supervisor_id=request.supervisor_id,
            supervision_id=request.supervision_id,
            mode=SupervisionMode(media_wire.SupervisionMode.Name(request.mode)),
            applied_at=self.monitoring.clock.now(),
            **NODE,
        )
        self.monitoring.tell("media.call", call.contact_id, heard)

    def _leaves(self, call: Call, supervision_id: str, reason: LegEndReason) -> None:
        left = SupervisorLegEnded(
            leg_id=f"leg_{supervision_id}",
            supervisor_id=call.ears.pop(supervision_id),
            supervision_id=supervision_id,
            reason=reason,
            left_at=self.monitoring.clock.now(),
            **NODE,
        )
        self.monitoring.tell("media.call", call.contact_id, left)


class Supervisor:
    """One team's supervisor: helps whoever calls, and listens to somebody when it is time."""

    def __init__(self, centre: Centre, team_id: str) -> None:
        self._centre = centre
        self._team_id = team_id
        self._habits = Random(f"habits {centre.seed} {team_id}")
        self._who = Identity(
            team_id.replace("tea", "usr_sv"), TENANT, "supervisor", frozenset((CLIENT,)), team_id
        )
        self._waiting: dict[str, floor_wire.FloorAlert] = {}
        self._called = asyncio.Event()

    async def watch(self) -> None:
        """Knows which alerts wait for somebody."""
        request = monitoring.WatchFloorRequest()
        rows = self._centre.monitoring.stream("WatchFloor", request, self._who)
        async with aclosing(rows) as messages:  # type: ignore[type-var]
            async for message in messages:
                for row in message.rows:
                    if row.HasField("alert"):
                        self._see(row.alert)

    def _see(self, alert: floor_wire.FloorAlert) -> None:
        if alert.state == floor_wire.FLOOR_ALERT_STATE_OPEN:
            self._waiting.setdefault(alert.alert_id, alert)
            self._called.set()
        else:
            self._waiting.pop(alert.alert_id, None)

    async def work(self) -> None:
        """A turn to listen comes at the same times of every day, whatever else there was."""
        for day in range(self._centre.days):
            for turn in range(1, int(SHIFT_S / BETWEEN_SESSIONS_S)):
                turn_s = day * WHOLE_DAY_S + turn * BETWEEN_SESSIONS_S
                await self._help_until(turn_s)
                await self._listen()
        await self._help_until(self._centre.days * WHOLE_DAY_S)

    async def _help_until(self, turn_s: float) -> None:
        while (left_s := turn_s - now_s()) > 0:
            if not await self._is_called(left_s):
                return
            await self._help()

    async def _is_called(self, within_s: float) -> bool:
        while not self._waiting:
            self._called.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._called.wait()
            except TimeoutError:
                return False
        return True

    async def _help(self) -> None:
        """Takes the alert that waits longest, if nobody was faster, and comes."""
        alert = self._waiting.pop(next(iter(self._waiting)))
        claim = monitoring.ClaimAlertRequest(
            request_id=f"claim-{alert.alert_id}", alert_id=alert.alert_id
        )
        try:
            claimed = await self._centre.monitoring.call("ClaimAlert", claim, self._who)
            supervision_id = await self._start(claimed.contact_id, wire.PURPOSE_HELP)
        except Refusal as refusal:
            if refusal.reason in ("ALREADY_CLAIMED", "ALERT_OVER", "UNKNOWN_CALL"):
                return
            raise
        call = self._centre.calls.get(claimed.contact_id)
        if call is not None and await self._is_heard(call, supervision_id):
            self._centre.helped(alert.alert_id)
            await self._stay(call, HELP_S)
        await self._leave(supervision_id)
        resolve = monitoring.ResolveAlertRequest(
            request_id=f"resolve-{alert.alert_id}",
            alert_id=alert.alert_id,
            outcome=alert_wire.ALERT_OUTCOME_SOLVED,
        )
        await self._centre.monitoring.call("ResolveAlert", resolve, self._who)

    async def _listen(self) -> None:
        """Whom the list names first of those who talk, or a favourite; a call for help is first."""
        call = await self._choice()
        if call is None or self._waiting:
            return
        try:
            supervision_id = await self._start(call.contact_id, wire.PURPOSE_SAMPLING)
        except Refusal as refusal:
            if refusal.reason == "UNKNOWN_CALL":
                return
            raise
        called = asyncio.create_task(self._is_called(SESSION_S))
        over = asyncio.create_task(call.over.wait())
        await asyncio.wait((called, over), return_when=asyncio.FIRST_COMPLETED)
        for task in (called, over):
            task.cancel()
        await self._leave(supervision_id)

    async def _choice(self) -> Call | None:
        if not self._centre.follow_list:
            favourites = members(self._team_id)[:FAVOURITES]
            chosen = self._habits.sample(favourites, FAVOURITES)
            talks = (self._centre.talk_of(operator_id) for operator_id in chosen)
            return next((call for call in talks if call is not None), None)
        told = await self._centre.ask_fairness(self._who, self._team_id)
        lines = (line for team in told.teams for line in team.next if line.contact_id)
        line = next(lines, None)
        return None if line is None else self._centre.calls.get(line.contact_id)

    async def _start(self, contact_id: str, purpose: wire.Purpose.ValueType) -> str:
        request = monitoring.StartSupervisionRequest(
            request_id=f"start-{next(self._centre.numbers)}",
            contact_id=contact_id,
            mode=media_wire.SUPERVISION_MODE_LISTEN,
            purpose=purpose,
        )
        started = await self._centre.monitoring.call("StartSupervision", request, self._who)
        return str(started.supervision_id)

    async def _is_heard(self, call: Call, supervision_id: str) -> bool:
        while not call.over.is_set():
            if supervision_id in call.ears:
                return True
            await asyncio.sleep(0.01)
        return False

    async def _stay(self, call: Call, most_s: float) -> None:
        try:
            async with asyncio.timeout(most_s):
                await call.over.wait()
        except TimeoutError:
            return

    async def _leave(self, supervision_id: str) -> None:
        request = monitoring.EndSupervisionRequest(
            request_id=f"end-{supervision_id}", supervision_id=supervision_id
        )
        await self._centre.monitoring.call("EndSupervision", request, self._who)


def members(team_id: str) -> tuple[str, ...]:
    return tuple(f"usr_{team_id[4:]}{number:02}" for number in range(1, OPERATORS + 1))


def now_s() -> float:
    """Seconds since the first day began."""
    return asyncio.get_running_loop().time()


async def until(at_s: float) -> None:
    await asyncio.sleep(max(0.0, at_s - now_s()))


if __name__ == "__main__":
    told = Centre(7, follow_list=sys.argv[1] == "list").run()
    sys.stdout.write(MessageToJson(told, preserving_proto_field_name=True))
