"""The fairness page in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from tests.component.console.wall import wall
from tests.harness.browser import findings, person, screenshot


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_plots_have_a_table_and_no_serious_finding_of_axe(
    browser: Browser, language: str, theme: str
) -> None:
    with wall(30) as made:
        async with person(browser, language, theme) as someone:
            page = await someone.new_page()
            await page.goto(f"{made.site.address}/fairness")
            await page.locator("svg text").first.wait_for()
            lorenz = "ローレンツ曲線。" if language == "ja" else "Lorenz curve."
            await expect(page.get_by_role("img", name=lorenz)).to_be_visible()
            name = "オペレーターごとの数値" if language == "ja" else "Figures of each operator"
            flag = "▲ 多い" if language == "ja" else "▲ Over"
            await expect(page.get_by_role("table", name=name)).to_contain_text(flag)
            await screenshot(page, f"fairness-{language}-{theme}")
            assert await findings(page) == []
