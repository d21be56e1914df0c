"""Accounts: who may sign in, as what."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import person
from tests.harness.console_sample import SampleCentre, accounts, page_of


async def test_a_role_is_changed_by_keyboard_alone(site: str, browser: Browser) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers["/api/accounts/usr_op02"] = accounts()[1]
        await page_of(page, site, "/accounts", centre)
        await page.get_by_role("button", name="Change 鈴木 健太").focus()
        await page.keyboard.press("Enter")
        form = page.get_by_role("dialog")
        await expect(form.get_by_role("textbox", name="Name", exact=True)).to_be_focused()
        await form.get_by_role("combobox", name="Role").focus()
        await page.keyboard.press("ArrowDown")
        await form.get_by_role("textbox", name="Name", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(form).to_be_hidden()
        assert centre.last("/api/accounts/usr_op02") == {"role": "supervisor"}
        await expect(page.get_by_text("Saved.")).to_be_visible()


async def test_somebody_is_disabled_with_one_button_but_never_oneself(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.answers["/api/accounts/usr_op01"] = accounts()[0]
        await page_of(page, site, "/accounts", centre)
        await page.get_by_role("button", name="Disable: 佐藤 美咲").press("Enter")
        await expect(page.get_by_role("button", name="Disable: 伊藤 誠")).to_be_disabled()
        assert centre.last("/api/accounts/usr_op01") == {"disabled": True}


async def test_what_the_gateway_refuses_stays_in_the_form_with_its_words(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja") as someone:
        page = await someone.new_page()
        await page_of(page, site, "/accounts", SampleCentre("manager"))
        await page.get_by_role("button", name="佐藤 美咲さんを変更").click()
        await page.get_by_role("dialog").get_by_label("英語の名前").fill("M. Sato")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_role("alert")).to_contain_text("見つかりませんでした。")
