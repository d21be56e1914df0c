"""The browser's phone in a real browser: a peer in the page itself answers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Page, expect
from tests.component.console.test_sign_in import SATO, SESSION
from tests.harness.browser import FakeGateway, person
from tests.harness.fake_phone import FakePhone, leg
from tests.harness.hearing import NOTE_LINES

_HEARD = """
async () => {
  const stats = [...(await window.humming.getStats()).values()];
  const heard = stats.filter((each) => each.type === "inbound-rtp");
  return heard.reduce((sum, each) => sum + each.packetsReceived, 0);
}
"""
_SENT = """
() => {
  const sent = window.lines[0].getSenders()[0].track;
  return sent.label.includes("MediaStreamAudioDestination") ? "keys" : "microphone";
}
"""
_SPOKEN = """
async () => {
  const stats = [...(await window.humming.getStats()).values()];
  const heard = stats.find((each) => each.type === "inbound-rtp");
  return stats.find((each) => each.id === heard?.codecId)?.mimeType;
}
"""


@asynccontextmanager
async def operator(browser: Browser, **chosen: str) -> AsyncIterator[BrowserContext]:
    """An operator who uses the browser as their phone, and chose some devices."""
    async with person(browser, "en") as someone:
        use = json.dumps(json.dumps({"use": True, **chosen}))
        await someone.add_init_script(f"""localStorage.setItem("sasayaki.phone", {use})""")
        yield someone


async def desk(someone: BrowserContext, site: str, phone: FakePhone) -> Page:
    """The operator's desk, with this phone."""
    page = await someone.new_page()
    answers = {
        "/api/session": SESSION,
        "/api/people": [SATO],
        "/api/rpc/CaseService/ListHandovers": {"handovers": [], "nextPageToken": ""},
    }
    await FakeGateway(answers, {}).serve(page)
    await phone.serve(page)
    await page.goto(f"{site}/desk")
    return page


async def test_a_phone_connects_by_itself_and_speaks_as_telephones_do(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await page.wait_for_function(f"async () => await ({_HEARD})() > 25")
        codec = await page.evaluate(
            "async () => [...(await window.humming.getStats()).values()]"
            ".filter((each) => each.type === 'codec').map((each) => each.mimeType)"
        )
        assert set(codec) == {"audio/PCMU"}


async def test_a_phone_speaks_opus_while_whoever_hears_it_can_and_then_as_telephones_do(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        for wide, codec in ((False, "audio/PCMU"), (True, "audio/opus"), (False, "audio/PCMU")):
            phone.tell(leg(wideBand=wide))
            await page.wait_for_function(f"async () => await ({_SPOKEN})() === '{codec}'")


async def test_the_line_is_measured_before_the_shift(site: str, browser: Browser) -> None:
    async with operator(browser) as someone:
        page = await desk(someone, site, FakePhone())
        status = page.get_by_role("button", name="Phone: Connected")
        await expect(status).to_be_visible()
        await status.click()
        line = page.get_by_role("group", name="Line")
        await expect(line.get_by_role("status")).to_have_text("✓ Good")
        await expect(line).to_contain_text(re.compile(r"\d+ ms there and back, 0% lost"))


async def test_keys_of_the_keypad_are_heard_by_the_other_side_and_then_the_voice_again(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        await someone.add_init_script(NOTE_LINES)
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        phone.tell(leg())
        await expect(page.get_by_role("button", name="Keypad")).to_be_enabled()
        await page.keyboard.press("t")
        await expect(page.get_by_role("dialog", name="Keypad")).to_be_visible()
        await page.keyboard.type("5555")
        await page.wait_for_function("window.hears(770) || window.hears(1336)")
        await page.wait_for_function(f"async () => (await ({_SENT})()) === 'microphone'")


async def test_a_reload_makes_a_new_connection_by_itself(site: str, browser: Browser) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await page.reload()
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        assert phone.connections == 2


async def test_a_second_tab_takes_the_phone_over_and_gives_it_back(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        first = await desk(someone, site, phone)
        await expect(first.get_by_role("button", name="Phone: Connected")).to_be_visible()
        second = await desk(someone, site, phone)
        await expect(second.get_by_role("button", name="Phone: Connected")).to_be_visible()
        taken = first.get_by_role("alertdialog", name="The phone is used in another tab")
        await expect(taken).to_be_visible()
        await first.get_by_role("button", name="Use it in this tab").press("Enter")
        await expect(first.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await expect(second.get_by_role("alertdialog")).to_be_visible()


async def test_a_lost_socket_comes_back_without_a_new_connection(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await phone.drop()
        await page.wait_for_function(f"async () => await ({_HEARD})() > 100")
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        assert phone.connections == 1


async def test_another_network_makes_a_new_connection_at_once(site: str, browser: Browser) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await someone.set_offline(True)
        await someone.set_offline(False)
        await expect(page.get_by_role("button", name="Phone: Connected")).to_be_visible()
        await page.wait_for_function(f"async () => await ({_HEARD})() > 25")
        assert phone.connections >= 2


async def test_a_refused_microphone_is_told_with_what_to_do(site: str, browser: Browser) -> None:
    phone = FakePhone()
    async with person(browser, "en") as someone:
        await someone.clear_permissions()
        refuse = (
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('', 'NotAllowedError') }"
        )
        await someone.add_init_script(refuse)
        page = await desk(someone, site, phone)
        await page.get_by_role("button", name="Phone: Browser phone is off").click()
        await page.get_by_role("button", name="Use this browser as my phone").click()
        told = page.get_by_role("dialog").get_by_role("alert")
        await expect(told).to_contain_text("Change it to “Allow”")
        # The button that was pressed went away: the panel is still closed by Escape.
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_another_microphone_is_heard_without_a_new_connection(
    site: str, browser: Browser
) -> None:
    phone = FakePhone()
    async with operator(browser) as someone:
        page = await desk(someone, site, phone)
        status = page.get_by_role("button", name="Phone: Connected")
        await expect(status).to_be_visible()
        await status.click()
        await page.get_by_role("combobox", name="Microphone", exact=True).click()
        await page.get_by_role("option").last.click()
        before = await page.evaluate(_HEARD)
        await page.wait_for_function(f"async () => await ({_HEARD})() > {before + 50}")
        assert await page.evaluate("JSON.parse(localStorage['sasayaki.phone']).microphone") != ""
        assert phone.connections == 1
