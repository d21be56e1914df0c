"""A team's fairness, noted once a day, and days that were missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.harness.records import recorded
from tests.harness.simulation import simulate
from tests.harness.specification import MemoryLog, SimulatedClock, given

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
    TalkStarted,
)
from sasayaki.monitoring.v1.fairness_events import FairnessAssessed
from sasayaki.monitoring.v1.supervision_events import Purpose, SupervisionStarted
from sasayaki.routing.v1.pool_events import OperatorPut
from sasayaki_chassis import codec
from sasayaki_chassis.owner import Owners, Unavailable
from sasayaki_monitoring.fairness.assessor import Assessments, Assessor
from sasayaki_monitoring.fairness.daily import FAIRNESS, Assess, stream_of
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.view import FairnessView

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST = date(2026, 11, 2)
NODE = {"node_id": "n", "happening_seq": 1}


def noted(day: date, sessions: int = 0) -> FairnessAssessed:
    return FairnessAssessed(
        team_id="tea_osaka",
        day=day.isoformat(),
        window_days=28,
        operators=2,
        sessions=sessions,
        gini=0.0,
        over=(),
        under=(),
    )


def test_a_day_is_noted_once_and_none_before_the_last() -> None:
    second = FIRST + timedelta(days=1)
    given(FAIRNESS).when(Assess(FIRST, noted(FIRST))).then(noted(FIRST))
    given(FAIRNESS, noted(FIRST)).when(Assess(FIRST, noted(FIRST, 3))).then()
    given(FAIRNESS, noted(second)).when(Assess(FIRST, noted(FIRST))).then()
    given(FAIRNESS, noted(FIRST)).when(Assess(second, noted(second))).then(noted(second))
    given(FAIRNESS, noted(FIRST)).then_nothing_is_due()


class Centre:
    """A team of two whose view is told what happened, and who notes its days."""

    def __init__(self, landed: list[codec.Entry], view: FairnessView, at: datetime) -> None:
        self.clock = SimulatedClock(at)
        self.view = view
        self._landed = landed
        self.owners: Assessments = Owners(FAIRNESS, [MemoryLog(landed)], self.clock)
        self.assessor = Assessor(self.owners, view, Policy(), TOKYO, self.clock.now, lambda: None)

    @property
    def days(self) -> list[FairnessAssessed]:
        parsed = (codec.parse(entry.value) for entry in self._landed)
        known = {FairnessAssessed.event_type: FairnessAssessed}
        found = (codec.decode(one, known).data for one in parsed)
        return [data for data in found if isinstance(data, FairnessAssessed)]

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Centre"]:
        owning = asyncio.create_task(self.owners.run())
        await self.owners.all_serving()
        try:
            yield self
        finally:
            owning.cancel()
            await asyncio.gather(owning, return_exceptions=True)


def tokyo(day: date, hour: float) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=TOKYO)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def tell(view: FairnessView, at: datetime, subject: str, *events: Event) -> None:
    for event in events:
        view.fold(recorded(subject, event).model_copy(update={"time": at}))


def monitored(view: FairnessView, at: datetime, number: int, operator_id: str) -> None:
    """A talk of 10 minutes, half of it monitored."""
    contact_id, spv, leg_id = f"con_{number}", f"spv_{number}", f"leg_{number}"
    talk = TalkStarted(leg_id="leg_1", operator_id=operator_id, **NODE)
    started = SupervisionStarted(
        contact_id=contact_id,
        supervisor_id="usr_sato",
        operator_id=operator_id,
        mode=SupervisionMode.LISTEN,
        purpose=Purpose.SAMPLING,
    )
    heard = SupervisorHeard(
        leg_id=leg_id,
        supervisor_id="usr_sato",
        supervision_id=spv,
        mode=SupervisionMode.LISTEN,
        applied_at=at,
        **NODE,
    )
    left = SupervisorLegEnded(
        leg_id=leg_id,
        supervisor_id="usr_sato",
        supervision_id=spv,
        reason=LegEndReason.RELEASED,
        **NODE,
    )
    ended = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
    tell(view, at, spv, started)
    tell(view, at, contact_id, talk, heard)
    tell(view, at + timedelta(minutes=5), contact_id, left)
    tell(view, at + timedelta(minutes=10), contact_id, ended)


@pytest.fixture
def view() -> FairnessView:
    """Mori and Abe of Osaka; Mori was monitored at the first day's noon and the third's."""
    view = FairnessView()
    for number, operator_id in enumerate(("usr_mori", "usr_abe")):
        put = OperatorPut(
            operator_id=operator_id,
            team_id="tea_osaka",
            skills=(),
            client_ids=("cli_acme",),
            skill_levels=(),
        )
        tell(view, tokyo(FIRST, -24), "pool", put)
        talk = TalkStarted(leg_id="leg_1", operator_id=operator_id, **NODE)
        ended = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)
        tell(view, tokyo(FIRST, 9), f"con_t{number}", talk)
        tell(view, tokyo(FIRST, 10), f"con_t{number}", ended)
    monitored(view, tokyo(FIRST, 12), 1, "usr_mori")
    monitored(view, tokyo(FIRST, 24 + 23.5), 2, "usr_mori")
    monitored(view, tokyo(FIRST, 48 + 0.1), 3, "usr_abe")
    return view


def test_yesterday_is_noted_shortly_after_the_centres_midnight(view: FairnessView) -> None:
    async def days() -> list[tuple[str, int]]:
        async with Centre([], view, tokyo(FIRST, 24 + 0.01)).open() as centre:
            await centre.assessor.assess_missing()
            assert [each.day for each in centre.days] == ["2026-11-01"]
            centre.clock.advance_to(tokyo(FIRST, 24 + 0.05))
            await centre.assessor.assess_missing()
            await centre.assessor.assess_missing()
            return [(each.day, each.sessions) for each in centre.days]

    assert asyncio.run(days()) == [("2026-11-01", 0), ("2026-11-02", 1)]


def test_days_that_were_missed_are_made_up_for_each_as_it_ended(view: FairnessView) -> None:
    landed: list[codec.Entry] = []

    async def noted_from(hour: float) -> list[FairnessAssessed]:
        async with Centre(landed, view, tokyo(FIRST, hour)).open() as centre:
            await centre.assessor.assess_missing()
            return centre.days

    assert [each.day for each in asyncio.run(noted_from(24.5))] == ["2026-11-02"]
    first, second, third = asyncio.run(noted_from(72.5))
    assert [each.day for each in (first, second, third)] == [
        "2026-11-02",
        "2026-11-03",
        "2026-11-04",
    ]
    assert [each.sessions for each in (first, second, third)] == [1, 2, 3]
    assert [each.operators for each in (first, second, third)] == [2, 2, 2]
    assert (first.gini, second.gini) == (pytest.approx(0.5, abs=0.1), pytest.approx(0.5, abs=0.1))
    assert third.gini < 0.3
    assert third.p_value is not None


def test_no_more_days_are_made_up_for_than_a_month(view: FairnessView) -> None:
    landed: list[codec.Entry] = []

    async def noted_from(hour: float) -> list[FairnessAssessed]:
        async with Centre(landed, view, tokyo(FIRST, hour)).open() as centre:
            await centre.assessor.assess_missing()
            return centre.days

    asyncio.run(noted_from(24.5))
    assert len(asyncio.run(noted_from(24 * 60))) == 1 + 31


def test_it_is_looked_again_and_again_and_never_on_a_view_that_is_behind(
    view: FairnessView,
) -> None:
    async def days() -> list[str]:
        async with Centre([], view, tokyo(FIRST, 24.5)).open() as centre:
            looks = 0

            def require_current() -> None:
                nonlocal looks
                looks += 1
                if looks < 3:
                    raise Unavailable("FairnessView is 2.0 s behind")

            assessor = Assessor(
                centre.owners, view, Policy(), TOKYO, centre.clock.now, require_current
            )
            looking = asyncio.create_task(assessor.run())
            while not centre.days:
                await asyncio.sleep(1)
            looking.cancel()
            assert looks == 3
            return [each.day for each in centre.days]

    assert simulate(days()) == ["2026-11-02"]


def test_another_teams_stream_is_another() -> None:
    assert stream_of("out_demo", "tea_osaka") != stream_of("out_other", "tea_osaka")
