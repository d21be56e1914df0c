"""The supervisor wall under load: a thousand seats, fifty changes a second, Debian's Chromium.

A change carries the time at which it was sent, in an operator's word for their absence. For each
that comes into sight the page notes when the frame that shows it is out; both clocks are this
machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime

from playwright.async_api import CDPSession, Page
from tests.harness import floor_rows
from tests.harness.browser import chromium, person
from tests.harness.live_site import LiveSite
from tests.harness.wall_site import FLOOR, LEVELS, wall

SETTLE_S = 3.0
WATCH = """() => {
  const seen = new Set();
  const found = (window.__shown = []);
  const look = (node) => {
    const text = node.textContent ?? "";
    for (const [, sent] of text.matchAll(/@(\\d{13}\\.\\d)@/g)) {
      if (seen.has(sent)) continue;
      seen.add(sent);
      // The frame after this one begins when this one is out.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => found.push(Date.now() - Number(sent));
        channel.port2.postMessage(0);
      });
    }
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") look(change.target);
      for (const node of change.addedNodes) look(node);
    }
  }).observe(document.querySelector(".wall-seats"), {
    subtree: true,
    childList: true,
    characterData: true,
  });
}"""


def main(arguments: list[str]) -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench wall", description=__doc__)
    parser.add_argument("--seats", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=50, help="a second, default 50")
    parser.add_argument("--seconds", type=float, default=20.0)
    wanted = parser.parse_args(arguments)
    found = asyncio.run(measure(wanted.seats, wanted.changes, wanted.seconds))
    sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
    return 0


async def measure(seats: int, changes: int, seconds: float) -> dict[str, object]:
    """Latencies of the changes in sight, and how much of the time the main thread was busy."""
    with wall(seats) as made:
        async with chromium() as browser, person(browser) as someone:
            page = await someone.new_page()
            began = time.monotonic()
            await page.goto(f"{made.site.address}/wall")
            await page.locator("[data-seat]").first.wait_for()
            usable_s = time.monotonic() - began
            await asyncio.sleep(SETTLE_S)
            await page.evaluate(WATCH)
            load = _under_load(page, made.site, made.centre, changes=changes, seconds=seconds)
            return await load | {
                "seats": seats,
                "changes_per_s": changes,
                "usable_s": round(usable_s, 2),
            }


async def _under_load(
    page: Page, site: LiveSite, centre: floor_rows.Centre, *, changes: int, seconds: float
) -> dict[str, object]:
    devtools = await page.context.new_cdp_session(page)
    # The thread's own processor time: other processes of the machine are not in it.
    await devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    before, began = await _busy_s(devtools), time.monotonic()
    sent = await asyncio.to_thread(_drive, site, centre, changes, seconds)
    busy, lasted = await _busy_s(devtools) - before, time.monotonic() - began
    await asyncio.sleep(1)
    shown: list[float] = await page.evaluate("window.__shown")
    marks = statistics.quantiles(shown, n=100)
    return {
        "changes_sent": sent,
        "changes_in_sight": len(shown),
        "event_to_screen_ms_p50": round(marks[49], 1),
        "event_to_screen_ms_p95": round(marks[94], 1),
        "event_to_screen_ms_max": round(max(shown), 1),
        "main_thread_busy_percent": round(100 * busy / lasted, 1),
        "tiles_drawn": await page.locator("[data-seat]").count(),
    }


def _drive(site: LiveSite, centre: floor_rows.Centre, changes: int, seconds: float) -> int:
    """Changes one operator after another, evenly in time; levels of all talks once a second."""
    chance = random.Random(3)
    operators = [
        (str(row["operator"]["operatorId"]), str(row["operator"]["teamId"]))
        for row in centre.rows
        if isinstance(row.get("operator"), dict)
    ]
    talking = {str(talk["operatorId"]) for talk in centre.talks}
    free = [each for each in operators if each[0] not in talking]
    began = time.monotonic()
    sent = 0
    for at in range(int(changes * seconds)):
        if (wait := began + at / changes - time.monotonic()) > 0:
            time.sleep(wait)
        if at % changes == 0:
            site.push(LEVELS, centre.levels(chance))
        operator_id, team = chance.choice(free)
        reason = f"@{time.time() * 1000:.1f}@"
        row = floor_rows.operator(operator_id, team, "AWAY", datetime.now(UTC), reason=reason)
        if at % 2:
            talk = chance.choice(centre.talks)
            held = {**talk, "heldSince": floor_rows.instant(datetime.now(UTC), 0)}
            site.push(FLOOR, {"rows": [row, {"talk": held if at % 4 == 1 else talk}]})
        else:
            site.push(FLOOR, {"rows": [row]})
        sent += 1
    return sent


async def _busy_s(devtools: CDPSession) -> float:
    """Seconds of tasks on the page's main thread since it began."""
    metrics = (await devtools.send("Performance.getMetrics"))["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
