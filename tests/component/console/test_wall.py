"""The supervisor wall in a real browser, with a gateway that answers and streams from tables."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, Response, Route, expect
from tests.harness import floor_rows
from tests.harness.browser import findings, person
from tests.harness.console_sample import sound_in_part, waveform
from tests.harness.console_site import DIST
from tests.harness.live_site import Json, Refusal
from tests.harness.wall_site import ME, Wall, opened, seat, wall

FIRST_LOAD_MOST = 250_000
"""Bytes of everything that the wall loads before it stands, gzip."""
_HIDE = """() => {
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def made() -> Iterator[Wall]:
    with wall() as its:
        yield its


def _rpc(method: str) -> str:
    return f"/api/rpc/MonitoringService/{method}"


def _modes(made: Wall) -> list[object]:
    return [each["mode"] for each in made.site.requests("MonitoringService/ChangeMode")]


async def _move_to_a_talk(made: Wall, page: Page, seats: str) -> None:
    """Moves by arrows alone until the chosen seat talks."""
    await page.get_by_role("grid", name=seats).focus()
    talking = {str(talk["operatorId"]) for talk in made.centre.talks}
    for _ in made.centre.rows:
        await page.keyboard.press("ArrowRight")
        chosen = page.locator("[data-seat][aria-selected=true]")
        if await chosen.get_attribute("data-seat") in talking:
            return


async def test_a_seat_shows_its_state_as_soon_as_the_floor_tells(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser) as page:
        talk = made.talk(0)
        await expect(seat(page, talk)).to_contain_text("通話中")
        operator_id = str(talk["operatorId"])
        made.put(
            {"gone": {"talk": talk["contactId"]}},
            floor_rows.operator(operator_id, "tea_osaka", "AWAY", made.now, reason="研修"),
        )
        await expect(seat(page, talk)).to_contain_text("離席")
        await expect(seat(page, talk)).to_contain_text("研修")


@pytest.mark.parametrize(
    ("language", "word", "missed"),
    [("ja", "昼休み", "着信に出られず"), ("en", "Lunch", "Missed a call")],
)
async def test_a_seat_says_in_words_why_its_operator_is_away(
    made: Wall, browser: Browser, language: str, word: str, missed: str
) -> None:
    async with opened(made, browser, language) as page:
        talk = made.talk(0)
        operator_id = str(talk["operatorId"])
        made.put({"gone": {"talk": talk["contactId"]}})
        for reason, told in [("lunch", word), ("missed", missed)]:
            away = floor_rows.operator(operator_id, "tea_osaka", "AWAY", made.now, reason=reason)
            made.put(away)
            await expect(seat(page, talk)).to_contain_text(told)
        await page.get_by_text("一覧" if language == "ja" else "List", exact=True).click()
        await expect(seat(page, talk)).to_contain_text(missed)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["ブラウザ", "電話機", "電話なし", "電話切断"]),
        ("en", ["Browser", "Desk phone", "No phone", "Phone lost"]),
    ],
)
async def test_a_seat_tells_by_what_its_operator_is_reached(
    made: Wall, browser: Browser, language: str, words: list[str]
) -> None:
    async with opened(made, browser, language) as page:
        talk = made.talk(0)
        operator_id = str(talk["operatorId"])
        phone = seat(page, talk).locator(".wall-phone")
        made.put({"gone": {"talk": talk["contactId"]}})
        for reach, word in zip(["BROWSER", "SIP", "NONE", "LOST"], words, strict=True):
            made.put(floor_rows.operator(operator_id, "tea_osaka", "READY", made.now, phone=reach))
            await expect(phone).to_have_text(word)
        # Who talks is heard rather than reached, but for a phone that is lost.
        made.put(
            {"talk": talk},
            floor_rows.operator(operator_id, "tea_osaka", "TALKING", made.now, phone="LOST"),
        )
        await expect(phone).to_have_text(words[-1])
        made.put(floor_rows.operator(operator_id, "tea_osaka", "TALKING", made.now))
        await expect(phone).to_have_count(0)
        # Nobody misses the phone of who is off.
        made.put(
            {"gone": {"talk": talk["contactId"]}},
            floor_rows.operator(operator_id, "tea_osaka", "OFF", made.now, phone="NONE"),
        )
        await expect(seat(page, talk)).to_contain_text("受付終了" if language == "ja" else "Off")
        await expect(phone).to_have_count(0)


