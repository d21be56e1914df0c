"""A newcomer's first minute: the demo as the README says, then the address that it prints."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.at_console import SHOWN_MS, listened_page
from tests.harness.browser import chromium
from tests.harness.hearing import plays_something
from tests.harness.microphones import bursts
from tests.harness.running import LAUNCHER, state_folder

from sasayaki_demo.bots import SUPERVISOR_HZ, hears

PRINTED = re.compile(r"Listen yourself: (http://\S+?),")
BEGUN_MS = 60_000
"""Until the demo's first customers have heard the guidance and talk."""
END_S = 60
# Six of the demo's eight calls have begun; a call without a scene of its own lasts half a minute.
ONE_WHO_TALKS = """() => {
  const seats = [...document.querySelectorAll("[data-seat].is-talking")];
  const quiet = seats.filter((each) => !each.matches(".is-heard, .has-alert"));
  return seats.length >= 6 ? quiet.at(-1)?.dataset.seat : undefined;
}"""
METER_MOVES = """(meter) => new Promise((moved) => {
  const seen = new Set();
  const look = setInterval(() => {
    seen.add(meter.getAttribute("aria-valuenow"));
    if (seen.size < 5) return;
    clearInterval(look);
    moved(Math.max(...seen));
  }, 20);
})"""


async def test_a_newcomer_listens_and_whispers_with_their_own_microphone(tmp_path: Path) -> None:
    voice = bursts(tmp_path / "voice.wav", SUPERVISOR_HZ)
    with demo() as (address, state):
        async with chromium(microphone=voice) as browser, listened_page(browser, "ja") as page:
            await page.goto(address)
            await page.get_by_role("button", name="斎藤 望").click(timeout=SHOWN_MS)
            await page.get_by_role("button", name="このブラウザで聴く").click(timeout=SHOWN_MS)

            found = await page.wait_for_function(ONE_WHO_TALKS, timeout=BEGUN_MS)
            operator = str(await found.json_value())
            await page.locator(f'[data-seat="{operator}"]').click()
            whom = page.get_by_test_id("whom")
            await expect(whom).to_contain_text("通話を聴いています", timeout=SHOWN_MS)
            await expect(page.get_by_test_id("who-hears")).to_have_text("誰にも聞こえません")
            await plays_something(page)

            await page.keyboard.press("w")
            await expect(page.get_by_test_id("who-hears")).to_have_text(
                "オペレーターだけに聞こえます", timeout=SHOWN_MS
            )
            await hears(_heard_by(operator, state), SUPERVISOR_HZ)
            assert await _meter(page) > 20


@contextmanager
def demo() -> Iterator[tuple[str, Path]]:
    """`./sasayaki demo` while it plays: the address that it prints, and its state folder."""
    with state_folder() as state:
        environment = {**os.environ, "SASAYAKI_STATE_DIR": str(state), "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            [LAUNCHER, "demo"], env=environment, stdout=subprocess.PIPE, text=True
        ) as playing:
            assert playing.stdout
            try:
                said = next(filter(None, map(PRINTED.search, playing.stdout)), None)
                assert said, "the demo printed no address"
                yield said[1], state
            finally:
                # Ends as by Ctrl-C, which who runs in the background may not hear. What it goes on
                # to show is not read: it must not wait for that.
                playing.send_signal(signal.SIGTERM)
                playing.communicate(timeout=END_S)
        assert playing.returncode == 0


def _heard_by(operator: str, state: Path) -> Path:
    """What an operator's phone receives in its present call."""
    lines = (state / "demo" / "ledger.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    begun = [
        each
        for each in entries
        if each.get("event") == "established" and each.get("phone") == operator
    ]
    return Path(begun[-1]["rx"])


async def _meter(page: Page) -> float:
    """How far the microphone's meter goes up; returns once it has moved."""
    await page.get_by_role("button", name="電話: つながっています").click()
    meter = page.get_by_role("meter", name="マイクの音量")
    await expect(meter).to_be_visible(timeout=SHOWN_MS)
    return float(await meter.evaluate(METER_MOVES))
