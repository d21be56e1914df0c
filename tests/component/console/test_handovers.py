"""Handovers at the desk in a real browser: read before the answer, taken, closed and written."""

from __future__ import annotations

from playwright.async_api import Browser, Locator, expect
from tests.component.console.test_desk import connected
from tests.harness import desk_sample as sample
from tests.harness.browser import findings
from tests.harness.fake_desk import Desk, at_desk
from tests.harness.fake_phone import leg

GIST, OTHER_GIST = str(sample.HANDOVER["gist"]), str(sample.OTHER_HANDOVER["gist"])
LIST = "/api/rpc/CaseService/ListHandovers"


async def ringing(desk: Desk) -> Locator:
    """A caller about whom something is handed over; the place of the handovers."""
    await connected(desk)
    await desk.is_in("RINGING", respondBy="2026-11-22T01:03:00Z")
    desk.phone.tell(leg(state="PHONE_LEG_STATE_RINGING"))
    return desk.page.get_by_role("region", name="Handovers", exact=True)


async def test_a_callers_handover_must_be_read_before_the_answer_and_is_taken_by_keyboard(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page, place = desk.page, await ringing(desk)
        must_read = place.get_by_role("status").filter(has_text="Must read: 1 handover")
        await expect(must_read).to_be_visible()
        await expect(place.get_by_text(GIST)).to_be_visible()
        await expect(place.get_by_text("Kenichi Mori · ")).to_be_visible()
        await expect(page.get_by_role("button", name="Answer")).to_be_enabled()
        await expect(place.get_by_text(str(sample.HANDOVER["detail"]))).to_be_hidden()
        assert {"contactId": "con_1", "pageSize": 50} in desk.gateway.asked(
            "CaseService/ListHandovers"
        )
        await page.keyboard.press("g")
        take = place.get_by_role("button", name=f"Take: {GIST}")
        await expect(take).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(place.get_by_text(str(sample.HANDOVER["detail"]))).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        row = place.get_by_role("listitem").filter(has_text=GIST)
        await expect(row.get_by_text("You have taken it")).to_be_visible()
        await expect(take).to_be_hidden()
        await expect(place.get_by_role("button", name=f"Close: {GIST}")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(place.get_by_text(GIST)).to_be_hidden()
        await expect(place.get_by_text("No handover about this caller.")).to_be_visible()
        one = [{"handoverId": "hnd_1"}]
        assert desk.gateway.asked("CaseService/TakeHandover") == one
        assert desk.gateway.asked("CaseService/CloseHandover") == one


async def test_before_a_call_mine_and_my_teams_are_read_by_keyboard(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page, place = desk.page, desk.page.get_by_role("region", name="Handovers", exact=True)
        mine = place.get_by_role("region", name="Mine", exact=True)
        team = place.get_by_role("region", name="My team's", exact=True)
        await expect(mine.get_by_text("1 open")).to_be_visible()
        await expect(mine.get_by_text(str(sample.MY_HANDOVER["gist"]))).to_be_visible()
        await expect(mine.get_by_text("You have taken it")).to_be_visible()
        await expect(team.get_by_text("2 open")).to_be_visible()
        await expect(place.get_by_role("status").get_by_text("1 unread")).to_be_visible()
        # The unread one stands first, and says so by a word.
        first = team.get_by_role("listitem").first
        await expect(first).to_contain_text(GIST)
        await expect(first.get_by_text("unread")).to_be_visible()
        assert await findings(page) == []
        await connected(desk)
        await page.keyboard.press("g")
        read = team.get_by_role("button", name=f"Read: {GIST}")
        for _ in range(4):
            if await read.evaluate("(node) => node === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await expect(read).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(place.get_by_text("unread")).to_have_count(0)
        await expect(team.get_by_role("button", name=f"Take: {GIST}")).to_be_focused()
        assert desk.gateway.asked("CaseService/ReadHandover") == [{"handoverId": "hnd_1"}]


async def test_all_are_read_at_once(site: str, browser: Browser) -> None:
    async with at_desk(browser, site, "ja") as desk:
        news = [{**sample.HANDOVER, "handoverId": f"hnd_{number}"} for number in range(3)]
        desk.gateway.answers[LIST] = {"handovers": news, "nextPageToken": ""}
        await desk.page.reload()
        place = desk.page.get_by_role("region", name="引き継ぎ", exact=True)
        await expect(place.get_by_text("未読 3件")).to_be_visible()
        await place.get_by_role("button", name="すべて読んだ").press("Enter")
        await expect(place.get_by_text("未読")).to_have_count(0)
        read = desk.gateway.asked("CaseService/ReadHandover")
        assert [each["handoverId"] for each in read] == ["hnd_0", "hnd_1", "hnd_2"]


async def test_handovers_of_other_teams_are_not_mine_to_read(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        far = {**sample.HANDOVER, "userId": "usr_far"}
        desk.gateway.answers[LIST] = {"handovers": [far], "nextPageToken": ""}
        await desk.page.reload()
        place = desk.page.get_by_role("region", name="Handovers", exact=True)
        await place.get_by_text("1 handover of other teams").press("Enter")
        await expect(place.get_by_text(GIST)).to_be_visible()
        await expect(place.get_by_text("unread")).to_have_count(0)


async def test_the_companys_other_handovers_stand_behind(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        place = await ringing(desk)
        await expect(place.get_by_text(GIST)).to_be_visible()
        await expect(place.get_by_text(OTHER_GIST)).to_be_hidden()
        await place.get_by_text("2 other handovers of this client company").press("Enter")
        await expect(place.get_by_text(OTHER_GIST)).to_be_visible()
        await expect(place.get_by_text("Kenichi Mori has taken it")).to_be_visible()
        await expect(place.get_by_role("button", name=OTHER_GIST)).to_have_count(0)


async def test_handovers_that_could_not_be_read_are_not_shown_as_none(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        del desk.gateway.answers[LIST]
        place = await ringing(desk)
        again = place.get_by_role("button", name="Try again")
        await expect(again).to_be_visible()
        await expect(place.get_by_text("No handover about this caller.")).to_be_hidden()
        desk.gateway.answers[LIST] = sample.handovers
        await again.press("Enter")
        await expect(place.get_by_text(GIST)).to_be_visible()


async def test_one_is_written_in_the_wrap_up_by_keyboard_alone(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        desk.gateway.answers["/api/rpc/CaseService/WriteHandover"] = {"handoverId": "hnd_9"}
        page, place = desk.page, await ringing(desk)
        await desk.is_in("WRAP_UP", respondBy="2026-11-22T01:05:00Z")
        await expect(place.get_by_text(GIST)).to_be_visible()
        await page.keyboard.press("n")
        form = page.get_by_role("dialog", name="Write a handover")
        gist = form.get_by_role("textbox", name="Gist")
        await expect(gist).to_be_focused()
        await page.keyboard.type("あ" * 141)
        await expect(form.get_by_text("141 / 140 characters")).to_be_visible()
        await form.get_by_role("button", name="Hand over").press("Enter")
        await expect(form.get_by_text("This is too long.")).to_be_visible()
        await expect(gist).to_be_focused()
        await page.keyboard.press("Backspace")
        await page.keyboard.press("Escape")
        await expect(form).to_be_hidden()
        await page.keyboard.press("n")
        await expect(gist).to_have_value("あ" * 140)
        await gist.press("Tab")
        await page.keyboard.type("再送先は会社")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Control+a")
        await page.keyboard.type("3")
        await page.keyboard.press("Enter")
        await expect(form).to_be_hidden()
        await expect(place.get_by_text("あ" * 140)).to_be_visible()
        assert desk.gateway.asked("CaseService/WriteHandover") == [
            {"contactId": "con_1", "gist": "あ" * 140, "detail": "再送先は会社", "validDays": 3}
        ]


async def test_one_is_written_about_the_last_contact_and_not_about_one_that_rings(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page, place = desk.page, await ringing(desk)
        write = place.get_by_role("button", name="Write a handover")
        await expect(place.get_by_text(GIST)).to_be_visible()
        await expect(write).to_be_disabled()
        await desk.is_in("TALKING")
        await expect(write).to_be_enabled()
        desk.phone.legs.clear()
        desk.phone.tell()
        await desk.is_in("READY")
        await expect(place.get_by_text("2 open")).to_be_visible()
        await page.keyboard.press("n")
        form = page.get_by_role("dialog", name="Write a handover")
        await expect(form.get_by_text("About your contact for アクメ通販")).to_be_visible()
        await form.get_by_role("textbox", name="Gist").fill("折り返しは午後に")
        await form.get_by_role("button", name="Hand over").press("Enter")
        await expect(form).to_be_hidden()
        [asked] = desk.gateway.asked("CaseService/WriteHandover")
        assert (asked["contactId"], asked["validDays"]) == ("con_1", 7)
