"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from tests.harness.browser import findings, person
from tests.harness.console_sample import SampleCentre, page_of, session

CHOOSE = "/api/session/password"


async def test_who_was_given_a_password_sees_nothing_before_they_have_chosen_their_own(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("operator")
        told = centre.answers["/api/session"]
        assert isinstance(told, dict)
        told["passwordIsInitial"] = True
        centre.answers[CHOOSE] = session("operator")
        await page_of(page, site, "/ledger", centre)
        await page.get_by_label("Present password").fill("given by the manager")
        await page.get_by_role("textbox", name="New password").fill("しずかな湖畔の森のかげから")
        assert await page.get_by_role("link").count() == 0
        assert await findings(page) == []
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("table")).to_be_visible()

        assert centre.last(CHOOSE) == {
            "current": "given by the manager",
            "password": "しずかな湖畔の森のかげから",
        }


async def test_passwords_are_hidden_pasted_and_kept_by_the_browsers_own_means(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        await someone.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await someone.new_page()
        await page_of(page, site, "/own", SampleCentre("operator"))
        kinds = []
        for label in ("Present password", "New password"):
            field = page.get_by_role("textbox", name=label)
            kinds.append([await field.get_attribute(name) for name in ("type", "autocomplete")])
            await field.focus()
            await page.evaluate("navigator.clipboard.writeText('pasted words of mine')")
            await page.keyboard.press("Control+V")
            await expect(field).to_have_value("pasted words of mine")

    assert kinds == [["password", "current-password"], ["password", "new-password"]]


async def test_another_browser_is_ended_by_keyboard_with_the_password(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("operator")
        centre.answers["/api/session/end"] = {}
        await page_of(page, site, "/own", centre)
        await page.get_by_label("Password", exact=True).fill("right")
        (other,) = await page.get_by_role("button", name="End the browser").all()
        await other.press("Enter")
        await expect(page.get_by_label("Password", exact=True)).to_have_value("")

        ended = {"sessionId": f"ses_{'b' * 16}", "password": "right"}
        assert centre.last("/api/session/end") == ended


@pytest.mark.parametrize(("role", "path"), [("operator", "/ledger"), ("manager", "/accounts")])
async def test_one_signs_out_from_any_page_by_keyboard_and_leaves_nothing_in_the_browser(
    site: str, browser: Browser, role: str, path: str
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre(role)
        await page_of(page, site, path, centre)
        await page.evaluate("localStorage.setItem('sasayaki.drafts.usr_op01', 'sealed')")
        await page.get_by_role("heading", level=1).wait_for()
        await page.locator("[aria-haspopup=dialog]").last.press("Enter")
        await page.get_by_role("button", name="Sign out").press("Enter")
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()

        assert ("/api/session", {}) in centre.asked
        kept = await page.evaluate("Object.keys(localStorage)")
        assert not [each for each in kept if "drafts" in each]