async def test_a_click_listens_and_buttons_whisper_barge_and_end(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser) as page:
        talk = made.talk(1)
        await seat(page, talk).click()
        await expect(page.get_by_test_id("whom")).to_have_text(
            f"{made.name(talk)}さんの通話を聴いています"
        )
        (started,) = made.site.requests("MonitoringService/StartSupervision")
        assert (started["mode"], started["purpose"], started["keepPhone"]) == (
            "SUPERVISION_MODE_LISTEN",
            "PURPOSE_QUALITY",
            True,
        )
        hears = page.get_by_test_id("who-hears")
        await expect(hears).to_have_text("誰にも聞こえません")
        await page.get_by_role("button", name="ささやき").click()
        await expect(hears).to_have_text("オペレーターだけに聞こえます")
        await expect(seat(page, talk)).to_contain_text("あなた ささやき")
        await page.get_by_role("button", name="三者通話").click()
        await expect(hears).to_have_text("お客様にも聞こえます")
        await page.get_by_role("button", name="終了").click()
        await expect(page.get_by_test_id("whom")).to_have_text("どの通話も聴いていません")
        assert _modes(made) == ["SUPERVISION_MODE_WHISPER", "SUPERVISION_MODE_BARGE"]


async def test_the_keyboard_alone_listens_whispers_barges_takes_over_and_ends(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser, "en") as page:
        await _move_to_a_talk(made, page, "Seats")
        await page.keyboard.press("Enter")
        hears = page.get_by_test_id("who-hears")
        await expect(page.get_by_test_id("whom")).to_contain_text("'s call")
        await page.keyboard.press("w")
        await expect(hears).to_have_text("Operator only")
        await page.keyboard.press("b")
        await expect(hears).to_have_text("Customer hears you")
        await page.keyboard.press("f")
        await expect(page.get_by_role("button", name="Follow")).to_have_attribute(
            "aria-pressed", "true"
        )
        await page.keyboard.press("t")
        await expect(page.get_by_text("releases")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(hears).to_have_text("Customer hears you")
        await page.keyboard.press("t")
        await page.keyboard.press("Enter")
        await expect(hears).to_have_text("Customer hears you (the operator has left)")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("whom")).to_have_text("You hear no call")


async def test_another_click_goes_on_to_the_other_call_without_hanging_up(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser) as page:
        await seat(page, made.talk(0)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(0)))
        await seat(page, made.talk(2)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(2)))
        (switched,) = made.site.requests("MonitoringService/SwitchTarget")
        assert (switched["supervisionId"], switched["mode"]) == ("spv_1", "SUPERVISION_MODE_LISTEN")
        assert made.site.requests("MonitoringService/EndSupervision") == []


async def test_a_digit_listens_for_its_purpose(made: Wall, browser: Browser) -> None:
    async with opened(made, browser) as page:
        await _move_to_a_talk(made, page, "座席")
        await page.keyboard.press("2")
        await expect(page.get_by_text("目的：苦情対応")).to_be_visible()


async def test_an_alert_is_claimed_heard_and_resolved(made: Wall, browser: Browser) -> None:
    talk = made.talk(4)
    alert = floor_rows.alert("alt_1", talk, made.now)

    def claim(asked: Json) -> Json:
        claimed = {"state": "FLOOR_ALERT_STATE_CLAIMED", "supervisorId": ME, "waitedMs": "4000"}
        made.put(floor_rows.alert(str(asked["alertId"]), talk, made.now, **claimed))
        return {"contactId": talk["contactId"], "operatorId": talk["operatorId"]}

    def resolve(asked: Json) -> Json:
        told = {"state": "FLOOR_ALERT_STATE_RESOLVED", "supervisorId": ME}
        made.put(floor_rows.alert(str(asked["alertId"]), talk, made.now, **told))
        return {}

    made.site.answers |= {_rpc("ClaimAlert"): claim, _rpc("ResolveAlert"): resolve}
    async with opened(made, browser) as page:
        made.put(alert)
        column = page.get_by_role("region", name="アラート")
        await expect(column).to_contain_text("通知先：チームのSV")
        await expect(page.locator("[role=alert]", has_text="ヘルプ")).to_contain_text(
            made.name(talk)
        )
        await expect(seat(page, talk)).to_contain_text("ヘルプ")
        await page.keyboard.press("a")
        await expect(column).to_contain_text("あなたが対応中")
        await expect(page.get_by_text("目的：ヘルプ")).to_be_visible()
        await column.get_by_role("button", name="解決").click()
        await expect(column).to_contain_text("アラートはありません")
        (told,) = made.site.requests("MonitoringService/ResolveAlert")
        assert told["outcome"] == "ALERT_OUTCOME_SOLVED"


