"""Recordings: finding, hearing, holding."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect
from tests.harness.browser import person
from tests.harness.console_sample import SampleCentre, page_of

LIST = "/api/rpc/RecordingService/ListRecordings"


async def opened(page: Page, site: str, contact: str, role: str = "manager") -> SampleCentre:
    centre = SampleCentre(role)
    await page_of(page, site, f"/recordings?contact={contact}", centre)
    return centre


async def test_a_recording_is_played_and_a_voice_left_out_by_keyboard(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await opened(page, site, "con_1")
        await page.get_by_role("button", name="Play").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Pause")).to_be_focused()
        await page.get_by_label("Supervisor").focus()
        await page.keyboard.press("Space")
        await expect(page.get_by_label("Supervisor")).not_to_be_checked()
        await page.get_by_role("button", name="Alert 0:12").press("Enter")
        await page.get_by_role("button", name="Pause").press("Enter")
        await expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "0:12")
        await page.get_by_role("slider").focus()
        await page.keyboard.press("End")
        await expect(page.get_by_text("1:00 / 1:00")).to_be_visible()


async def test_a_hold_is_set_with_a_reason_and_released_after_a_question(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = await opened(page, site, "con_2")
        for method in ("SetLegalHold", "ReleaseLegalHold"):
            centre.answers[f"/api/rpc/RecordingService/{method}"] = {}
        await page.get_by_role("textbox", name="理由").fill("係争中")
        await page.get_by_role("button", name="保全する").press("Enter")
        await page.get_by_role("button", name="保全「訴訟 2026-14」を解除する").press("Enter")
        await expect(page.get_by_role("button", name="やめる")).to_be_focused()
        await page.get_by_role("button", name="解除する", exact=True).press("Enter")
        await expect(page.get_by_role("button", name="やめる")).to_be_hidden()
        released = centre.last("/api/rpc/RecordingService/ReleaseLegalHold")
        assert (released["contactId"], released["holdId"]) == ("con_2", "hld_1")
        assert centre.last("/api/rpc/RecordingService/SetLegalHold")["reason"] == "係争中"


async def test_what_cannot_be_heard_any_more_says_so_in_words(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await opened(page, site, "con_3")
        await expect(page.get_by_role("alert")).to_contain_text("it was deleted")

        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.refusals["/api/rpc/RecordingService/GetWaveform"] = (400, "KEY_GONE", "gone")
        await page_of(page, site, "/recordings?contact=con_5", centre)
        await expect(page.get_by_role("alert")).to_contain_text("The key of this recording")


async def test_a_number_is_looked_for_as_people_write_it(site: str, browser: Browser) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        await page_of(page, site, "/recordings", centre)
        await page.get_by_label("お客様の電話番号").fill("03-1234-5678")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("table")).to_be_visible()
        await expect(page.get_by_role("button", name="続きを読み込む")).to_be_visible()
        assert centre.last(LIST)["callerNumber"] == "+81312345678"
        assert "1234" not in page.url


async def test_auditors_release_holds_and_supervisors_only_see_them(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await opened(page, site, "con_2", "supervisor")
        await expect(page.get_by_text("訴訟 2026-14")).to_be_visible()
        await expect(page.get_by_role("button", name="Release")).to_have_count(0)
        page = await someone.new_page()
        await opened(page, site, "con_2", "auditor")
        await expect(page.get_by_role("button", name="Release")).to_have_count(1)


async def test_voicemails_are_found_by_a_box_and_said_in_words(site: str, browser: Browser) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = SampleCentre("supervisor")
        await page_of(page, site, "/recordings", centre)
        left = page.get_by_role("cell", name="留守番電話")
        await expect(left).to_have_count(1)
        await page.get_by_role("checkbox", name="留守番電話だけ").press("Space")
        await page.get_by_role("button", name="探す").press("Enter")
        await expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
        await expect(left).to_be_visible()
        assert centre.last(LIST)["voicemails"] is True
