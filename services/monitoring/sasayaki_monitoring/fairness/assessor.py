"""Assesses every team shortly after the centre's midnight, and days that were missed meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

from sasayaki.monitoring.v1.fairness_events import FairnessAssessed, FairnessEvent
from sasayaki_chassis.owner import DecisionFailed, Meta, Overloaded, Owners, Unavailable
from sasayaki_monitoring.fairness.api import WINDOW_DAYS, window_of
from sasayaki_monitoring.fairness.assess import Counted, assess
from sasayaki_monitoring.fairness.daily import Assess, Command, State, stream_of
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.share import Flag
from sasayaki_monitoring.fairness.view import FairnessView

LOOK_S = 60.0
"""How often it is looked whether a day is missing."""
SETTLES = timedelta(minutes=2)
"""After midnight, so that the day's last records are counted."""
CATCH_UP_DAYS = 31
"""Days that are made up for at most; older ones stay unassessed."""

Assessments: TypeAlias = Owners[State, Command, FairnessEvent]

log = logging.getLogger(__name__)


class Assessor:
    """Looks every minute which team's day is missing; who owns its stream assesses it."""

    def __init__(
        self,
        assessments: Assessments,
        view: FairnessView,
        policy: Policy,
        zone: tzinfo,
        now: Callable[[], datetime],
        require_current: Callable[[], None],
    ) -> None:
        self._assessments = assessments
        self._view = view
        self._policy = policy
        self._zone = zone
        self._now = now
        self._require_current = require_current

    async def run(self) -> None:
        """Assesses until cancelled."""
        while True:
            try:
                await self.assess_missing()
            except (Unavailable, Overloaded) as not_now:
                log.debug("fairness_not_assessed_yet", extra={"why": str(not_now)})
            await asyncio.sleep(LOOK_S)

    async def assess_missing(self) -> None:
        """Raises Unavailable or Overloaded when it can't be done now."""
        self._require_current()
        for (tenant_id, team_id), client_ids in self._view.teams().items():
            stream = stream_of(tenant_id, team_id)
            if not self._assessments.owns(stream):
                continue
            # A bug is told and counted where it was decided; the others' turn.
            with suppress(DecisionFailed):
                for day in self._missing(self._assessments.state(stream)):
                    await self._assess(tenant_id, team_id, client_ids, day)

    def _missing(self, last: date | None) -> Iterator[date]:
        """Days after the last that is noted, up to yesterday; for a new team just yesterday."""
        yesterday = (self._now() - SETTLES).astimezone(self._zone).date() - timedelta(days=1)
        first = yesterday if last is None else last + timedelta(days=1)
        day = max(first, yesterday - timedelta(days=CATCH_UP_DAYS - 1))
        while day <= yesterday:
            yield day
            day += timedelta(days=1)

    async def _assess(
        self, tenant_id: str, team_id: str, client_ids: frozenset[str], day: date
    ) -> None:
        midnight = datetime.combine(day + timedelta(days=1), time(), self._zone)
        # The window ends with the day: its last instant, not the next day's first.
        until = midnight - timedelta(microseconds=1)
        window = window_of(tenant_id, client_ids, WINDOW_DAYS, until, self._zone)
        counted = self._view.counted(window, team_id)
        # Chance is drawn many times: calls must not wait for it.
        assessed = await asyncio.to_thread(self._assessed, team_id, day, counted)
        await self._assessments.handle(
            stream_of(tenant_id, team_id),
            Assess(day, assessed),
            request_id=f"Assess/{day}",
            meta=Meta(tenant_id),
        )

    def _assessed(self, team_id: str, day: date, counted: list[Counted]) -> FairnessAssessed:
        teams = assess(counted, self._policy)
        standings = teams[0].standings if teams else ()
        chance = teams[0].chance() if teams else None

        def flagged(flag: Flag) -> tuple[str, ...]:
            return tuple(e.counted.operator_id for e in standings if e.ratio.flag is flag)

        return FairnessAssessed(
            team_id=team_id,
            day=day.isoformat(),
            window_days=WINDOW_DAYS,
            operators=len(standings),
            sessions=teams[0].sessions if teams else 0,
            gini=teams[0].gini if teams else 0.0,
            p_value=chance.p_value if chance else None,
            over=flagged(Flag.OVER),
            under=flagged(Flag.UNDER),
        )
