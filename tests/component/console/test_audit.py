"""Who heard whom: every operator's ledger in one list."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import findings, person
from tests.harness.console_sample import SampleCentre, page_of

LEDGER = "/api/rpc/MonitoringService/GetLedger"


async def test_an_auditor_finds_by_keyboard_what_one_supervisor_heard(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("auditor")
        await page_of(page, site, "/audit", centre)
        await expect(page.get_by_role("row")).to_have_count(7)
        asked = {request["operatorId"] for path, request in centre.asked if path == LEDGER}
        assert asked == {"usr_op01", "usr_op02", "usr_op03"}
        await page.get_by_label("Heard by").focus()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("row")).to_have_count(4)
        await page.get_by_role("link", name="Recording:").first.press("Enter")
        await expect(page).to_have_url(f"{site}/recordings?contact=con_2")
        await expect(page.locator("#page")).to_be_focused()
        assert await page.title() == "Recordings · Sasayaki"


async def test_navigation_is_a_menu_where_the_screen_is_enlarged(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        await page.set_viewport_size({"width": 640, "height": 450})
        await page_of(page, site, "/audit", SampleCentre("manager"))
        await page.get_by_role("button", name="監査").press("Enter")
        await expect(page.get_by_role("dialog").get_by_role("link")).to_have_count(9)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 640
        assert await findings(page) == []