async def test_an_alert_about_the_call_that_is_heard_is_claimed_without_a_refusal(
    made: Wall, browser: Browser
) -> None:
    talk = made.talk(4)

    def claim(asked: Json) -> Json:
        claimed = {"state": "FLOOR_ALERT_STATE_CLAIMED", "supervisorId": ME, "waitedMs": "4000"}
        made.put(floor_rows.alert(str(asked["alertId"]), talk, made.now, **claimed))
        return {"contactId": talk["contactId"], "operatorId": talk["operatorId"]}

    made.site.answers[_rpc("ClaimAlert")] = claim
    async with opened(made, browser, "en") as page:
        await seat(page, talk).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(talk, "en"))
        made.put(floor_rows.alert("alt_1", talk, made.now))
        await page.get_by_role("button", name="Claim and listen").click()
        await expect(page.get_by_text("You take care of it")).to_be_visible()
        await expect(page.get_by_text("You already hear")).to_have_count(0)


async def test_an_alert_that_a_colleague_has_claimed_says_so(made: Wall, browser: Browser) -> None:
    talk = made.talk(4)

    def too_late(_: Json) -> Json:
        claimed = {"state": "FLOOR_ALERT_STATE_CLAIMED", "supervisorId": "usr_sv02"}
        made.put(floor_rows.alert("alt_1", talk, made.now, **claimed))
        raise Refusal(400, "FAILED_PRECONDITION", "ALREADY_CLAIMED", "'usr_sv02' has claimed it")

    made.site.answers[_rpc("ClaimAlert")] = too_late
    async with opened(made, browser) as page:
        made.put(floor_rows.alert("alt_1", talk, made.now))
        await page.get_by_role("button", name="対応して聴く").click()
        await expect(page.get_by_text("ほかのSVが先に対応しています。")).to_be_visible()
        await expect(page.get_by_text("小林 誠さんが対応中")).to_be_visible()
        assert made.site.requests("MonitoringService/StartSupervision") == []


async def test_the_outcome_of_a_claimed_alert_can_be_told_after_the_call(
    made: Wall, browser: Browser
) -> None:
    talk = made.talk(4)
    async with opened(made, browser) as page:
        made.put(
            floor_rows.alert(
                "alt_1", talk, made.now, state="FLOOR_ALERT_STATE_ENDED", supervisorId=ME
            )
        )
        await expect(page.get_by_text("通話は終わりました。結果を教えてください。")).to_be_visible()
        await page.get_by_role("button", name="誤報").click()
        # The floor has nothing more to say of an alert that is over.
        await expect(page.get_by_role("button", name="誤報")).to_have_count(0)
        (told,) = made.site.requests("MonitoringService/ResolveAlert")
        assert told["outcome"] == "ALERT_OUTCOME_FALSE_ALARM"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("DAILY_LIMIT", "今日聴かれる回数の上限に達しています"),
        ("PURPOSE_NOT_ALLOWED", "その目的では聴けません"),
        ("TOO_MANY_SUPERVISORS", "もう4人のSVが聴いています"),
        ("UNKNOWN_CALL", "通話はもう終わっています"),
        ("SOMETHING_NEW", "できませんでした。もう一度お試しください。（SOMETHING_NEW）"),
    ],
)
async def test_a_refusal_is_told_in_peoples_words(
    made: Wall, browser: Browser, reason: str, words: str
) -> None:
    def refuse(_: Json) -> Json:
        raise Refusal(400, "FAILED_PRECONDITION", reason)

    made.site.answers[_rpc("StartSupervision")] = refuse
    async with opened(made, browser) as page:
        await seat(page, made.talk(0)).click()
        await expect(page.get_by_text(words)).to_be_visible()
        await expect(page.get_by_test_id("whom")).to_have_text("どの通話も聴いていません")


