"""The operator's desk in a real browser."""

from __future__ import annotations

from playwright.async_api import Browser, expect
from tests.harness import desk_sample as sample
from tests.harness.fake_desk import Desk, at_desk
from tests.harness.fake_phone import leg

CLIENTS = "/api/rpc/CallreasonService/ListClients"


async def talking(desk: Desk) -> None:
    """A customer talks with the operator."""
    await connected(desk)
    await desk.is_in("TALKING")
    desk.phone.tell(leg())
    await expect(desk.page.get_by_role("button", name="Mute", exact=False)).to_be_enabled()


async def connected(desk: Desk) -> None:
    """The browser is the phone."""
    await expect(desk.page.get_by_role("button", name="Phone: Connected")).to_be_visible()


async def test_an_operator_sets_their_state_by_keyboard(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await desk.is_in("OFF")
        await expect(desk.page.get_by_role("status").get_by_text("Off")).to_be_visible()
        await desk.page.keyboard.press("d")
        await desk.page.keyboard.press("w")
        lunch = desk.page.get_by_role("menuitem", name="Lunch")
        await expect(lunch).to_be_visible()
        await desk.page.wait_for_function("document.activeElement.closest('[role=menu]')")
        await desk.page.keyboard.press("ArrowDown")
        await desk.page.keyboard.press("ArrowDown")
        await expect(lunch).to_be_focused()
        await desk.page.keyboard.press("Enter")
        await expect(lunch).to_be_hidden()
        assert desk.gateway.asked("RoutingService/SetOperatorState") == [
            {"state": "OPERATOR_STATE_READY", "reason": ""},
            {"state": "OPERATOR_STATE_AWAY", "reason": "lunch"},
        ]


async def test_a_missed_offer_says_why_the_operator_is_away(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await desk.is_in("AWAY", reason="missed")
        await expect(desk.page.get_by_text("Missed a call")).to_be_visible()


async def test_an_offer_shows_client_greeting_and_history_before_the_answer(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page = desk.page
        await connected(desk)
        await desk.is_in("RINGING", respondBy="2026-11-22T01:03:00Z")
        desk.phone.tell(leg(state="PHONE_LEG_STATE_RINGING"))
        contact = page.get_by_role("region", name="Contact", exact=True)
        await expect(contact.get_by_text("アクメ通販")).to_be_in_viewport()
        await expect(page.get_by_text("Thank you for calling Acme.")).to_be_in_viewport()
        await expect(page.get_by_text("order_no 4711")).to_be_in_viewport()
        await expect(page.get_by_text("Order › Late delivery").first).to_be_in_viewport()
        await expect(page.get_by_text("Overdue")).to_be_visible()
        await page.keyboard.press("a")
        await expect(page.get_by_role("button", name="Changing…")).to_be_visible()
        assert {"type": "pick_up", "contactId": "con_1"} in desk.phone.said


async def test_what_is_not_known_of_a_caller_is_not_shown_as_none(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page = desk.page
        await connected(desk)
        reads = {
            "CallreasonService/GetCallerHistory": ("Earlier contacts", "No earlier contact"),
            "KnowledgeService/GetScript": ("Greeting and script", "There is no script"),
            "CaseService/ListEscalations": ("Open messages and escalations", "Nothing is open"),
        }
        for method in reads:
            await page.route(f"**/api/rpc/{method}", lambda route: route.fulfill(status=503))
        await desk.is_in("RINGING", respondBy="2026-11-22T01:03:00Z")
        for method, (name, none) in reads.items():
            place = page.get_by_role("region", name=name)
            again = place.get_by_role("button", name="Try again")
            await expect(again).to_be_visible()
            await expect(place.get_by_text(none)).to_be_hidden()
            await page.unroute(f"**/api/rpc/{method}")
            await again.press("Enter")
            await expect(again).to_be_hidden()
        await expect(page.get_by_text("Order › Late delivery").first).to_be_visible()


async def test_a_desk_opened_while_a_service_is_away_is_whole_once_it_is_back(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        page = desk.page
        await page.route(f"**{CLIENTS}", lambda route: route.fulfill(status=503))
        await page.reload()
        await desk.is_in("WRAP_UP")
        form = page.get_by_role("region", name="Wrap-up")
        await expect(form.get_by_text("Looking it up…")).to_be_visible()
        await expect(form.get_by_role("button", name="Finish wrap-up")).to_be_disabled()
        await page.unroute(f"**{CLIENTS}")
        contact = page.get_by_role("region", name="Contact", exact=True)
        await expect(contact.get_by_text("アクメ通販")).to_be_visible()
        await expect(form.get_by_role("button", name="Finish wrap-up")).to_be_enabled()


async def test_mute_shows_what_came_back_and_not_what_was_clicked(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.page.keyboard.press("m")
        pending = desk.page.get_by_role("button", name="Changing…")
        await expect(pending).to_have_attribute("aria-pressed", "false")
        desk.phone.tell(leg(muted=True))
        unmute = desk.page.get_by_role("button", name="Unmute")
        await expect(unmute).to_have_attribute("aria-pressed", "true")


async def test_hold_card_pause_and_putting_down_by_one_key_each(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.page.keyboard.press("h")
        await desk.page.keyboard.press("p")
        await desk.page.keyboard.press("x")
        desk.phone.tell(leg(recordingPaused=True, customerHeld=True))
        await expect(desk.page.get_by_text("The recording is paused.")).to_be_visible()
        await expect(desk.page.get_by_text("On hold", exact=True)).to_be_visible()
        held = {"contactId": "con_1", "held": True}
        assert desk.gateway.asked("MediaService/Hold") == [held]
        assert desk.gateway.asked("MediaService/PauseRecording") == [
            {"contactId": "con_1", "paused": True, "reason": "card"}
        ]
        assert {"type": "put_down", "contactId": "con_1"} in desk.phone.said


async def test_talk_back_lasts_as_long_as_its_key(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.concerns({"listener": sample.LISTENER})
        await expect(desk.page.get_by_role("button", name="Talk-back")).to_be_enabled()
        await desk.page.keyboard.down("b")
        desk.phone.tell(leg(talkBack=True))
        await expect(desk.page.get_by_text("Only the supervisor hears you")).to_be_visible()
        await desk.page.keyboard.up("b")
        desk.phone.tell(leg())
        await expect(desk.page.get_by_text("Only the supervisor hears you")).to_be_hidden()
        told = [each for each in desk.phone.said if each["type"] == "talk_back"]
        assert [each["on"] for each in told] == [True, False]


async def test_an_alert_by_one_key_tells_who_comes(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        page = desk.page
        await page.get_by_role("textbox", name="Summary").focus()
        await page.keyboard.press("F9")
        await desk.concerns({"alert": sample.alert()})
        await expect(page.get_by_text("Your team's supervisors are told")).to_be_visible()
        assert desk.gateway.asked("MonitoringService/RaiseAlert") == [{}]
        claimed = sample.alert("CLAIMED", supervisorId="usr_sv01", waitedMs="4000")
        await desk.concerns({"alert": claimed})
        await expect(page.get_by_text("Received by Osamu Tanaka, 4 s")).to_be_visible()
        why = page.get_by_role("combobox", name="Why you raised the alert")
        await why.select_option(label="Angry customer")
        assert desk.gateway.asked("MonitoringService/GiveAlertReason") == [
            {"alertId": "alt_1", "reason": "ALERT_REASON_ANGRY_CUSTOMER"}
        ]
        await page.get_by_role("button", name="Cancel").click()
        assert desk.gateway.asked("MonitoringService/CancelAlert") == [{"alertId": "alt_1"}]


async def test_who_listens_is_always_seen_with_mode_and_purpose(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        listening = desk.page.get_by_role("region", name="Who listens")
        await expect(listening.get_by_text("Nobody listens.")).to_be_visible()
        await expect(listening).to_be_in_viewport(ratio=1)
        place = await listening.bounding_box()
        await desk.concerns({"listener": sample.LISTENER}, {"text": sample.TEXT})
        await expect(listening.get_by_text("Osamu Tanaka")).to_be_visible()
        await expect(listening.get_by_text("Whispers (the customer does not hear)")).to_be_visible()
        await expect(listening.get_by_text("Help")).to_be_visible()
        assert await listening.bounding_box() == place
        await expect(desk.page.get_by_role("log")).to_contain_text("送料は返金できます。")


async def test_consent_is_given_put_off_or_declined(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.concerns({"consent": sample.CONSENT})
        question = desk.page.get_by_role(
            "alertdialog", name="Osamu Tanaka asks whether they may hear"
        )
        await expect(question).to_contain_text("復唱のしかたを一緒に見たいです。")
        await question.get_by_role("button", name="Later").press("Enter")
        await desk.concerns({"gone": {"consent": "sup_2"}})
        await expect(question).to_be_hidden()
        assert desk.gateway.asked("MonitoringService/AnswerConsent") == [
            {"supervisionId": "sup_2", "answer": "CONSENT_ANSWER_LATER"}
        ]


async def test_a_reason_on_the_second_level_takes_two_keys(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await expect(desk.page.get_by_role("button", name="Order ›")).to_be_enabled()
        await desk.page.keyboard.press("1")
        await expect(desk.page.get_by_role("button", name="Late delivery")).to_be_visible()
        await desk.page.keyboard.press("1")
        await expect(desk.page.get_by_text("Confirmed: ")).to_be_visible()
        assert desk.gateway.asked("CallreasonService/ConfirmReason") == [
            {"contactId": "con_1", "reasonId": "rsn_late"}
        ]


async def test_no_shortcut_fires_while_one_writes(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.page.keyboard.press("f")
        await desk.page.keyboard.type("mhxp1?")
        summary = desk.page.get_by_role("textbox", name="Summary")
        await expect(summary).to_have_value("mhxp1?")
        assert desk.gateway.asked("MediaService/Hold") == []
        assert [each["type"] for each in desk.phone.said] == ["offer"]


async def test_what_was_written_outlives_a_reload_and_ends_with_its_sending(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        summary = desk.page.get_by_role("textbox", name="Summary")
        await summary.fill("折返しを約束した")
        await desk.page.reload()
        await desk.is_in("WRAP_UP", respondBy="2026-11-22T01:05:00Z")
        await expect(summary).to_have_value("折返しを約束した")
        await summary.press("Tab")
        await desk.page.get_by_role("button", name="Finish wrap-up").press("Enter")
        await desk.is_in("READY")
        await desk.page.reload()
        await desk.is_in("WRAP_UP")
        await expect(summary).to_have_value("")
        assert desk.gateway.asked("CallreasonService/CompleteWrapUp") == [
            {
                "contactId": "con_1",
                "reasonId": "",
                "answers": [{"key": "summary", "value": "折返しを約束した"}],
            }
        ]


async def test_a_fault_is_shown_at_its_field(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        page = desk.page
        await desk.is_in("WRAP_UP")
        summary = page.get_by_role("textbox", name="Summary")
        await page.get_by_role("button", name="Finish wrap-up").click()
        await expect(summary).to_be_focused()
        await expect(page.get_by_text("Please fill this in.")).to_be_visible()
        await summary.fill("済み")
        number = page.get_by_role("textbox", name="Order number")
        await number.fill("12a")
        await page.get_by_role("button", name="Finish wrap-up").click()
        await expect(page.get_by_text("Please enter a whole number.")).to_be_visible()
        await expect(number).to_have_attribute("aria-invalid", "true")


async def test_a_customer_is_given_to_a_colleague_or_one_asks_first(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        page = desk.page
        await page.keyboard.press("r")
        await page.get_by_role("button", name="Ask Kenichi Mori").press("Enter")
        await desk.is_in("TALKING", colleagueId="usr_op02")
        desk.phone.tell(leg(customerHeld=True))
        await page.get_by_role("button", name="Talk all three").press("Enter")
        await page.get_by_role("button", name="Complete the transfer").press("Enter")
        await expect(page.get_by_role("dialog", name="Transfer, ask")).to_be_hidden()
        contact = {"contactId": "con_1"}
        assert desk.gateway.asked("RoutingService/ConsultOperator") == [
            {**contact, "operatorId": "usr_op02"}
        ]
        assert desk.gateway.asked("MediaService/Hold") == [{**contact, "held": False}]
        assert desk.gateway.asked("RoutingService/CompleteTransfer") == [contact]


async def test_keys_are_sent_by_keyboard(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.page.keyboard.press("t")
        keypad = desk.page.get_by_role("dialog", name="Keypad")
        await expect(keypad).to_be_visible()
        await desk.page.keyboard.type("5#")
        await expect(keypad.get_by_role("status")).to_have_text("5#")
        await desk.page.keyboard.press("Escape")
        await expect(keypad).to_be_hidden()


async def test_keys_sent_to_one_customer_are_not_seen_at_the_next(
    site: str, browser: Browser
) -> None:
    async with at_desk(browser, site) as desk:
        await talking(desk)
        await desk.page.keyboard.press("t")
        keypad = desk.page.get_by_role("dialog", name="Keypad")
        await expect(keypad).to_be_visible()
        await desk.page.keyboard.type("4711")
        await expect(keypad.get_by_role("status")).to_have_text("4711")
        await desk.page.keyboard.press("Escape")
        desk.phone.tell(leg(contactId="con_2"))
        await desk.is_in("TALKING", contactId="con_2")
        await desk.page.keyboard.press("t")
        await expect(keypad).to_be_visible()
        await expect(keypad.get_by_role("status")).to_have_text("")


async def test_feedback_is_read_before_the_next_call(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await desk.concerns({"feedback": sample.FEEDBACK})
        await desk.page.get_by_role("button", name="1 unread feedback").press("Enter")
        told = desk.page.get_by_role("region", name="Feedback")
        await expect(told.get_by_role("list")).to_be_focused()
        await expect(told.get_by_role("listitem")).to_be_in_viewport()
        await desk.page.get_by_role("button", name="I have read it").press("Enter")
        await desk.concerns({"gone": {"feedback": "fbk_1"}})
        await expect(desk.page.get_by_text("No unread feedback.")).to_be_visible()
        read = desk.gateway.asked("MonitoringService/ReadFeedback")
        assert read == [{"feedbackId": "fbk_1"}]


async def test_articles_are_searched_from_the_keyboard(site: str, browser: Browser) -> None:
    async with at_desk(browser, site) as desk:
        await expect(desk.page.get_by_role("region", name="Knowledge")).to_contain_text("アクメ")
        await desk.page.keyboard.press("k")
        await desk.page.keyboard.type("返金")
        await expect(desk.page.get_by_text("1 article")).to_be_visible()
        article = desk.page.get_by_text("Refund when a delivery is late")
        await article.focus()
        await desk.page.keyboard.press("Enter")
        await expect(desk.page.get_by_text("Refund the postage")).to_be_visible()
