"""The whole story in browsers: operator and supervisor in a Chromium each, the customer by SIP."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, expect
from tests.e2e.at_console import SHOWN_MS, answers, at_console, gets_ready, rings, wraps_up
from tests.e2e.centre import Centre, centre
from tests.harness.hearing import is_still, next_played, plays
from tests.harness.running import Running
from tests.harness.telephone_ear import telephone_hears

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, SUPERVISOR_HZ

OPERATOR, SUPERVISOR = "Misaki Sato", "Megumi Nakamura"
CALLER = "+819055550071"
CHIME_HZ = 880.0
SENT_IN_OPUS = re.compile(r"^sasayaki_node_browser_wide_total (\d+)$", re.MULTILINE)
WORDS = "You stayed calm, and asked for help in time."


@dataclass(frozen=True)
class Story:
    """Who takes part, and what each of them hears."""

    at: Centre
    desk: Page
    wall: Page
    customer: Path

    async def customer_hears(self, *tones: float, not_: tuple[float, ...] = ()) -> None:
        """Returns when the customer hears these tones, and for a while did not hear those."""
        await telephone_hears(self.customer, *tones, not_=not_)

    async def wall_says(self, whom: str, who_hears: str) -> None:
        """Returns when the wall says whom the supervisor hears, and who hears them."""
        await expect(self.wall.get_by_test_id("whom")).to_contain_text(whom, timeout=SHOWN_MS)
        await expect(self.wall.get_by_test_id("who-hears")).to_have_text(
            who_hears, timeout=SHOWN_MS
        )

    async def desk_says(self, *words: str) -> None:
        """Returns when the desk says this of who listens."""
        listening = self.desk.get_by_role("region", name="Who listens")
        for each in words:
            await expect(listening).to_contain_text(each, timeout=SHOWN_MS)


async def test_an_operator_calls_for_help_and_is_whispered_to_in_browsers(
    running: Running, tmp_path: Path
) -> None:
    async with (
        centre(running, tmp_path) as at,
        at_console(running, SUPERVISOR, SUPERVISOR_HZ, tmp_path) as wall,
        at_console(running, OPERATOR, OPERATOR_HZ, tmp_path) as desk,
    ):
        seat = wall.get_by_role("gridcell", name=OPERATOR)
        await gets_ready(desk)
        await expect(seat).to_contain_text("Ready", timeout=SHOWN_MS)
        customer = await rings(at, desk, "customer", CALLER)
        await answers(desk)
        story = Story(at, desk, wall, customer)
        await plays(desk, CUSTOMER_HZ)
        await story.customer_hears(OPERATOR_HZ)
        await expect(seat).to_contain_text("Talking", timeout=SHOWN_MS)

        await _help_is_called_for_and_claimed(story)
        await _a_click_listens(story)
        await _a_whisper_is_heard_by_the_operator_alone(story)
        await _it_comes_as_it_was_said(running)
        await _all_hear_who_barges_in(story)
        await _the_call_is_taken_over_and_ended(story)
        await _a_word_about_it_is_read_before_the_next_call(story)
        await wraps_up(desk)


async def _help_is_called_for_and_claimed(story: Story) -> None:
    alerts = story.wall.get_by_role("region", name="Alerts")
    chimes = await next_played(story.wall, CHIME_HZ)
    await story.desk.keyboard.press("F9")
    await chimes()
    await expect(alerts).to_contain_text(f"Help{OPERATOR}", timeout=SHOWN_MS)
    await story.wall.keyboard.press("a")
    await expect(alerts).to_contain_text("You take care of it", timeout=SHOWN_MS)
    await expect(story.desk.get_by_text(f"Received by {SUPERVISOR}")).to_be_visible(
        timeout=SHOWN_MS
    )
    await story.wall_says(OPERATOR, "Nobody hears you")
    await plays(story.wall, CUSTOMER_HZ, OPERATOR_HZ)
    await story.wall.keyboard.press("Escape")
    await story.wall_says("You hear no call", "Nobody hears you")
    await is_still(story.wall, CUSTOMER_HZ, OPERATOR_HZ)
    await expect(story.desk.get_by_text("Nobody listens.")).to_be_visible(timeout=SHOWN_MS)


async def _a_click_listens(story: Story) -> None:
    await story.wall.get_by_role("gridcell", name=OPERATOR).click()
    await story.wall_says(f"You hear {OPERATOR}", "Nobody hears you")
    await plays(story.wall, CUSTOMER_HZ, OPERATOR_HZ)
    await story.desk_says(SUPERVISOR, "Listens", "Help")
    await plays(story.desk, CUSTOMER_HZ, not_=(SUPERVISOR_HZ,))
    await story.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))


async def _a_whisper_is_heard_by_the_operator_alone(story: Story) -> None:
    await story.wall.keyboard.press("w")
    await story.wall_says(OPERATOR, "Operator only")
    await plays(story.desk, CUSTOMER_HZ, SUPERVISOR_HZ)
    await story.customer_hears(OPERATOR_HZ, not_=(SUPERVISOR_HZ,))
    await plays(story.wall, CUSTOMER_HZ, OPERATOR_HZ)
    await story.desk_says(SUPERVISOR, "Whispers (the customer does not hear)", "Help")


async def _it_comes_as_it_was_said(running: Running) -> None:
    """The wall speaks Opus while it whispers, and the node passes it on to the desk."""
    before = await asyncio.to_thread(_sent_in_opus, running)
    async with asyncio.timeout(SHOWN_MS / 1_000):
        while await asyncio.to_thread(_sent_in_opus, running) < before + 10:
            await asyncio.sleep(0.05)


def _sent_in_opus(running: Running) -> int:
    url = f"http://{running.endpoints.metrics['node']}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        found = SENT_IN_OPUS.search(answer.read().decode())
    assert found
    return int(found[1])


async def _all_hear_who_barges_in(story: Story) -> None:
    await story.wall.keyboard.press("b")
    await story.wall_says(OPERATOR, "Customer hears you")
    await story.customer_hears(OPERATOR_HZ, SUPERVISOR_HZ)
    await plays(story.desk, CUSTOMER_HZ, SUPERVISOR_HZ)
    await story.desk_says(SUPERVISOR, "Barged in (the customer hears too)")


async def _the_call_is_taken_over_and_ended(story: Story) -> None:
    await story.wall.keyboard.press("t")
    await story.wall.keyboard.press("Enter")
    await story.wall_says(OPERATOR, "Customer hears you (the operator has left)")
    await expect(story.desk.get_by_role("button", name="Finish wrap-up")).to_be_enabled(
        timeout=SHOWN_MS
    )
    await story.customer_hears(SUPERVISOR_HZ, not_=(OPERATOR_HZ,))
    await plays(story.wall, CUSTOMER_HZ, not_=(OPERATOR_HZ,))
    since = story.at.phones.position
    await story.wall.keyboard.press("Escape")
    await story.wall.keyboard.press("Enter")
    await story.at.phones.wait("customer", "hungup", since=since)
    await story.wall_says("You hear no call", "Nobody hears you")


async def _a_word_about_it_is_read_before_the_next_call(story: Story) -> None:
    alerts = story.wall.get_by_role("region", name="Alerts")
    await expect(alerts).to_contain_text("The call is over.", timeout=SHOWN_MS)
    await alerts.get_by_role("button", name="Solved").click(timeout=SHOWN_MS)
    await expect(alerts).to_contain_text("There are no alerts.", timeout=SHOWN_MS)
    box = story.wall.get_by_role("form", name=f"Feedback for {OPERATOR}")
    await box.get_by_role("textbox", name="What to tell").fill(WORDS)
    await box.get_by_role("button", name="Send", exact=True).click()
    await expect(story.wall.get_by_text("The feedback was sent.")).to_be_visible(timeout=SHOWN_MS)
    told = story.desk.get_by_role("region", name="Feedback")
    await expect(told).to_contain_text(WORDS, timeout=SHOWN_MS)
    await told.get_by_role("button", name="I have read it").click()
    await expect(told).to_contain_text("No unread feedback.", timeout=SHOWN_MS)
