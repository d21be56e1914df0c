"""Signing in to the console."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import FakeGateway, findings, person
from tests.harness.console_sample import SampleCentre, page_of

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
    "storageKey": "c3RvcmVkIGJ5IHRoZSBicm93c2VyIG9mIG9uZSBwZXI=",
    "expiresAt": "2026-11-22T12:00:00Z",
    "passwordIsInitial": False,
}


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


async def test_who_cannot_sign_in_reads_whether_the_password_or_the_server_is_the_trouble(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        await FakeGateway({"/api/session/demo": []}, {}).serve(page)
        await page.goto(site)
        await page.get_by_role("textbox", name="User ID").fill("usr_op01")
        await page.get_by_role("textbox", name="Password").fill("correct horse")
        told = page.get_by_role("alert")
        await page.route("**/api/session", lambda route: route.fulfill(status=401))
        await page.get_by_role("button", name="Sign in").press("Enter")
        await expect(told).to_contain_text("The user ID or the password is wrong.")
        await page.route("**/api/session", lambda route: route.abort())
        await page.get_by_role("button", name="Sign in").press("Enter")
        await expect(told).to_contain_text("The server cannot be reached.")


async def test_who_has_no_client_company_reads_why_all_is_empty_and_whom_to_ask(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        session = centre.answers["/api/session"]
        assert isinstance(session, dict)
        session["user"]["clientIds"] = []
        await page_of(page, site, "/recordings", centre)
        told = page.get_by_role("alert", name="No client company is assigned to you.")
        await expect(told).to_contain_text("Ask whoever manages the accounts to assign one.")
        assert await findings(page) == []


async def test_who_works_by_programs_alone_reads_that_there_is_no_page_and_how_to_connect(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        session = centre.answers["/api/session"]
        assert isinstance(session, dict)
        session["user"]["role"] = "integrator"
        await page_of(page, site, "/", centre)
        told = page.get_by_text("There is no page for your role. Connect your program by gRPC.")
        await expect(told).to_be_visible()
        assert await page.get_by_role("navigation").get_by_role("link").count() == 0
