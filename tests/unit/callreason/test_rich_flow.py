"""Every kind of step, as an enquiry goes through it; the flow is `RICH` of `flows.py`."""

from datetime import datetime, timedelta

import pytest
from tests.unit.callreason.flows import RICH, RICH_SHA

from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    BranchTaken,
    CallbackEntered,
    DigitsAsked,
    DigitsKept,
    DigitsReadBack,
    EnquiryClosed,
    EnquiryEvent,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryPassedOn,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    HoursLookedUp,
    LanguageSet,
    MenuEntered,
    ReasonStated,
    TransferOutEntered,
    TransferOutFailed,
    TransferOutReached,
    VoicemailEntered,
    VoicemailLeft,
    WaitEntered,
)
from sasayaki_callreason.enquiries.commands import (
    CallBack,
    Command,
    CustomerAnswered,
    DigitsPressed,
    EndCall,
    Open,
    OutsideAnswered,
    OutsideEnded,
    PassOn,
    PromptHeard,
    Running,
    StartTalk,
    TellWait,
)
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.enquiries.states import Over, State
from sasayaki_callreason.flows.hours import local_time

RUNNING = Running(RICH, {"phone": "0312345678"})
OPEN_HOURS = local_time("2026-11-24 10:00")
AT_NIGHT = local_time("2026-11-24 22:00")
END = EndCall(lost=False, wrap_up=timedelta(seconds=60))


class Life:
    """An enquiry that is told one thing after another; `told` holds what each came to."""

    def __init__(self, now: datetime = OPEN_HOURS) -> None:
        self.now = now
        self.state: State = ENQUIRY.initial

    def told(self, command: Command) -> list[EnquiryEvent]:
        events = list(ENQUIRY.decide(self.state, command, self.now))
        self.state = ENQUIRY.fold(self.state, events)
        return events

    def opened(self, number: str = "+81312345678", *, known: bool = True) -> list[EnquiryEvent]:
        command = Open(
            client_id="cli_acme",
            dialled_number=number,
            flow=RICH,
            flow_version=1,
            caller_known=known,
        )
        return self.told(command)

    def heard(self) -> list[EnquiryEvent]:
        return self.told(PromptHeard(self.play_id, RUNNING))

    def pressed(self, keys: str) -> list[EnquiryEvent]:
        return self.told(DigitsPressed(self.play_id, keys, RUNNING))

    def gave(self, count: int, sealed: str = "box") -> list[EnquiryEvent]:
        command = DigitsPressed(self.play_id, "", RUNNING, sealed=sealed, count=count)
        return self.told(command)

    def ended(self) -> EnquiryOutcome:
        self.told(END)
        assert isinstance(self.state, Over)
        return self.state.outcome

    @property
    def play_id(self) -> str:
        return str(getattr(self.state, "play_id", ""))

    @property
    def path(self) -> tuple[str, ...]:
        return self.state.facts.path


def kinds(events: list[EnquiryEvent]) -> list[type[EnquiryEvent]]:
    return [type(event) for event in events]


def in_menu(number: str = "+81312345678", *, known: bool = True) -> Life:
    life = Life()
    life.opened(number, known=known)
    life.heard()
    return life


def in_queue() -> Life:
    """Three times no digits: to the queue without a number of their own."""
    life = in_menu()
    life.pressed("1")
    for _ in range(3):
        life.gave(0)
    return life


def test_automatic_steps_are_gone_through_at_once() -> None:
    life = Life()
    events = life.opened()
    assert kinds(events) == [EnquiryOpened, BranchTaken, HoursLookedUp, AnnouncementEntered]
    assert life.path == ("which", "hours", "guidance")


def test_a_number_dialled_decides_the_language() -> None:
    life = Life()
    events = life.opened("+15551234567")
    assert LanguageSet(step_id="english", language="en") in events
    assert events[-1].prompt_sha256 == RICH_SHA["guidance_en"]  # type: ignore[union-attr]


