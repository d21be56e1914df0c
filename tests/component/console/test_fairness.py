"""The fairness page in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from tests.harness.browser import person
from tests.harness.wall_site import wall


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_plots_have_a_table(browser: Browser, language: str) -> None:
    with wall(30) as made:
        async with person(browser, language) as someone:
            page = await someone.new_page()
            await page.goto(f"{made.site.address}/fairness")
            await page.locator("svg text").first.wait_for()
            lorenz = "ローレンツ曲線。" if language == "ja" else "Lorenz curve."
            await expect(page.get_by_role("img", name=lorenz)).to_be_visible()
            name = "オペレーターごとの数値" if language == "ja" else "Figures of each operator"
            flag = "▲ 多い" if language == "ja" else "▲ Over"
            await expect(page.get_by_role("table", name=name)).to_contain_text(flag)