async def test_nobody_is_heard_before_a_yes_and_a_no_is_told(made: Wall, browser: Browser) -> None:
    talk = made.talk(0)
    async with opened(made, browser) as page:
        made.hears(talk, state="FLOOR_SUPERVISION_STATE_ASKING", purpose="PURPOSE_TRAINING")
        await expect(page.get_by_test_id("whom")).to_contain_text("同意を尋ねています")
        await expect(page.get_by_text("同意：回答待ち")).to_be_visible()
        await expect(page.get_by_role("button", name="ささやき")).to_be_disabled()
        made.site.answers[_rpc("GetLedger")] = {
            "entries": [{"supervisionId": "spv_1", "endedAs": "SUPERVISION_END_REASON_DECLINED"}]
        }
        made.put({"gone": {"supervision": "spv_1"}})
        await expect(page.get_by_text("今回は聴かれたくないとのことです")).to_be_visible()


async def test_whoever_must_be_asked_is_asked_by_one_more_press(
    made: Wall, browser: Browser
) -> None:
    def refuse(_: Json) -> Json:
        raise Refusal(400, "FAILED_PRECONDITION", "CONSENT_REQUIRED")

    made.site.answers[_rpc("SwitchTarget")] = refuse
    async with opened(made, browser) as page:
        await seat(page, made.talk(0)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(0)))
        await seat(page, made.talk(2)).click()
        await page.get_by_role("button", name="終了して、同意をお願いする").click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(2)))
        assert len(made.site.requests("MonitoringService/EndSupervision")) == 1


async def test_the_next_to_monitor_has_a_reason_and_is_heard_by_one_key(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser) as page:
        column = page.get_by_role("region", name="次に聴く人")
        await expect(column).to_contain_text("公平なら3.7回")
        await page.keyboard.press("n")
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(0)))
        await page.keyboard.press("n")
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(1)))


async def test_feedback_is_given_to_a_marked_second_when_the_call_ends(
    made: Wall, browser: Browser
) -> None:
    talk = made.talk(0)
    async with opened(made, browser) as page:
        await seat(page, talk).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(talk))
        await page.keyboard.press("m")
        await expect(page.get_by_text("に印を付けました")).to_be_visible()
        made.put({"gone": {"talk": talk["contactId"]}}, {"gone": {"supervision": "spv_1"}})
        box = page.get_by_role("form", name="フィードバック")
        await expect(box).to_contain_text(made.name(talk))
        await page.keyboard.press("g")
        await page.keyboard.type("名乗りがとても良かった")
        await expect(box.get_by_role("link", name="録音を見る")).to_have_attribute(
            "href", f"/recordings?contact={talk['contactId']}"
        )
        await box.get_by_role("button", name="送る", exact=True).click()
        await expect(page.get_by_text("フィードバックを送りました。")).to_be_visible()
        await expect(box).to_have_count(0)
        (given,) = made.site.requests("MonitoringService/GiveFeedback")
        assert (given["contactId"], given["text"], given["kind"]) == (
            talk["contactId"],
            "名乗りがとても良かった",
            "FEEDBACK_KIND_PRAISE",
        )
        assert int(str(given["atMs"])) > 0


async def test_the_recording_is_heard_in_the_box_from_the_marked_second(
    made: Wall, browser: Browser
) -> None:
    made.site.answers["/api/rpc/RecordingService/GetWaveform"] = waveform()
    async with opened(made, browser, "en") as page:
        talk = made.talk(1)
        made.hears(talk)
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(talk, "en"))
        await page.keyboard.press("m")
        made.put({"gone": {"supervision": "spv_1"}})
        await page.route("**/*.wav", sound_in_part)
        box = page.get_by_role("form", name="Feedback for")
        await box.get_by_role("button", name="Listen here").press("Enter")
        await expect(box.get_by_role("slider", name="Place")).to_be_visible()
        await expect(box.get_by_role("button", name="Play")).to_be_enabled()
        await expect(box.get_by_role("list", name="Marks")).to_contain_text("Feedback")
        (asked,) = made.site.requests("RecordingService/GetWaveform")
        assert asked["contactId"] == talk["contactId"]
        assert await findings(page) == []


async def test_a_training_says_what_it_is_about_and_nothing_else_does(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser, "en") as page:
        note = page.get_by_role("textbox", name="What it is about")
        await expect(note).to_have_count(0)
        await page.get_by_role("combobox", name="Purpose").select_option("PURPOSE_TRAINING")
        await note.fill(" reading back ")
        await seat(page, made.talk(1)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(1), "en"))
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("whom")).to_contain_text("You hear no call")
        await page.get_by_role("grid", name="Seats").focus()
        await page.keyboard.press("5")
        await expect(page.get_by_test_id("whom")).not_to_contain_text("no call")
        first, second = made.site.requests("MonitoringService/StartSupervision")
        assert (first["purpose"], first["note"]) == ("PURPOSE_TRAINING", "reading back")
        assert (second["purpose"], "note" in second) == ("PURPOSE_SAMPLING", False)


