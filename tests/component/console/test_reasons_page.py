"""Why customers call: the report as managers see it."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import person
from tests.harness.console_sample import SampleCentre, page_of

REPORT = "/api/rpc/CallreasonService/GetReasonReport"


async def test_company_and_depth_are_chosen_by_keyboard(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        await page_of(page, site, "/reasons", centre)
        await expect(page.get_by_role("table").first).to_contain_text("Bills and payments")
        await page.get_by_label("Client company").focus()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_label("Client company")).to_have_value("cli_hana")
        await page.get_by_role("radio", name="All").focus()
        await page.keyboard.press("ArrowLeft")
        await expect(page.get_by_role("radio", name="Level 2")).to_be_checked()
        asked = centre.last(REPORT)
        assert (asked["clientId"], asked["level"]) == ("cli_hana", 2)


async def test_a_period_without_contacts_says_what_to_do(site: str, browser: Browser) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers[REPORT] = {"rows": [], "pairs": [], "contacts": 0}
        await page_of(page, site, "/reasons", centre)
        await expect(page.get_by_text("期間を広げてみてください")).to_be_visible()
