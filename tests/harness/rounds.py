"""Alert rules as monitoring runs them, on logs in memory and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from tests.harness.records import recorded
from tests.harness.specification import MemoryLog, SimulatedClock

from sasayaki.event import Event
from sasayaki.monitoring.v1.alert_events import AlertEvent
from sasayaki.monitoring.v1.policy_events import PolicyEvent
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_monitoring.alerts.alert import ALERT, Claimed, Command, Ladder, NotRaised, Open
from sasayaki_monitoring.alerts.open_alerts import Alerts, Key, OpenAlerts, key_of
from sasayaki_monitoring.alerts.rounds import Rounds, Tools
from sasayaki_monitoring.alerts.watch import Watch
from sasayaki_monitoring.floor.view import FloorView
from sasayaki_monitoring.floor.watchers import Watchers
from sasayaki_monitoring.policy.policies import Policies
from sasayaki_monitoring.policy.policy import POLICY, Policy
from sasayaki_monitoring.policy.policy import Command as PolicyCommand

META = Meta("out_demo", client_id="cli_acme")


class Monitoring:
    """One life of the process; what has landed in the logs outlives it."""

    def __init__(self, clock: SimulatedClock, landed: list[list[Entry]], watch: Watch) -> None:
        self.clock = clock
        self.watch = watch
        self.alerts: Alerts = Owners(ALERT, [MemoryLog(each) for each in landed], clock)
        policies: Owners[Policy, PolicyCommand, PolicyEvent] = Owners(POLICY, [MemoryLog()], clock)
        self.open = OpenAlerts(self.alerts)
        watchers = Watchers()
        self.rounds = Rounds(
            watch,
            Tools(
                alerts=self.alerts,
                open=self.open,
                policies=Policies(policies, usual=Ladder()),
                view=FloorView(watchers),
                watchers=watchers,
                clock=clock,
                require_current=lambda: None,
            ),
        )

    def tell(self, subject: str, *events: Event) -> None:
        for event in events:
            record = recorded(subject, event)
            self.watch.fold(record.model_copy(update={"time": self.clock.now()}))

    async def look(self, after_s: float = 1.0) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(seconds=after_s))
        await self.rounds.look()

    async def ask(self, alert_id: str, command: Command) -> tuple[AlertEvent, ...]:
        request_id = f"{alert_id}/{command!r}/{self.clock.now()}"
        return await self.alerts.handle(alert_id, command, request_id=request_id, meta=META)

    def raised(self) -> list[tuple[Key, str, bool]]:
        """Key and id of every alert that was ever raised, and whether it is not over."""
        found = []
        for alert_id, state in self.alerts.streams():
            meta = self.alerts.meta(alert_id)
            if not isinstance(state, NotRaised) and meta is not None:
                key = key_of(meta, state.about)
                found.append((key, alert_id, isinstance(state, Open | Claimed)))
        return found


@asynccontextmanager
async def monitoring(
    clock: SimulatedClock, landed: list[list[Entry]], watch: Watch
) -> AsyncIterator[Monitoring]:
    """Monitoring from its start to its death."""
    alive = Monitoring(clock, landed, watch)
    serving = asyncio.create_task(alive.alerts.run())
    await alive.alerts.all_serving()
    try:
        yield alive
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def nothing_landed() -> list[list[Entry]]:
    return [[] for _ in range(ALERT.partitions)]