def test_a_key_of_the_menu_decides_the_language() -> None:
    life = in_menu()
    spoken, menu = life.pressed("2")
    assert spoken == LanguageSet(step_id="menu", language="en")
    assert isinstance(menu, MenuEntered)
    assert menu.prompt_sha256 == RICH_SHA["menu_en"]


def test_the_second_time_a_menu_says_so() -> None:
    life = in_menu()
    [again] = life.pressed("7")
    assert isinstance(again, MenuEntered)
    assert (again.attempt, again.prompt_sha256) == (2, RICH_SHA["again_ja"])


def test_outside_of_the_hours_a_voicemail_is_taken_after_the_guidance() -> None:
    life = Life(AT_NIGHT)
    looked_up = life.opened()[2:]
    assert looked_up[:2] == [
        HoursLookedUp(step_id="hours", open=False, because=""),
        ReasonStated(step_id="closed", reason_id="rsn_late", key=""),
    ]
    [prompt] = life.heard()
    assert isinstance(prompt, AnnouncementEntered)
    [tone] = life.heard()
    assert tone == VoicemailEntered(
        step_id="voicemail",
        play_id="voicemail.3",
        prompt_sha256=(RICH_SHA["tone"],),
        longest_ms=60_000,
    )
    left, _ = life.pressed("#")
    assert left == VoicemailLeft(step_id="voicemail", queue_id="que_night")
    assert life.path == ("which", "hours", "closed", "late_guidance", "voicemail", "bye")
    assert life.ended() is EnquiryOutcome.VOICEMAIL


def test_who_hangs_up_before_the_tone_has_left_no_voicemail() -> None:
    life = Life(AT_NIGHT)
    life.opened()
    life.heard()
    assert life.ended() is EnquiryOutcome.LEFT_IN_FLOW


def test_who_hangs_up_after_the_tone_has_left_a_voicemail() -> None:
    life = Life(AT_NIGHT)
    life.opened()
    life.heard()
    life.heard()
    assert life.ended() is EnquiryOutcome.VOICEMAIL


def test_a_holiday_that_closed_is_named() -> None:
    life = Life(local_time("2026-11-23 10:00"))
    looked_up = life.opened()[2]
    assert looked_up == HoursLookedUp(step_id="hours", open=False, because="勤労感謝の日")


def test_digits_are_read_back_and_kept_sealed() -> None:
    life = in_menu()
    stated, asked = life.pressed("1")
    assert stated == ReasonStated(step_id="menu", reason_id="rsn_billing", key="1")
    assert isinstance(asked, DigitsAsked)
    assert (asked.attempt, asked.digits_most) == (1, 11)
    kept, read_back = life.gave(10, "sealed box")
    assert kept == DigitsKept(
        step_id="number", name="phone", digits_sealed="sealed box", digits_count=10, confirmed=False
    )
    assert isinstance(read_back, DigitsReadBack)
    assert read_back.read_back_play_id == asked.play_id
    assert read_back.digit_sha256 == tuple(RICH_SHA[f"digit_{n}_ja"] for n in range(10))
    right, taken, *_ = life.pressed("1")
    assert right == kept.model_copy(update={"confirmed": True})
    assert taken == BranchTaken(step_id="kind_of_number", next_step_id="billing")


def test_digits_that_are_not_right_are_asked_again() -> None:
    life = in_menu()
    life.pressed("1")
    life.gave(10)
    [again] = life.pressed("2")
    assert isinstance(again, DigitsAsked)
    assert (again.attempt, again.prompt_sha256) == (2, RICH_SHA["again_ja"])
    assert life.path[-1] == "number"


@pytest.mark.parametrize("count", [0, 9, 12])
def test_too_few_digits_are_asked_for_again_and_then_no_more(count: int) -> None:
    life = in_menu()
    life.pressed("1")
    assert kinds(life.gave(count)) == [DigitsAsked]
    assert kinds(life.gave(count)) == [DigitsAsked]
    assert kinds(life.gave(count)) == [EnquiryRouted, WaitEntered]
    assert life.state.facts.given == ()


