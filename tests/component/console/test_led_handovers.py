"""The open handovers of a supervisor's companies: the overdue first, taken and closed."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness.browser import findings, person
from tests.harness.console_sample import SampleCentre, page_of
from tests.harness.desk_sample import NOW

SERVICE = "/api/rpc/CaseService"


async def test_the_overdue_stand_first_by_a_word_and_are_taken_by_keyboard(
    site: str, browser: Browser
) -> None:
    async with person(browser, "en", at=NOW) as someone:
        page = await someone.new_page()
        centre = SampleCentre("supervisor")
        centre.answers |= {f"{SERVICE}/TakeHandover": {}, f"{SERVICE}/CloseHandover": {}}
        await page_of(page, site, "/handovers", centre)
        await expect(
            page.get_by_role("status").get_by_text("5 open, 3 of them overdue")
        ).to_be_visible()
        rows = page.get_by_role("row")
        await expect(rows).to_have_count(6)
        for at, words in enumerate(
            ("overdue 6 d 6 h", "overdue 3 d 18 h", "overdue 2 d 4 h", "open 3 h 0 min", "taken")
        ):
            state, *age = words.split(" ", 1)
            await expect(rows.nth(at + 1)).to_contain_text(state)
            await expect(rows.nth(at + 1)).to_contain_text("".join(age))
        await expect(rows.nth(5)).to_contain_text("Kenta Suzuki")
        await expect(rows.nth(2)).to_contain_text("the client company's key is gone")
        assert await findings(page) == []
        take = rows.nth(1).get_by_role("button", name="Take: ")
        await take.press("Enter")
        await expect(page.get_by_text("You have taken it.")).to_be_visible()
        await rows.nth(5).get_by_role("button", name="Close: ").press("Enter")
        await expect(page.get_by_text("It is closed.")).to_be_visible()
        assert centre.last(f"{SERVICE}/TakeHandover")["handoverId"] == "hnd_5"
        assert centre.last(f"{SERVICE}/CloseHandover")["handoverId"] == "hnd_2"
        company = page.get_by_role("combobox", name="Client company")
        await company.select_option("cli_hana")
        await expect(company).to_have_value("cli_hana")
        await expect(page.get_by_role("row")).to_have_count(6)
        assert centre.last(f"{SERVICE}/ListHandovers")["clientId"] == "cli_hana"


async def test_who_was_second_is_told_so_and_sees_who_was_first(
    site: str, browser: Browser
) -> None:
    async with person(browser, "ja", at=NOW) as someone:
        page = await someone.new_page()
        centre = SampleCentre("manager")
        centre.refusals[f"{SERVICE}/TakeHandover"] = (
            409,
            "ALREADY_TAKEN",
            "'usr_op01' has taken it",
        )
        await page_of(page, site, "/handovers", centre)
        await page.get_by_role("button", name="引き受ける: ").first.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("ほかの人が先に引き受けました。")
        lists = [path for path, _ in centre.asked if path.endswith("ListHandovers")]
        assert len(lists) == 2


async def test_none_is_said_in_words(site: str, browser: Browser) -> None:
    async with person(browser, "ja", at=NOW) as someone:
        page = await someone.new_page()
        centre = SampleCentre("supervisor")
        none = {"handovers": [], "nextPageToken": ""}
        centre.answers[f"{SERVICE}/ListHandovers"] = none
        await page_of(page, site, "/handovers", centre)
        await expect(page.get_by_text("対応待ちの引き継ぎはありません。")).to_be_visible()
