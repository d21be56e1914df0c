"""Signing in to the console."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from tests.harness.browser import FakeGateway, findings, person, screenshot

SATO = {
    "userId": "usr_op01",
    "name": "佐藤 美咲",
    "furigana": "さとう みさき",
    "nameEn": "Misaki Sato",
    "role": "operator",
    "teamId": "tea_osaka",
}
SESSION = {
    "user": {**SATO, "clientIds": ["cli_acme"]},
    "csrf": "token",
    "expiresAt": "2026-11-22T12:00:00Z",
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_sign_in_page_has_no_serious_finding_of_axe(
    site: str, browser: Browser, language: str, theme: str
) -> None:
    async with person(browser, language, theme) as someone:
        page = await someone.new_page()
        await FakeGateway({"/api/session/demo": [SATO]}, {}).serve(page)
        await page.goto(site)
        name = "佐藤 美咲" if language == "ja" else "Misaki Sato"
        await expect(page.get_by_role("button", name=name)).to_be_visible()
        await screenshot(page, f"sign-in-{language}-{theme}")
        assert await findings(page) == []


async def test_one_click_signs_a_person_of_the_demo_in(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        gateway = FakeGateway({"/api/session/demo": [SATO]}, {})
        await gateway.serve(page)
        await page.goto(site)
        await expect(page.get_by_role("button", name="Misaki Sato")).to_be_visible()
        gateway.answers["/api/session/demo"] = SESSION
        await page.get_by_role("button", name="Misaki Sato").click()
        await expect(page.get_by_role("link", name="Operator desk")).to_have_attribute(
            "aria-current", "page"
        )
