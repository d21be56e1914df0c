"""A floor in simulated time: real deciders on logs in memory, real reactors that lag at random.

Calls come and go, supervisors start, switch, follow, change modes and leave, operators answer as
they like or not at all. Every reactor reads every topic at a pace of its own, so no two see the
same order; its requests are carried out late too.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON, MemoryLog

from sasayaki.event import Event, Recorded, events_of
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import CallEnded, CallEndReason, SupervisionMode, TalkStarted
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    Purpose,
    SupervisionEndReason,
)
from sasayaki_chassis import codec
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_chassis.seals import Seals
from sasayaki_monitoring.alerts.alert import Ladder
from sasayaki_monitoring.floor.floor import Floor
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import POLICY
from sasayaki_monitoring.supervision.commands import (
    Answer,
    Call,
    ChangeMode,
    Command,
    End,
    FollowCall,
    Leave,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.ending import EndWithCall
from sasayaki_monitoring.supervision.following import FollowOperator
from sasayaki_monitoring.supervision.occupied import Occupied, Place
from sasayaki_monitoring.supervision.states import AwaitingConsent
from sasayaki_monitoring.supervision.steering import SteerMedia
from sasayaki_monitoring.supervision.supervising import Supervising, Target
from sasayaki_monitoring.supervision.supervision import SUPERVISION
from sasayaki_monitoring.supervision.texts import TextRate
from sasayaki_monitoring.supervision.today import Today

TENANT, CLIENT = "out_demo", "cli_acme"
OPERATORS = ("usr_mori", "usr_kato")
SUPERVISORS = ("usr_sato", "usr_ito", "usr_abe")
MODES = tuple(SupervisionMode)[1:]
LAGS_S = (0.0, 0.0, 0.01, 0.2, 3.0)
BEHIND_S = (0.02, 0.5, 1.5, 5.0)
BUSY_S = 90.0
"""As long as people act; then all calls end, and what was waited for lapses."""
QUIET_S = 3_600.0
TOPIC = SUPERVISION.stream


class LoopClock:
    """Time as the event loop has it."""

    def now(self) -> datetime:
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())

    def alarm(self, at: datetime, ring: Callable[[], None]) -> asyncio.TimerHandle:
        wait_s = max(0.0, (at - self.now()).total_seconds())
        return asyncio.get_running_loop().call_later(wait_s, ring)


@dataclass
class Heard:
    """What media was asked, and what the log held of that supervision at that moment."""

    request: media.SuperviseRequest
    before: tuple[Event, ...]

    @property
    def purpose(self) -> Purpose:
        begun = self.before[0]
        assert hasattr(begun, "purpose")
        return Purpose(begun.purpose)

    @property
    def yes_of(self) -> str | None:
        """The operator who said yes before it was asked."""
        asked: str | None = None
        for event in self.before:
            if isinstance(event, ConsentRequested):
                asked = event.operator_id
            if event == ConsentAnswered(answer=ConsentAnswer.ACCEPTED):
                return asked
        return None


@dataclass
class Log:
    """Supervisions as they landed, decoded as followers do."""

    logs: list[MemoryLog]
    decoded: dict[tuple[int, int], Recorded[Event] | None] = field(default_factory=dict)

    def read(self, partition: int, offset: int) -> Recorded[Event] | None:
        place = (partition, offset)
        if place not in self.decoded:
            parsed = codec.history(offset, self.logs[partition].landed[offset].value, TOPIC)
            found = None if parsed is None else codec.decode(parsed, events_of(TOPIC))
            self.decoded[place] = found
        return self.decoded[place]

    def of(self, supervision_id: str) -> tuple[Event, ...]:
        """Every event of a supervision so far, in order."""
        found = [
            record
            for partition, log in enumerate(self.logs)
            for offset in range(len(log.landed))
            if (record := self.read(partition, offset)) and record.subject == supervision_id
        ]
        return tuple(record.data for record in found)


class World:
    """One seeded floor."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.heard: list[Heard] = []
        self.answers: Counter[str] = Counter()
        self.operator_of: dict[str, str] = {}
        self.begun: list[str] = []
        self._clock = LoopClock()
        self._numbers = count(1)
        self._talking: dict[str, str] = {}
        self._calls: list[Recorded[Event]] = []
        self.log = Log([MemoryLog() for _ in range(2)])
        self.supervisions: Owners[Any, Any, Any] = Owners(SUPERVISION, self.log.logs, self._clock)
        policies = Owners(POLICY, [MemoryLog()], self._clock)
        self._floor, today = Floor(), Today(timezone(timedelta(hours=9)))
        self._occupied = Occupied(self.supervisions)
        self._supervising = Supervising(
            supervisions=self.supervisions,
            occupied=self._occupied,
            floor=self._floor,
            today=today,
            policies=Policies(policies, Ladder()),
            seals=Seals(Path()),
            texts=TextRate(),
            now=self._clock.now,
            require_current=lambda view: None,
        )
        self._today = today

    async def run(self) -> None:
        """Plays the seed until nothing is left to do."""
        async with asyncio.TaskGroup() as tasks:
            own = [tasks.create_task(self.supervisions.run())]
            await self.supervisions.all_serving()
            for reactor in (SteerMedia(), EndWithCall(), FollowOperator()):
                own += [tasks.create_task(self._follow_calls(reactor.react))]
                own += [
                    tasks.create_task(self._follow(partition, reactor.react, tasks))
                    for partition in range(len(self.log.logs))
                ]
            own += [
                tasks.create_task(self._follow(partition, self._fold_today, tasks))
                for partition in range(len(self.log.logs))
            ]
            people = [tasks.create_task(self._operator(each, tasks)) for each in OPERATORS]
            people += [tasks.create_task(self._supervisor(each)) for each in SUPERVISORS]
            await asyncio.wait(people)
            await asyncio.sleep(QUIET_S)
            for task in own:
                task.cancel()

    async def _pause(self, *choices_s: float) -> None:
        await asyncio.sleep(self.random.choice(choices_s or LAGS_S))

    async def _lag(self) -> None:
        """Until a follower looks again; when everybody has gone home there is no hurry."""
        busy = self._clock.now() < NOON + timedelta(seconds=BUSY_S + 100)
        await self._pause(*(BEHIND_S if busy else (60.0,)))

    # What happens to operators.

    async def _operator(self, operator_id: str, tasks: asyncio.TaskGroup) -> None:
        """Takes one call after the other, and answers questions as they come."""
        answering = tasks.create_task(self._answer_for_ever(operator_id))
        while self._clock.now() < NOON + timedelta(seconds=BUSY_S):
            contact_id = f"con_{next(self._numbers)}"
            self.operator_of[contact_id] = operator_id
            self._talking[operator_id] = contact_id
            talk = TalkStarted(
                leg_id=f"leg_{contact_id}", operator_id=operator_id, node_id="n", happening_seq=1
            )
            self._tell(contact_id, talk)
            await self._pause(5.0, 20.0, 45.0, 90.0)
            del self._talking[operator_id]
            reason = CallEndReason.CUSTOMER_HUNG_UP
            self._tell(contact_id, CallEnded(reason=reason, node_id="n", happening_seq=2))
            await self._pause(0.0, 0.1, 10.0)
        answering.cancel()

    async def _answer_for_ever(self, operator_id: str) -> None:
        while True:
            await self._pause(0.5, 7.0, 31.0)
            for supervision_id, state in list(self.supervisions.streams()):
                if not isinstance(state, AwaitingConsent) or self.random.random() < 0.4:
                    continue
                answer = self.random.choice(tuple(ConsentAnswer)[1:])
                target = self._present(supervision_id, state.mode)
                around = self._supervising.around(target)
                command = Answer(operator_id, answer, None, around)
                await self._pause()
                if await self._go(target, command):
                    self.answers[answer.name] += 1

    # What supervisors do.

    async def _supervisor(self, supervisor_id: str) -> None:
        while self._clock.now() < NOON + timedelta(seconds=BUSY_S):
            await self._pause(0.0, 1.0, 10.0)
            supervision_id = await self._start(supervisor_id)
            for _ in range(self.random.randrange(6)):
                await self._pause(0.0, 1.0, 10.0, 40.0)
                await self._act(supervisor_id, supervision_id)
            await self._go_by_id(supervision_id, lambda target: Leave(supervisor_id))

    async def _start(self, supervisor_id: str) -> str:
        supervision_id = f"spv_{next(self._numbers)}"
        if not self._talking:
            return supervision_id
        contact_id = self.random.choice(sorted(self._talking.values()))
        call = Call(contact_id, self.operator_of[contact_id], CLIENT)
        mode = self.random.choice(MODES)
        purpose = self.random.choice((Purpose.TRAINING, Purpose.TRAINING, *tuple(Purpose)[1:]))
        target = Target(
            supervision_id, Place(TENANT, supervisor_id, contact_id, mode), call, purpose
        )
        start = Start(
            call,
            supervisor_id,
            mode,
            purpose,
            following=self.random.random() < 0.5,
            client_ids=(CLIENT,),
            around=self._supervising.around(target),
        )
        if await self._go(target, start):
            self.begun.append(supervision_id)
        return supervision_id

    async def _act(self, supervisor_id: str, supervision_id: str) -> None:
        mode = self.random.choice(MODES)
        contact_id = self.random.choice(sorted(self.operator_of))
        there = Call(contact_id, self.operator_of[contact_id], CLIENT)
        following = self.random.random() < 0.5

        def change(target: Target) -> Command:
            others = self._occupied.others(supervision_id, target.place)
            return ChangeMode(supervisor_id, mode, others.handled_by)

        def switch(target: Target) -> Command:
            return SwitchTarget(supervisor_id, there, mode, self._supervising.around(target))

        match self.random.randrange(4):
            case 0:
                await self._go_by_id(supervision_id, change, mode)
            case 1:
                await self._go_by_id(supervision_id, switch, mode, there)
            case 2:
                command = SetFollowing(supervisor_id, following, (CLIENT,))
                await self._go_by_id(supervision_id, lambda target: command)
            case _:
                await self._pause()

    # How commands get there.

    def _present(
        self, supervision_id: str, mode: SupervisionMode, there: Call | None = None
    ) -> Target:
        about, _ = self._supervising.known(supervision_id, TENANT)
        call = there or Call(about.contact_id, about.operator_id, CLIENT)
        place = Place(TENANT, about.supervisor_id, call.contact_id, mode)
        return Target(supervision_id, place, call, about.purpose)

    async def _go_by_id(
        self,
        supervision_id: str,
        command: Callable[[Target], Command],
        mode: SupervisionMode = SupervisionMode.LISTEN,
        there: Call | None = None,
    ) -> None:
        try:
            target = self._present(supervision_id, mode, there)
        except Refused:
            return
        await self._go(target, command(target))

    async def _go(self, target: Target, command: Command) -> bool:
        meta = Meta(TENANT, CLIENT, correlation_id=target.call.contact_id)
        try:
            await self._supervising.go(target, command, f"req-{next(self._numbers)}", meta)
        except Refused:
            return False
        return True

    # Who follows.

    def _tell(self, contact_id: str, event: Event) -> None:
        record = recorded(contact_id, event).model_copy(update={"time": self._clock.now()})
        self._floor.fold(record)
        self._calls.append(record)

    async def _follow_calls(self, react: Callable[[Recorded[Any]], Iterable[Message]]) -> None:
        read = 0
        while True:
            await self._lag()
            while read < len(self._calls):
                record, read = self._calls[read], read + 1
                for request in tuple(react(record)):
                    await self._carry_out(request)

    async def _follow(
        self,
        partition: int,
        react: Callable[[Recorded[Any]], Iterable[Message]],
        tasks: asyncio.TaskGroup,
    ) -> None:
        read = 0
        while True:
            await self._lag()
            while read < len(self.log.logs[partition].landed):
                record, read = self.log.read(partition, read), read + 1
                for request in tuple(react(record)) if record is not None else ():
                    await self._carry_out(request)

    def _fold_today(self, record: Recorded[Any]) -> Iterable[Message]:
        self._today.fold(record)
        return ()

    async def _carry_out(self, request: Message) -> None:
        await self._pause()
        match request:
            case media.SuperviseRequest():
                self.heard.append(Heard(request, self.log.of(request.supervision_id)))
            case monitoring.EndSupervisionRequest():
                reason = SupervisionEndReason(wire.SupervisionEndReason.Name(request.reason))
                end = End(reason, request.contact_id)
                await self._go_by_id(request.supervision_id, lambda target: end)
            case monitoring.FollowCallRequest():
                operator_id = self.operator_of[request.contact_id]
                there = Call(request.contact_id, operator_id, CLIENT)
                await self._go_by_id(
                    request.supervision_id,
                    lambda target: FollowCall(there, self._supervising.around(target)),
                    there=there,
                )