def test_the_longest_beginning_of_the_digits_decides() -> None:
    life = in_menu()
    life.pressed("1")
    life.gave(11)
    mobile = DigitsPressed(life.play_id, "1", Running(RICH, {"phone": "09012345678"}))
    assert BranchTaken(step_id="kind_of_number", next_step_id="mobile") in life.told(mobile)


def test_a_queue_begins_with_music() -> None:
    life = in_queue()
    assert life.play_id == "billing.wait1"


def test_a_waiting_customer_is_told_place_and_time_and_offered_a_key() -> None:
    life = in_queue()
    told = TellWait(position=3, wait_ms_estimate=4 * 60_000 + 1, running=RUNNING)
    [entered] = life.told(told)
    said = (
        "position_before",
        "number_3",
        "position_after",
        "minutes_before",
        "number_5",
        "minutes_after",
        "offer",
    )
    assert entered == WaitEntered(
        step_id="billing",
        play_id="billing.wait2",
        prompt_sha256=tuple(RICH_SHA[f"{name}_ja"] for name in said),
        repeat=False,
        wait_ms=4_000,
    )
    [music] = life.pressed("")
    assert music == WaitEntered(
        step_id="billing",
        play_id="billing.wait3",
        prompt_sha256=(RICH_SHA["music"],),
        repeat=True,
        wait_ms=0,
    )


def test_no_number_is_said_that_there_is_no_word_for() -> None:
    life = in_queue()
    far = TellWait(position=21, wait_ms_estimate=21 * 60_000, running=RUNNING)
    [entered] = life.told(far)
    assert isinstance(entered, WaitEntered)
    said = ("minutes_over_ja", "offer_ja")
    assert entered.prompt_sha256 == tuple(RICH_SHA[name] for name in said)


def test_nothing_is_said_while_the_offers_key_is_awaited() -> None:
    life = in_queue()
    told = TellWait(position=3, wait_ms_estimate=None, running=RUNNING)
    life.told(told)
    assert life.told(told) == []


def test_the_key_of_the_offer_keeps_the_place_and_ends_the_call() -> None:
    life = in_queue()
    life.told(TellWait(position=3, wait_ms_estimate=None, running=RUNNING))
    wanted, back = life.pressed("5")
    assert wanted == CallbackEntered(
        step_id="call_back",
        queue_id="que_billing",
        required_skills=(),
        priority=5,
        number_sealed="",
    )
    assert isinstance(back, AnnouncementEntered)
    assert life.heard() == [FlowEnded(step_id="end")]
    assert life.ended() is EnquiryOutcome.CALLBACK


def test_a_call_back_goes_to_the_number_that_was_said_to_be_right() -> None:
    life = in_menu()
    life.pressed("1")
    life.gave(10, "their number")
    life.pressed("1")
    life.told(TellWait(position=3, wait_ms_estimate=None, running=RUNNING))
    wanted = life.pressed("5")[0]
    assert isinstance(wanted, CallbackEntered)
    assert wanted.number_sealed == "their number"


def test_who_withholds_their_number_and_gives_none_is_not_called_back() -> None:
    life = in_menu(known=False)
    life.pressed("1")
    for _ in range(3):
        life.gave(0)
    life.told(TellWait(position=3, wait_ms_estimate=None, running=RUNNING))
    assert kinds(life.pressed("5")) == [EnquiryRouted, WaitEntered]


def test_a_call_back_waits_for_the_customer_and_begins_with_the_guidance() -> None:
    life = Life()
    back = CallBack(
        client_id="cli_acme",
        dialled_number="+81312345678",
        flow=RICH,
        flow_version=1,
        previous_contact_id="con_before",
        language="en",
        reason_id="rsn_billing",
    )
    assert kinds(life.told(back)) == [EnquiryOpened, ReasonStated]
    [guidance] = life.told(CustomerAnswered("call_guidance", RUNNING))
    assert isinstance(guidance, AnnouncementEntered)
    assert guidance.prompt_sha256 == RICH_SHA["guidance_en"]
    routed = life.heard()[0]
    assert isinstance(routed, EnquiryRouted)
    assert routed.previous_contact_id == "con_before"
    assert life.path == ("call_guidance", "mobile")


