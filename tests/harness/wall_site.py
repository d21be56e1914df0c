"""A wall in a browser: a made-up centre of sixty seats, and a supervisor who looks at it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.async_api import Browser, Locator, Page
from tests.harness import floor_rows
from tests.harness.browser import person
from tests.harness.floor_rows import Centre
from tests.harness.live_site import Json, LiveSite, live_site

FLOOR, LEVELS = "MonitoringService/WatchFloor", "MediaService/WatchLevels"
ME = "usr_sv01"


@dataclass(frozen=True)
class Wall:
    """The gateway of tables and what stands on its floor."""

    site: LiveSite
    centre: Centre
    now: datetime

    def put(self, *rows: Json) -> None:
        """Changes the floor."""
        self.site.push(FLOOR, {"rows": list(rows)})

    def talk(self, at: int) -> Json:
        """One of the talks."""
        return self.centre.talks[at]

    def hears(self, talk: Json, **more: object) -> None:
        """Puts the supervisor on a talk."""
        self.put(floor_rows.supervision("spv_1", talk, self.now, **more))

    def name(self, talk: Json, language: str = "ja") -> str:
        """The name of a talk's operator."""
        key = "name" if language == "ja" else "nameEn"
        return next(
            str(who[key]) for who in self.centre.people if who["userId"] == talk["operatorId"]
        )


@contextmanager
def wall(seats: int = 60, now: datetime | None = None) -> Iterator[Wall]:
    """A centre of so many seats behind a gateway of tables that does as it is told."""
    now = now or datetime.now(UTC)
    centre = floor_rows.centre(seats, now)
    with live_site() as site:
        made = Wall(site, centre, now)
        site.snapshots[FLOOR] = lambda: {"rows": centre.rows}
        site.snapshots[LEVELS] = lambda: centre.levels(random.Random(1))
        site.answers.update(
            {
                "/api/session": {
                    "user": {**centre.people[0], "clientIds": ["cli_acme", "cli_hana"]},
                    "csrf": "token",
                    "storageKey": "c3RvcmVkIGJ5IHRoZSBicm93c2VyIG9mIG9uZSBwZXI=",
                    "expiresAt": "2027-01-01T00:00:00Z",
                    "passwordIsInitial": False,
                },
                "/api/people": centre.people,
                "/api/rpc/CallreasonService/ListClients": floor_rows.clients(),
                "/api/rpc/RoutingService/ListQueues": floor_rows.queues(),
                "/api/rpc/MonitoringService/GetFairness": floor_rows.fairness(centre.talks),
                "/api/rpc/MonitoringService/GetLedger": {"entries": []},
            }
        )
        _obey(made)
        yield made


def _obey(made: Wall) -> None:
    """Answers orders as monitoring does: the floor tells what became of them."""
    site = made.site
    row: Json = {}

    def start(asked: Json) -> Json:
        talk = next(t for t in made.centre.talks if t["contactId"] == asked["contactId"])
        row.update(floor_rows.supervision("spv_1", talk, made.now, purpose=asked["purpose"]))
        made.put(row)
        return {"supervisionId": "spv_1", "consentAsked": False}

    def change(**asked: object) -> Json:
        supervision = row["supervision"]
        assert isinstance(supervision, dict)
        supervision.update(asked)
        made.put(row)
        return {}

    def switch(asked: Json) -> Json:
        talk = next(t for t in made.centre.talks if t["contactId"] == asked["contactId"])
        return change(
            contactId=talk["contactId"], operatorId=talk["operatorId"], mode=asked["mode"]
        )

    def end(asked: Json) -> Json:
        made.put({"gone": {"supervision": asked["supervisionId"]}})
        return {}

    site.answers.update(
        {
            "/api/rpc/MonitoringService/StartSupervision": start,
            "/api/rpc/MonitoringService/SwitchTarget": switch,
            "/api/rpc/MonitoringService/ChangeMode": lambda asked: change(mode=asked["mode"]),
            "/api/rpc/MonitoringService/SetFollowing": lambda asked: change(
                following=asked["following"]
            ),
            "/api/rpc/MonitoringService/EndSupervision": end,
            "/api/rpc/MonitoringService/SendText": {"textId": "txt_1"},
            "/api/rpc/MonitoringService/GiveFeedback": {"feedbackId": "fbk_1"},
            "/api/rpc/MonitoringService/AnswerFollowUp": {},
            "/api/rpc/MonitoringService/ResolveAlert": {},
        }
    )


@asynccontextmanager
async def opened(
    made: Wall,
    browser: Browser,
    language: str = "ja",
    theme: str = "light",
    at: datetime | None = None,
) -> AsyncIterator[Page]:
    """The wall as the supervisor sees it, at an instant that stands if one is given."""
    async with person(browser, language, theme, at) as someone:
        page = await someone.new_page()
        await page.goto(f"{made.site.address}/wall")
        await page.locator("[data-seat]").first.wait_for()
        yield page


def seat(page: Page, talk: Json) -> Locator:
    """The seat of a talk's operator."""
    return page.locator(f'[data-seat="{talk["operatorId"]}"]')