async def test_a_text_whisper_goes_to_the_operator(made: Wall, browser: Browser) -> None:
    async with opened(made, browser) as page:
        await seat(page, made.talk(0)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(0)))
        await page.keyboard.press("x")
        await page.keyboard.type("解約金は免除できます")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("送りました", exact=True)).to_be_visible()
        (sent,) = made.site.requests("MonitoringService/SendText")
        assert sent["text"] == "解約金は免除できます"


async def test_seats_are_found_by_furigana_and_listed(made: Wall, browser: Browser) -> None:
    async with opened(made, browser) as page:
        await page.keyboard.press("/")
        await page.keyboard.type("はせがわ")
        await expect(page.locator("[data-seat]").first).to_contain_text("長谷川")
        await expect(page.locator("[data-seat]", has_text="佐藤")).to_have_count(0)
        await page.get_by_text("一覧", exact=True).click()
        await expect(page.locator(".wall-line").first).to_contain_text("長谷川")


async def test_the_wall_changes_its_language_at_once(made: Wall, browser: Browser) -> None:
    async with opened(made, browser) as page:
        name = str(next(each["name"] for each in made.centre.people if each["userId"] == ME))
        await page.get_by_role("button", name=name).click()
        await page.get_by_role("dialog").get_by_text("English").click()
        await expect(page.get_by_role("heading", name="Supervisor wall")).to_be_visible()
        await expect(page.get_by_role("heading", name="Alerts")).to_be_visible()


async def test_single_keys_can_be_switched_off(made: Wall, browser: Browser) -> None:
    async with opened(made, browser, "en") as page:
        await page.keyboard.press("?")
        await page.get_by_role("switch", name="Use single keys").uncheck()
        await page.keyboard.press("Escape")
        await page.get_by_role("dialog").wait_for(state="detached")
        await page.keyboard.press("n")
        await expect(page.get_by_test_id("whom")).to_have_text("You hear no call")
        assert made.site.requests("MonitoringService/StartSupervision") == []


async def test_a_thousand_seats_are_drawn_as_they_come_into_sight(browser: Browser) -> None:
    with wall(1_000) as made:
        async with opened(made, browser) as page:
            assert await page.locator("[data-seat]").count() < 200
            await page.get_by_role("grid", name="座席").focus()
            await page.keyboard.press("End")
            last = page.locator("[data-seat][aria-selected=true]")
            await expect(last).to_be_in_viewport()
            assert await findings(page) == []


async def test_three_walls_leave_a_connection_for_what_is_asked(
    made: Wall, browser: Browser
) -> None:
    async with opened(made, browser) as page:
        for _ in range(2):
            await page.evaluate(_HIDE)
            page = await page.context.new_page()
            await page.goto(f"{made.site.address}/wall")
            await page.locator("[data-seat]").first.wait_for()
        await seat(page, made.talk(1)).click()
        await expect(page.get_by_test_id("whom")).to_contain_text(made.name(made.talk(1)))


async def test_the_page_is_loaded_while_it_is_asked_who_is_signed_in(
    made: Wall, browser: Browser
) -> None:
    async with person(browser, "en") as someone:
        page = await someone.new_page()
        asked = asyncio.Event()

        async def answer_late(route: Route) -> None:
            await asked.wait()
            await route.fallback()

        await page.route("**/api/session", answer_late)
        page.on("request", lambda sent: asked.set() if "FloorPage" in sent.url else None)
        await page.goto(f"{made.site.address}/wall")
        await page.locator("[data-seat]").first.wait_for()


async def test_the_first_load_is_small(made: Wall, browser: Browser) -> None:
    loaded: set[str] = set()

    def note(response: Response) -> None:
        loaded.add(response.url.split("/", 3)[3].split("?")[0])

    async with opened(made, browser) as page:
        page.on("response", note)
        await page.reload()
        await page.locator("[data-seat]").first.wait_for()
        files = [path for path in loaded if (DIST / path).is_file()]
        assert any("FloorPage" in path for path in files)
        size = sum(len(gzip.compress((DIST / path).read_bytes())) for path in files)
        assert size <= FIRST_LOAD_MOST
