"""Flows: drawn, listed, tested, published, rolled back."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import findings, person
from tests.harness.console_sample import SampleCentre, page_of

SERVICE = "/api/rpc/CallreasonService"


async def test_a_fault_stands_at_its_step_and_a_key_leads_to_its_line(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        told = "source: line 31: the client company has no queue 'que_vip'\nline 12: dead end"
        centre.refusals[f"{SERVICE}/CheckFlow"] = (400, "", told)
        await page_of(page, site, "/flows", centre)
        await page.get_by_role("button", name="Check and run tests").press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("There are 2 faults")
        billing = page.locator(".react-flow__node").filter(has_text="que_billing").first
        await expect(billing).to_contain_text("1 fault")
        await page.get_by_role("button", name="Line 31").press("Enter")
        await expect(page.get_by_role("textbox", name="Flow (YAML)")).to_be_focused()
        at = await page.get_by_role("textbox", name="Flow (YAML)").evaluate(
            "area => area.value.slice(0, area.selectionStart).split('\\n').length"
        )
        assert at == 31


async def test_a_flow_is_edited_tested_and_published_by_keyboard(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers[f"{SERVICE}/CheckFlow"] = {
            "flowId": "flw_acme",
            "testsPassed": 8,
            "warnings": ["line 3: no way states the reason 'rsn_late'"],
        }
        centre.answers[f"{SERVICE}/PublishFlow"] = {"flowId": "flw_acme", "version": 4}
        await page_of(page, site, "/flows", centre)
        editor = page.get_by_role("textbox", name="Flow (YAML)")
        await editor.focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("  busy: {kind: hang_up}\n")
        await expect(page.get_by_text("edited, not published")).to_be_visible()
        await page.get_by_role("button", name="Check and run tests").press("Enter")
        await expect(page.get_by_text("8 test cases passed")).to_be_visible()
        await page.get_by_role("button", name="Publish…").press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Added: busy")
        await expect(dialog.get_by_label("What changed")).to_be_focused()
        await page.keyboard.type("a way for busy lines")
        assert await findings(page) == []
        await dialog.get_by_role("button", name="Publish", exact=True).press("Enter")
        await expect(dialog).to_be_hidden()
        sent = centre.last(f"{SERVICE}/PublishFlow")
        assert sent["note"] == "a way for busy lines"
        assert sent["source"].endswith("  busy: {kind: hang_up}\n")
        assert sent["prompts"]["menu"] == "1" * 64


async def test_an_earlier_version_is_gone_back_to_after_a_question(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers[f"{SERVICE}/RollBackFlow"] = {}
        await page_of(page, site, "/flows", centre)
        await page.get_by_role("button", name="戻す：第2版").press("Enter")
        await expect(page.get_by_role("button", name="やめる").last).to_be_focused()
        await page.get_by_role("button", name="第2版に戻す").press("Enter")
        await expect(page.get_by_text("第2版に戻しました。")).to_be_visible()
        assert centre.last(f"{SERVICE}/RollBackFlow")["version"] == 2


async def test_supervisors_look_and_do_not_touch(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await page_of(page, site, "/flows", SampleCentre("supervisor"))
        await expect(page.get_by_text("You may look.")).to_be_visible()
        await expect(page.get_by_role("textbox", name="Flow (YAML)")).not_to_be_editable()
        await expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
