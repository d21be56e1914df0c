"""How soon people at the console hear and see, on a whole platform: `./sasayaki bench console`.

Operator and supervisor have a Chromium each, which is their phone; the customer calls by SIP. All
clocks are this machine's: the pages note when they were pressed, when the frame with the change was
out and when the tone was in what they play.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.at_console import SHOWN_MS, answers, at_console, gets_ready, rings, wraps_up
from tests.e2e.centre import Centre, centre
from tests.e2e.console_returns import (
    headset_to_voice_s,
    network_to_sound_s,
    sleep_to_sound_s,
    tab_to_sound_s,
)
from tests.e2e.console_usable import usable
from tests.harness.hearing import awaits, is_still, next_played, plays, reload_to_sound_s
from tests.harness.plugs import BUILT_IN, HEADSET
from tests.harness.running import Running, running_platform

from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ
from sasayaki_demo.people import Supervisor

OPERATOR, SUPERVISOR = "Misaki Sato", "Megumi Nakamura"
SUPERVISOR_ID = "usr_sv01"
CALLER = "+819055550081"
CHIME_HZ = 880.0
VOICES_HZ = (CUSTOMER_HZ, OPERATOR_HZ)
WAYS = {"sleep": sleep_to_sound_s, "network": network_to_sound_s, "tab": tab_to_sound_s}
"""In which the desk's sound goes away and comes back."""
OF_A_CALL = ("first_listen", "listen", "alert", "reload", *WAYS)
FIGURES = ("usable", *OF_A_CALL, "headset")
NOTE_PRESSES = """() => {
  window.pressedAt = 0;
  for (const kind of ["click", "keydown"])
    addEventListener(
      kind,
      (event) => (window.pressedAt = Date.now() - performance.now() + event.timeStamp),
      { capture: true },
    );
}"""
# `Date.now()`, for a page's `timeOrigin` leaves the machine's clock when that is put right.
# The frame after the one with the alert begins when that one is out.
ALERT_SHOWN = """() => new Promise((shown) => {
  const column = document.querySelector(".wall-alerts");
  const look = () => {
    const open = [...column.querySelectorAll(".is-open .wall-alert-mark")];
    // Who talks all the time without a pause has an alert for that, too.
    if (!open.some((mark) => mark.textContent === "Help")) return false;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => shown(Date.now());
      channel.port2.postMessage(0);
    });
    return true;
  };
  const watching = new MutationObserver(() => look() && watching.disconnect());
  watching.observe(column, { subtree: true, childList: true, attributes: true });
})"""


@dataclass
class Talk:
    """A call at the desk, and a supervisor at the wall who does not hear it yet."""

    at: Centre
    desk: Page
    wall: Page
    took: dict[str, list[float]] = field(default_factory=dict)
    """Milliseconds, by figure."""

    def note(self, figure: str, ms: float) -> None:
        self.took.setdefault(figure, []).append(ms)

    async def listen(self, figure: str) -> None:
        """The supervisor clicks the operator's seat, hears the call, and leaves it."""
        heard = await next_played(self.wall, *VOICES_HZ)
        await self.wall.get_by_role("gridcell", name=OPERATOR).click()
        self.note(figure, await heard() - await _pressed_at(self.wall))
        await expect(self.wall.get_by_test_id("whom")).to_contain_text(OPERATOR, timeout=SHOWN_MS)
        await self.wall.keyboard.press("Escape")
        await expect(self.wall.get_by_test_id("whom")).to_have_text(
            "You hear no call", timeout=SHOWN_MS
        )
        await is_still(self.wall, *VOICES_HZ)

    async def first_listen(self) -> None:
        """As the first time of a shift: the phone is on no call and has to be rung."""
        supervisor = Supervisor(SUPERVISOR_ID, self.at.platform, self.at.ledger)
        await supervisor.hang_up_phone()
        await _is_on_no_call(self.at)
        await self.listen("first_listen")

    async def alert(self) -> None:
        """The operator calls for help, and takes it back once the supervisor saw and heard it."""
        seen = await awaits(self.wall, ALERT_SHOWN)
        heard = await next_played(self.wall, CHIME_HZ)
        await self.desk.keyboard.press("F9")
        seen_at, heard_at = await seen(), await heard()
        pressed_at = await _pressed_at(self.desk)
        self.note("alert_to_screen", seen_at - pressed_at)
        self.note("alert_to_sound", heard_at - pressed_at)
        await self.desk.get_by_role("button", name="Cancel").click()
        alerts = self.wall.get_by_role("region", name="Alerts")
        await expect(alerts.get_by_text("Help", exact=True)).to_have_count(0, timeout=SHOWN_MS)
        await is_still(self.wall, CHIME_HZ)

    async def reload(self) -> None:
        """The operator loads the page anew, in the call."""
        self.note("reload_to_sound", 1000 * await reload_to_sound_s(self.desk, CUSTOMER_HZ))
        await self.desk.get_by_role("button", name="Phone: Connected").wait_for()

    async def way(self, way: str) -> None:
        """The operator's sound goes away and comes back."""
        self.note(f"{way}_to_sound", 1000 * await WAYS[way](self.desk, CUSTOMER_HZ))
        await self.desk.get_by_role("button", name="Phone: Connected").wait_for()


