"""What the desk survives in a real browser: sleep, frozen pages, devices that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect
from tests.component.console.test_phone import desk, operator
from tests.harness.asleep import LONG_ENOUGH_S, asleep
from tests.harness.fake_desk import Desk, at_desk
from tests.harness.fake_phone import HUM_HZ, FakePhone, leg, speaks_to
from tests.harness.hearing import TAP_WHAT_IS_PLAYED, plays
from tests.harness.plugs import BUILT_IN, BUILT_IN_HZ, HEADSET, HEADSET_HZ, plug, with_plugs

SYSTEMS = ""


@asynccontextmanager
async def spoken_by(
    browser: Browser, site: str, *plugged: str, microphone: str = SYSTEMS, speaker: str = SYSTEMS
) -> AsyncIterator[tuple[Page, FakePhone]]:
    """An operator at a computer with these devices, who chose some of them."""
    phone = FakePhone()
    async with operator(browser, microphone=microphone, speaker=speaker) as someone:
        await someone.add_init_script(TAP_WHAT_IS_PLAYED)
        await with_plugs(someone, *plugged)
        yield await desk(someone, site, phone), phone


async def test_a_chosen_microphone_that_is_unplugged_gives_way_to_the_systems_and_takes_back(
    site: str, browser: Browser
) -> None:
    async with spoken_by(browser, site, BUILT_IN, HEADSET, microphone=HEADSET) as (page, phone):
        await speaks_to(page, HEADSET_HZ)
        await plug(page, BUILT_IN)
        await speaks_to(page, BUILT_IN_HZ)
        told = "The microphone changed. You speak by: Default - Built-in"
        await expect(page.get_by_text(told).first).to_be_visible()
        await plug(page, BUILT_IN, HEADSET)
        await speaks_to(page, HEADSET_HZ)
        await plays(page, HUM_HZ)
        assert phone.connections == 1


async def test_a_headset_that_the_computer_takes_in_a_call_is_spoken_with(
    site: str, browser: Browser
) -> None:
    async with spoken_by(browser, site, BUILT_IN) as (page, phone):
        await speaks_to(page, BUILT_IN_HZ)
        await plug(page, HEADSET, BUILT_IN)
        await speaks_to(page, HEADSET_HZ)
        told = "You speak by: Default - Headset"
        await expect(page.get_by_role("status").get_by_text(told)).to_have_count(1)
        assert phone.connections == 1


async def test_who_has_no_microphone_any_more_still_hears_and_reads_why(
    site: str, browser: Browser
) -> None:
    async with spoken_by(browser, site, HEADSET) as (page, phone):
        await speaks_to(page, HEADSET_HZ)
        await plug(page)
        status = page.get_by_role("button", name="Phone: Nobody hears you")
        await expect(status).to_be_visible()
        await expect(page.get_by_text("No microphone was found.").first).to_be_visible()
        await plays(page, HUM_HZ)
        await status.click()
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        await plug(page, HEADSET)
        await speaks_to(page, HEADSET_HZ)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await expect(page.get_by_text("No microphone was found.")).to_have_count(0)
        assert phone.connections == 1


async def test_a_headset_plugged_in_at_last_begins_the_shift(site: str, browser: Browser) -> None:
    async with spoken_by(browser, site) as (page, _):
        await expect(page.get_by_role("button", name="Phone: No microphone")).to_be_visible()
        await plug(page, HEADSET)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await speaks_to(page, HEADSET_HZ)


async def test_a_loudspeaker_that_is_unplugged_gives_way_to_the_systems_and_takes_back(
    site: str, browser: Browser
) -> None:
    async with spoken_by(browser, site, BUILT_IN, HEADSET, speaker=HEADSET) as (page, _):
        await page.wait_for_function(f"window.computer.sink === '{HEADSET}'")
        await speaks_to(page, BUILT_IN_HZ)
        await plug(page, BUILT_IN)
        await page.wait_for_function("window.computer.sink === ''")
        told = "The loudspeaker changed. You hear by: Default - Built-in"
        await expect(page.get_by_text(told).first).to_be_visible()
        await plug(page, BUILT_IN, HEADSET)
        await page.wait_for_function(f"window.computer.sink === '{HEADSET}'")


async def test_after_a_sleep_a_call_that_ended_meanwhile_is_not_shown(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as at:
        await _talks(at)
        await at.is_meanwhile_in("READY")
        at.phone.legs = []
        await at.sleeps()
        await expect(at.page.get_by_text("Waiting for a call.")).to_be_visible()
        await expect(at.page.get_by_role("button", name="Mute")).to_be_disabled()
        await expect(at.page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        assert at.phone.connections == 2


async def test_after_a_sleep_a_call_that_goes_on_is_there_with_its_sound(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as at:
        await _talks(at)
        await at.is_meanwhile_in("TALKING")
        at.phone.legs = [leg(muted=True)]
        await at.sleeps()
        await expect(at.page.get_by_role("button", name="Unmute")).to_be_enabled()
        await expect(at.page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        assert at.phone.connections == 2


async def test_after_a_sleep_whose_session_is_over_is_asked_to_sign_in(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as at:
        await _talks(at)
        at.gateway.session_is_over = True
        await at.sleeps()
        await expect(at.page.get_by_role("textbox", name="User")).to_be_visible()


@pytest.mark.parametrize("what", ["computer", "pages"])
async def test_who_slept_has_their_sound_back_by_themselves(
    site: str, browser: Browser, what: Literal["computer", "pages"]
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        await someone.add_init_script(TAP_WHAT_IS_PLAYED)
        page = await desk(someone, site, phone)
        await plays(page, HUM_HZ)
        async with asleep(browser, what):
            await asyncio.sleep(LONG_ENOUGH_S)
        await page.wait_for_function("window.answered === 2")
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await plays(page, HUM_HZ)


async def test_an_answer_that_never_arrived_can_be_given_again(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as at:
        await expect(at.page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await at.is_in("RINGING", respondBy="2026-11-22T01:03:00Z")
        at.phone.tell(leg(state="PHONE_LEG_STATE_RINGING"))
        await expect(at.page.get_by_role("button", name="Answer")).to_be_enabled()
        await at.page.keyboard.press("a")
        await expect(at.page.get_by_role("button", name="Changing…")).to_be_visible()
        await at.phone.drop()
        await expect(at.page.get_by_role("button", name="Answer")).to_be_enabled()
        await at.page.keyboard.press("a")
        await expect(at.page.get_by_role("button", name="Changing…")).to_be_visible()
        assert [each["type"] for each in at.phone.said].count("pick_up") == 2


async def test_talk_back_whose_key_was_let_go_of_while_nobody_was_reached_ends(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as at:
        await _talks(at)
        at.phone.tell(leg(talkBack=True))
        await expect(at.page.get_by_text("Only the supervisor hears you")).to_be_visible()
        await at.page.reload()
        await at.is_in("TALKING")
        await expect(at.page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        told = [each for each in at.phone.said if each["type"] == "talk_back"]
        assert [each["on"] for each in told] == [False]


async def _talks(at: Desk) -> None:
    await expect(at.page.get_by_role("button", name="Phone: Connected")).to_be_visible()
    await at.is_in("TALKING")
    at.phone.tell(leg())
    await expect(at.page.get_by_role("button", name="Mute")).to_be_enabled()


@pytest.mark.parametrize("button", ["Phone: Connected", "Misaki Sato"])
async def test_what_a_new_release_took_away_is_said_where_it_would_be_and_the_call_goes_on(
    site: str, browser: Browser, button: str
) -> None:
    async with spoken_by(browser, site, BUILT_IN) as (page, phone):
        await speaks_to(page, BUILT_IN_HZ)
        await page.route("**/assets/*.js", lambda route: route.fulfill(status=404))
        await page.get_by_role("button", name=button).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("alert")).to_contain_text("Please reload")
        await plays(page, HUM_HZ)
        assert phone.connections == 1