def test_a_call_back_that_nobody_answers_was_not_reached() -> None:
    life = Life()
    life.told(
        CallBack(
            client_id="cli_acme",
            dialled_number="+81312345678",
            flow=RICH,
            flow_version=1,
            previous_contact_id="con_before",
            language="ja",
            reason_id="",
        )
    )
    assert life.ended() is EnquiryOutcome.NOT_REACHED


def test_a_number_outside_is_the_flows_own_and_who_talks_there_was_passed_on() -> None:
    life = in_menu()
    assert life.pressed("9") == [
        TransferOutEntered(step_id="outside", number="+81312345699", ring_ms=30_000)
    ]
    assert life.told(OutsideAnswered()) == [TransferOutReached(step_id="outside")]
    assert life.told(OutsideEnded(RUNNING)) == [FlowEnded(step_id="outside")]
    assert life.ended() is EnquiryOutcome.TRANSFERRED_OUT


def test_the_flow_goes_on_when_nobody_outside_may_be_called_or_answers() -> None:
    life = in_menu()
    life.pressed("9")
    failed, bye = life.told(OutsideEnded(RUNNING))
    assert failed == TransferOutFailed(step_id="outside")
    assert isinstance(bye, AnnouncementEntered)
    assert life.told(OutsideEnded(RUNNING)) == []


def test_what_is_known_of_the_caller_and_their_language_decides() -> None:
    for number, known, step in [
        ("+81312345678", True, "bye"),
        ("+15551234567", True, "outside"),
        ("+15551234567", False, "bye"),
    ]:
        life = in_menu(number, known=known)
        for _ in range(3):
            life.pressed("7")
        assert life.path[-1] == step


def talking() -> Life:
    life = in_queue()
    life.told(StartTalk("usr_mori"))
    return life


def passed(to: str = "", *, waits: bool = False) -> PassOn:
    return PassOn(operator_id="usr_mori", to_operator_id=to, waits=waits, running=RUNNING)


def test_a_customer_who_is_given_away_waits_again_with_music() -> None:
    life = talking()
    told, music = life.told(passed(waits=True))
    assert told == EnquiryPassedOn(operator_id="usr_mori")
    assert isinstance(music, WaitEntered)
    assert life.told(passed()) == []
    assert life.told(StartTalk("usr_sato")) == [EnquiryTaken(operator_id="usr_sato")]


def test_the_phones_news_of_a_transfer_may_come_before_the_pools() -> None:
    life = talking()
    assert life.told(passed()) == [EnquiryPassedOn(operator_id="usr_mori")]
    assert kinds(life.told(passed(waits=True))) == [WaitEntered]


def test_a_customer_who_is_handed_to_a_colleague_is_theirs() -> None:
    for first in ([], [passed()]):
        life = talking()
        for news in first:
            life.told(news)
        assert life.told(passed("usr_sato"))[-1] == EnquiryTaken(operator_id="usr_sato")
        assert life.told(passed()) == []
        assert life.state.facts.operator_id == "usr_sato"


def test_the_last_operator_is_asked_for_the_form() -> None:
    life = talking()
    life.told(passed("usr_sato"))
    [asked] = life.told(END)
    assert asked.operator_id == "usr_sato"  # type: ignore[union-attr]


def test_who_hangs_up_while_waiting_again_left_in_the_queue() -> None:
    life = talking()
    life.told(passed(waits=True))
    [closed] = life.told(END)
    assert closed == EnquiryClosed(
        outcome=EnquiryOutcome.LEFT_IN_QUEUE, reason_id="rsn_billing", operator_id="", answers=()
    )