async def measure(running: Running, rounds: int, wanted: tuple[str, ...]) -> dict[str, object]:
    """Each wanted figure, so many rounds of it."""
    found: dict[str, object] = {}
    if "usable" in wanted:
        found |= {
            key: _marks(ms) for key, ms in (await usable(running, max(2, rounds // 4))).items()
        }
    if set(wanted) & set(OF_A_CALL):
        found |= await _of_a_call(running, rounds, wanted)
    if "headset" in wanted:
        found |= await _of_a_headset(running, rounds)
    return found


async def _of_a_call(running: Running, rounds: int, wanted: tuple[str, ...]) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="sasayaki-bench-") as name:
        folder = Path(name)
        async with (
            centre(running, folder) as at,
            at_console(running, SUPERVISOR, SUPERVISOR_HZ, folder) as wall,
            at_console(running, OPERATOR, OPERATOR_HZ, folder) as desk,
        ):
            await gets_ready(desk)
            await rings(at, desk, "customer", CALLER)
            await answers(desk)
            await plays(desk, CUSTOMER_HZ)
            for page in (desk, wall):
                await page.evaluate(NOTE_PRESSES)
            # For any other purpose an operator is heard so often a day and no more.
            await wall.get_by_role("combobox", name="Purpose").select_option("Help")
            talk = Talk(at, desk, wall)
            acts: dict[str, Callable[[], Awaitable[None]]] = {
                "first_listen": talk.first_listen,
                "listen": lambda: talk.listen("listen"),
                "alert": talk.alert,
                "reload": talk.reload,
                **{way: partial(talk.way, way) for way in WAYS},
            }
            for figure in acts:
                for _ in range(rounds if figure in wanted else 0):
                    await acts[figure]()
            await desk.keyboard.press("x")
            await wraps_up(desk)
    return {key: _marks(ms) for key, ms in talk.took.items()}


async def _of_a_headset(running: Running, rounds: int) -> dict[str, object]:
    """Until a customer hears the microphone that takes an unplugged one's place."""
    with tempfile.TemporaryDirectory(prefix="sasayaki-bench-") as name:
        folder = Path(name)
        async with (
            centre(running, folder) as at,
            at_console(running, OPERATOR, OPERATOR_HZ, folder, HEADSET, BUILT_IN) as desk,
        ):
            await gets_ready(desk)
            customer = await rings(at, desk, "customer", CALLER)
            await answers(desk)
            took = [1000 * await headset_to_voice_s(desk, customer) for _ in range(rounds)]
            await desk.keyboard.press("x")
            await wraps_up(desk)
    return {"headset_to_voice": _marks(took)}


async def _pressed_at(page: Page) -> float:
    return float(await page.evaluate("window.pressedAt"))


async def _is_on_no_call(at: Centre) -> None:
    """Returns when the supervisor's phone has been hung up."""
    token = at.running.endpoints.tokens[SUPERVISOR_ID]
    metadata = (("authorization", f"Bearer {token}"),)
    watching = at.platform.media.WatchPhone(media_pb.WatchPhoneRequest(), metadata=metadata)
    async with asyncio.timeout(20):
        async for phone in watching:
            if not phone.legs:
                break
    watching.cancel()


def _marks(ms: list[float]) -> dict[str, float]:
    marks = statistics.quantiles(ms, n=20, method="inclusive")
    return {
        "rounds": len(ms),
        "p50_ms": round(statistics.median(ms), 1),
        "p95_ms": round(marks[18], 1),
        "max_ms": round(max(ms), 1),
    }


def main(arguments: list[str]) -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="sasayaki bench console", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        default=20,
        help="of each figure, a quarter of them of pages from nothing; at least 2",
    )
    parser.add_argument("--only", choices=FIGURES, action="append", help="can be repeated")
    asked = parser.parse_args(arguments)
    load_before = os.getloadavg()[0]
    with running_platform() as running:
        found = asyncio.run(measure(running, max(2, asked.rounds), tuple(asked.only or FIGURES)))
    machine = {
        "cores": os.cpu_count(),
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "niceness": os.nice(0),
    }
    sys.stdout.write(f"{json.dumps(found | machine, indent=2)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
