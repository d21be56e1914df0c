"""An operator's desk in a browser without a platform: streams to speak on, commands to read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from playwright.async_api import Browser, BrowserContext, Page, Route
from tests.harness import desk_sample as sample
from tests.harness.browser import FakeGateway, person
from tests.harness.fake_phone import FakePhone
from tests.harness.plugs import with_plugs

_STREAMS = """
window.streams = {};
window.EventSource = class extends EventTarget {
  static CLOSED = 2;
  readyState = 1;
  constructor(address) {
    super();
    this.method = address.replace("/api/stream/", "");
    (window.streams[this.method] ??= []).push(this);
    const kept = (window.kept ??= {})[this.method];
    setTimeout(() => {
      this.dispatchEvent(new Event("open"));
      if (kept) this.dispatchEvent(new MessageEvent("snapshot", { data: kept }));
    });
  }
  close() {
    window.streams[this.method] = window.streams[this.method].filter((each) => each !== this);
  }
};
window.tell = (method, kind, data) => {
  if (kind === "snapshot") (window.kept ??= {})[method] = data;
  for (const each of window.streams[method] ?? []) {
    each.dispatchEvent(new MessageEvent(kind, { data }));
  }
};
"""
_STREAMS_DIE = """
([method, data]) => {
  for (const each of Object.keys(window.streams)) window.streams[each] = [];
  window.kept[method] = data;
}
"""


class DeskGateway(FakeGateway):
    """Answers what a desk asks from the sample; keeps the commands, in order."""

    def __init__(self, answers: dict[str, object]) -> None:
        super().__init__(answers, {})
        self.commands: list[tuple[str, dict[str, object]]] = []

    async def answer(self, route: Route) -> None:
        """Answers one request; a command that is in no table is done."""
        path = "/" + route.request.url.split("/", 3)[3]
        if path.startswith("/api/rpc/"):
            body = dict(route.request.post_data_json or {})
            body.pop("requestId", None)
            self.commands.append((path.removeprefix("/api/rpc/"), body))
            if path not in self.answers:
                await route.fulfill(json={})
                return
        await super().answer(route)

    def asked(self, method: str) -> list[dict[str, object]]:
        """The bodies of one command, in order."""
        return [body for name, body in self.commands if name == method]


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator's page, and the other side of it."""

    page: Page
    gateway: DeskGateway
    phone: FakePhone

    async def is_in(self, name: str, **change: object) -> None:
        """Routing says that the operator is in a state."""
        await self._tell("RoutingService/WatchDesk", "snapshot", sample.state(name, **change))

    async def is_meanwhile_in(self, name: str, **change: object) -> None:
        """The streams die without a word, and what a new one would tell is this."""
        kept = ["RoutingService/WatchDesk", json.dumps(sample.state(name, **change))]
        await self.page.evaluate(_STREAMS_DIE, kept)

    async def sleeps(self) -> None:
        """The computer sleeps for an hour, in no time."""
        await self.page.context.clock.set_fixed_time(sample.NOW + timedelta(hours=1))

    async def concerns(self, *rows: dict[str, object]) -> None:
        """Monitoring says what concerns the operator."""
        await self._tell("MonitoringService/WatchOperator", "message", {"rows": rows})

    async def _tell(self, method: str, kind: str, message: object) -> None:
        await self.page.wait_for_function("(method) => window.streams[method]?.length", arg=method)
        arguments = [method, kind, json.dumps(message)]
        await self.page.evaluate("(all) => window.tell(...all)", arguments)


@asynccontextmanager
async def at_desk(
    browser: Browser, site: str, language: str = "en", theme: str = "light", *plugged: str
) -> AsyncIterator[Desk]:
    """An operator at their desk, ready, with the browser as phone; `plugged`: their devices."""
    async with person(browser, language, theme, sample.NOW) as someone:
        if plugged:
            await with_plugs(someone, *plugged)
        yield await opened_desk(someone, site, FakePhone())


async def opened_desk(someone: BrowserContext, site: str, phone: FakePhone) -> Desk:
    """Opens the desk of an operator whose browser is this phone."""
    use = """localStorage.setItem("sasayaki.phone", JSON.stringify({ use: true }))"""
    await someone.add_init_script(use)
    await someone.add_init_script(_STREAMS)
    page = await someone.new_page()
    desk = Desk(page, DeskGateway(sample.answers()), phone)
    await desk.gateway.serve(page)
    await desk.phone.serve(page)
    await page.goto(f"{site}/desk")
    await desk.is_in("READY")
    return desk
