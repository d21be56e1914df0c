"""Which alerts are open is known only where all of them are served, and to every life alike."""

from datetime import timedelta

import pytest
from tests.harness.rounds import META, Monitoring, monitoring, nothing_landed
from tests.harness.specification import NOON, SimulatedClock

from sasayaki.monitoring.v1.alert_events import AlertKind, AlertLevel
from sasayaki_chassis.owner import Unavailable
from sasayaki_monitoring.alerts.alert import Cancel, Found, Open, Raise
from sasayaki_monitoring.alerts.open_alerts import Key
from sasayaki_monitoring.alerts.watch import Watch

PRESS = Raise("con_1", "usr_mori", "tem_1", AlertLevel.TEAM)
WAITS = Raise(
    contact_id="",
    operator_id="",
    team_id=None,
    level=AlertLevel.ALL,
    kind=AlertKind.QUEUE,
    queue_id="que_1",
    found=Found(61_000, 60_000),
)
QUEUE = Key("out_demo", AlertKind.QUEUE, "cli_acme que_1")


def test_nobody_is_told_that_there_is_no_alert_before_all_are_known() -> None:
    at = Monitoring(SimulatedClock(), nothing_landed(), Watch())
    with pytest.raises(Unavailable):
        at.open.of("out_demo", "usr_mori", "con_1")
    with pytest.raises(Unavailable):
        at.open.last(QUEUE)
    assert at.open.count() == 0


async def test_the_next_life_knows_what_the_last_one_raised() -> None:
    clock, landed = SimulatedClock(), nothing_landed()
    async with monitoring(clock, landed, Watch()) as at:
        await at.ask("alt_1", PRESS)
        await at.ask("alt_2", WAITS)
    async with monitoring(clock, landed, Watch()) as at:
        assert at.open.of("out_demo", "usr_mori", "con_1") == "alt_1"
        alert_id, state = at.open.last(QUEUE)
        assert alert_id == "alt_2"
        assert isinstance(state, Open)
        assert at.open.within_an_hour(QUEUE, NOON) == 1
        assert at.open.within_an_hour(QUEUE, NOON + timedelta(hours=1)) == 0
        assert at.open.count() == 2


async def test_a_call_for_help_is_that_of_the_present_call_only() -> None:
    async with monitoring(SimulatedClock(), nothing_landed(), Watch()) as at:
        await at.ask("alt_1", PRESS)
        assert at.open.of("out_demo", "usr_mori", "con_2") is None
        await at.ask("alt_1", Cancel("usr_mori"))
        assert at.open.of("out_demo", "usr_mori", "con_1") is None


async def test_what_has_long_been_over_is_forgotten_and_what_is_open_is_not() -> None:
    clock = SimulatedClock()
    async with monitoring(clock, nothing_landed(), Watch()) as at:
        for number in range(1_100):
            alert_id = f"alt_{number}"
            mine = Raise("con_1", f"usr_{number}", None, AlertLevel.ALL)
            await at.ask(alert_id, mine)
            if number:
                await at.ask(alert_id, Cancel(f"usr_{number}"))
        later = NOON + timedelta(hours=25)
        at.open.tidy(later)
        assert at.open.of("out_demo", "usr_0", "con_1") == "alt_0"
        assert at.open.last(Key(META.tenant_id, AlertKind.HELP, "usr_1"))[0] == ""
