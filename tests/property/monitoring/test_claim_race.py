"""A race for one alert: twenty supervisors claim at once, a thousand times, on the real owner."""

import asyncio
from collections.abc import Callable
from random import Random

from tests.harness.simulation import simulate
from tests.harness.specification import MemoryLog

from sasayaki.monitoring.v1.alert_events import AlertClaimed, AlertEvent, AlertLevel
from sasayaki_chassis.clock import SystemClock
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.owner import Meta, Owners
from sasayaki_monitoring.alerts.alert import ALERT, Claim, Claimed, Raise
from sasayaki_monitoring.alerts.open_alerts import Alerts

ROUNDS = 1_000
SUPERVISORS = 20


async def race(alerts: Alerts, alert_id: str, random: Random) -> None:
    """One alert, claimed by all in an order and at moments that chance decides."""
    meta = Meta("out_demo", client_id="cli_acme")
    raised = Raise("con_1", "usr_mori", "tem_1", AlertLevel.TEAM)
    await alerts.handle(alert_id, raised, request_id="raise", meta=meta)

    async def claim(supervisor_id: str, pause_s: float) -> tuple[AlertEvent, ...]:
        await asyncio.sleep(pause_s)
        command = Claim(supervisor_id)
        return await alerts.handle(alert_id, command, request_id=supervisor_id, meta=meta)

    claims = (
        claim(f"usr_{number}", random.choice((0.0, 0.0, 0.001))) for number in range(SUPERVISORS)
    )
    answers = await asyncio.gather(*claims, return_exceptions=True)
    won = [event for answer in answers if isinstance(answer, tuple) for event in answer]
    lost = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(won) == 1
    assert len(lost) == SUPERVISORS - 1
    (claimed,) = won
    assert isinstance(claimed, AlertClaimed)
    assert all(each.reason == "ALREADY_CLAIMED" for each in lost)
    assert all(claimed.supervisor_id in str(each) for each in lost)
    state = alerts.state(alert_id)
    assert isinstance(state, Claimed)
    assert state.supervisor_id == claimed.supervisor_id


def test_of_20_supervisors_exactly_one_wins_in_each_of_1000_rounds(
    record_property: Callable[[str, object], None],
) -> None:
    async def rounds() -> int:
        alerts: Alerts = Owners(
            ALERT, [MemoryLog() for _ in range(ALERT.partitions)], SystemClock()
        )
        random = Random(20261122)
        serving = asyncio.create_task(alerts.run())
        await alerts.all_serving()
        for number in range(ROUNDS):
            await race(alerts, f"alt_{number}", random)
        serving.cancel()
        return sum(isinstance(state, Claimed) for _, state in alerts.streams())

    claimed = simulate(rounds())
    record_property("claimed_once", claimed)
    assert claimed == ROUNDS
