"""Enquiries: from the guidance to the wrap-up, and to a final state whatever happens."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given
from tests.unit.callreason.flows import FLOW, SHA

from sasayaki.callreason.v1.client_events import RecordingRule
from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    EnquiryClosed,
    EnquiryEvent,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    FormAnswer,
    MenuEntered,
    ReasonConfirmed,
    ReasonStated,
    WrapUpAsked,
)
from sasayaki_callreason.enquiries.commands import (
    Command,
    CompleteWrapUp,
    ConfirmReason,
    DigitsPressed,
    EndCall,
    HandOver,
    Open,
    PromptHeard,
    Running,
    StartTalk,
    TurnAway,
)
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.flows.steps import PLAYS_MOST

OPEN = Open(client_id="cli_acme", dialled_number="+81312345678", flow=FLOW, flow_version=3)
RUNNING = Running(FLOW)
HAND_OVER = HandOver(operator_id="usr_mori", wrap_up=timedelta(seconds=60))
END = EndCall(lost=False, wrap_up=timedelta(seconds=60))

OPENED = EnquiryOpened(
    client_id="cli_acme",
    flow_id="flw_acme",
    flow_version=3,
    dialled_number="+81312345678",
    language="ja",
    caller_known=True,
    recording=RecordingRule.ALL,
)
GUIDANCE = AnnouncementEntered(
    step_id="guidance", play_id="guidance.1", prompt_sha256=SHA["guidance"], guidance=True
)
MENU = MenuEntered(
    step_id="menu", play_id="menu.2", prompt_sha256=SHA["menu"], attempt=1, wait_ms=4_000
)
AGAIN = MENU.model_copy(update={"play_id": "menu.3", "attempt": 2})
LAST = MENU.model_copy(update={"play_id": "menu.4", "attempt": 3})
BILLING = ReasonStated(step_id="menu", reason_id="rsn_billing", key="1")
QUEUED = EnquiryRouted(
    step_id="billing", queue_id="que_billing", required_skills=("billing",), priority=5
)
SORRY = AnnouncementEntered(
    step_id="sorry", play_id="sorry.5", prompt_sha256=SHA["sorry"], guidance=False
)
GOODBYE = FlowEnded(step_id="goodbye")
TAKEN = EnquiryTaken(operator_id="usr_mori")
WRAP_UP = WrapUpAsked(operator_id="usr_mori", respond_by=NOON + timedelta(seconds=60))

IN_GUIDANCE: tuple[EnquiryEvent, ...] = (OPENED, GUIDANCE)
IN_MENU: tuple[EnquiryEvent, ...] = (*IN_GUIDANCE, MENU)
IN_QUEUE: tuple[EnquiryEvent, ...] = (*IN_MENU, BILLING, QUEUED)
IN_TALK = (*IN_QUEUE, TAKEN)
IN_WRAP_UP = (*IN_TALK, WRAP_UP)

COMPLETE = CompleteWrapUp(reason_id="", user_id="usr_mori", answers=())
CONFIRM = ConfirmReason(reason_id="rsn_contract", user_id="usr_mori", own_only=True)


def closed(
    outcome: EnquiryOutcome, *, reason: str = "", operator: str = "", **answers: str
) -> EnquiryClosed:
    return EnquiryClosed(
        outcome=outcome,
        reason_id=reason,
        operator_id=operator,
        answers=tuple(FormAnswer(key=key, value=value) for key, value in answers.items()),
    )


def pressed(digits: str, play_id: str = "menu.2") -> DigitsPressed:
    return DigitsPressed(play_id, digits, RUNNING)


HANDLED = closed(EnquiryOutcome.HANDLED, reason="rsn_billing", operator="usr_mori")
DONE = (*IN_WRAP_UP, HANDLED)


def test_a_call_is_answered_with_the_guidance_of_its_number() -> None:
    given(ENQUIRY).when(OPEN).then(OPENED, GUIDANCE)


def test_the_menu_follows_when_the_guidance_was_heard() -> None:
    given(ENQUIRY, *IN_GUIDANCE).when(PromptHeard("guidance.1", RUNNING)).then(MENU)


def test_a_key_states_the_reason_and_leads_to_its_queue() -> None:
    given(ENQUIRY, *IN_MENU).when(pressed("1")).then(BILLING, QUEUED)


def test_key_2_leads_to_reason_2() -> None:
    given(ENQUIRY, *IN_MENU).when(pressed("2")).then(
        ReasonStated(step_id="menu", reason_id="rsn_contract", key="2"),
        EnquiryRouted(
            step_id="contract",
            queue_id="que_contract",
            required_skills=("contract", "senior"),
            priority=7,
        ),
    )


def test_a_key_without_a_reason_states_none() -> None:
    asked_again = MENU.model_copy(update={"play_id": "menu.3"})
    given(ENQUIRY, *IN_MENU).when(pressed("9")).then(asked_again)


@pytest.mark.parametrize("digits", ["", "7", "*", "12"])
def test_silence_or_a_wrong_key_asks_again(digits: str) -> None:
    given(ENQUIRY, *IN_MENU).when(pressed(digits)).then(AGAIN)


def test_the_third_wrong_key_is_the_last() -> None:
    asked_thrice = given(ENQUIRY, *IN_MENU, AGAIN, LAST)
    asked_thrice.when(pressed("7", "menu.4")).then(SORRY)


def test_after_sorry_the_call_is_ended() -> None:
    sorry = given(ENQUIRY, *IN_MENU, AGAIN, LAST, SORRY)
    sorry.when(PromptHeard("sorry.5", RUNNING)).then(GOODBYE)


def test_a_caller_who_never_chooses_is_let_go() -> None:
    menus = (
        MENU.model_copy(update={"play_id": f"menu.{play}"}) for play in range(2, PLAYS_MOST + 1)
    )
    round_and_round = given(ENQUIRY, *IN_GUIDANCE, *menus)
    round_and_round.when(pressed("9", f"menu.{PLAYS_MOST}")).then(FlowEnded(step_id="menu"))


def test_a_number_without_a_flow_ends_the_call_and_the_enquiry() -> None:
    given(ENQUIRY).when(TurnAway()).then(FlowEnded(step_id=""), closed(EnquiryOutcome.LOST))


def test_the_talk_takes_the_enquiry_and_its_end_asks_for_the_wrap_up() -> None:
    given(ENQUIRY, *IN_QUEUE).when(StartTalk("usr_mori")).then(TAKEN)
    given(ENQUIRY, *IN_TALK).when(END).then(WRAP_UP)


def test_a_takeover_asks_for_the_wrap_up_while_the_call_goes_on() -> None:
    given(ENQUIRY, *IN_TALK).when(HAND_OVER, at=NOON).then(WRAP_UP)


def test_the_end_of_a_call_that_was_taken_over_changes_nothing() -> None:
    given(ENQUIRY, *IN_WRAP_UP).when(END).then()
    done = closed(EnquiryOutcome.HANDLED, reason="rsn_billing", operator="usr_mori")
    given(ENQUIRY, *IN_WRAP_UP, done).when(END).then()


def test_a_takeover_and_the_end_of_the_call_ask_for_one_wrap_up_in_either_order() -> None:
    given(ENQUIRY, *IN_WRAP_UP).when(HAND_OVER).then()
    done = closed(EnquiryOutcome.HANDLED, reason="rsn_billing", operator="usr_mori")
    given(ENQUIRY, *IN_WRAP_UP, done).when(HAND_OVER).then()


def test_only_the_contacts_own_operator_hands_over() -> None:
    other = HandOver(operator_id="usr_sato", wrap_up=timedelta(seconds=60))
    given(ENQUIRY, *IN_TALK).when(other).then()


@pytest.mark.parametrize("history", [(), IN_GUIDANCE, IN_MENU, IN_QUEUE])
def test_nothing_is_handed_over_before_a_talk(history: tuple[EnquiryEvent, ...]) -> None:
    given(ENQUIRY, *history).when(HAND_OVER).then()


def test_the_form_closes_the_enquiry_as_handled() -> None:
    answers = (FormAnswer(key="outcome", value="resolved"),)
    handled = HANDLED.model_copy(update={"answers": answers})
    given(ENQUIRY, *IN_WRAP_UP).when(replace(COMPLETE, answers=answers)).then(handled)


def test_a_form_with_another_reason_corrects_the_stated_one() -> None:
    given(ENQUIRY, *IN_WRAP_UP).when(replace(COMPLETE, reason_id="rsn_contract")).then(
        ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_mori"),
        HANDLED.model_copy(update={"reason_id": "rsn_contract"}),
    )


def test_a_form_that_names_the_stated_reason_confirms_it() -> None:
    given(ENQUIRY, *IN_WRAP_UP).when(replace(COMPLETE, reason_id="rsn_billing")).then(
        ReasonConfirmed(reason_id="rsn_billing", operator_id="usr_mori"), HANDLED
    )


def test_without_a_form_in_time_the_enquiry_closes_by_itself() -> None:
    given(ENQUIRY, *IN_WRAP_UP).when_time_passes().then(
        HANDLED.model_copy(update={"outcome": EnquiryOutcome.HANDLED_WITHOUT_WRAP_UP})
    )


@pytest.mark.parametrize("history", [(), IN_GUIDANCE, IN_MENU, IN_QUEUE, IN_TALK, DONE])
def test_only_a_wrap_up_has_a_time_limit(history: tuple[EnquiryEvent, ...]) -> None:
    given(ENQUIRY, *history).then_nothing_is_due()


@pytest.mark.parametrize(
    ("history", "outcome", "reason"),
    [
        ((), EnquiryOutcome.LEFT_IN_GUIDANCE, ""),
        (IN_GUIDANCE, EnquiryOutcome.LEFT_IN_GUIDANCE, ""),
        (IN_MENU, EnquiryOutcome.LEFT_IN_FLOW, ""),
        ((*IN_MENU, AGAIN), EnquiryOutcome.LEFT_IN_FLOW, ""),
        ((*IN_MENU, AGAIN, LAST, SORRY), EnquiryOutcome.LEFT_IN_FLOW, ""),
        (IN_QUEUE, EnquiryOutcome.LEFT_IN_QUEUE, "rsn_billing"),
        ((*IN_MENU, AGAIN, LAST, SORRY, GOODBYE), EnquiryOutcome.RELEASED, ""),
    ],
)
def test_who_hangs_up_before_a_talk_leaves_where_they_are(
    history: tuple[EnquiryEvent, ...], outcome: EnquiryOutcome, reason: str
) -> None:
    given(ENQUIRY, *history).when(END).then(closed(outcome, reason=reason))


def test_a_caller_who_leaves_an_announcement_before_the_guidance_never_heard_it() -> None:
    welcome = GUIDANCE.model_copy(update={"guidance": False})
    left = closed(EnquiryOutcome.LEFT_IN_GUIDANCE)
    given(ENQUIRY, OPENED, welcome).when(END).then(left)


@pytest.mark.parametrize("history", [(), IN_GUIDANCE, IN_MENU, IN_QUEUE])
def test_a_call_lost_by_our_fault_before_a_talk_is_lost(
    history: tuple[EnquiryEvent, ...],
) -> None:
    lost = given(ENQUIRY, *history).when(replace(END, lost=True))
    lost.then(closed(EnquiryOutcome.LOST, reason="rsn_billing" if history == IN_QUEUE else ""))


def test_a_call_lost_in_the_talk_is_still_wrapped_up() -> None:
    given(ENQUIRY, *IN_TALK).when(replace(END, lost=True)).then(WRAP_UP)


def test_a_colleague_who_is_consulted_does_not_take_the_customer() -> None:
    given(ENQUIRY, *IN_TALK).when(StartTalk("usr_sato")).then()


@pytest.mark.parametrize("history", [IN_GUIDANCE, IN_MENU, (*IN_MENU, AGAIN, LAST, SORRY, GOODBYE)])
def test_a_talk_counts_whatever_the_flow_was_doing(history: tuple[EnquiryEvent, ...]) -> None:
    given(ENQUIRY, *history).when(StartTalk("usr_mori")).then(TAKEN)


@pytest.mark.parametrize(
    ("history", "command"),
    [
        (IN_GUIDANCE, OPEN),
        (IN_MENU, PromptHeard("guidance.1", RUNNING)),
        (IN_QUEUE, pressed("1")),
        ((*IN_MENU, AGAIN), pressed("1")),
        (IN_GUIDANCE, pressed("1", "guidance.1")),
        (IN_MENU, PromptHeard("menu.2", RUNNING)),
        ((), PromptHeard("guidance.1", RUNNING)),
        (IN_TALK, StartTalk("usr_mori")),
        (IN_TALK, pressed("1")),
        (IN_WRAP_UP, END),
        (IN_WRAP_UP, StartTalk("usr_sato")),
        (DONE, OPEN),
        (DONE, TurnAway()),
        (DONE, StartTalk("usr_mori")),
        (DONE, pressed("1")),
        (DONE, END),
    ],
)
def test_what_is_repeated_late_or_early_changes_nothing(
    history: tuple[EnquiryEvent, ...], command: Command
) -> None:
    given(ENQUIRY, *history).when(command).then()


def test_a_call_that_ended_before_it_was_opened_is_never_opened() -> None:
    given(ENQUIRY, closed(EnquiryOutcome.LEFT_IN_GUIDANCE)).when(OPEN).then()


@pytest.mark.parametrize("history", [IN_TALK, IN_WRAP_UP])
def test_an_operator_corrects_the_reason_of_their_contact(
    history: tuple[EnquiryEvent, ...],
) -> None:
    confirmed = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_mori")
    given(ENQUIRY, *history).when(CONFIRM).then(confirmed)
    given(ENQUIRY, *history, confirmed).when(CONFIRM).then()


def test_a_confirmed_reason_is_the_one_that_counts() -> None:
    confirmed = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_mori")
    given(ENQUIRY, *IN_WRAP_UP, confirmed).when(COMPLETE).then(
        HANDLED.model_copy(update={"reason_id": "rsn_contract"})
    )


def test_a_supervisor_corrects_the_reason_of_any_contact() -> None:
    by_supervisor = replace(CONFIRM, user_id="usr_sv01", own_only=False)
    confirmed = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_sv01")
    given(ENQUIRY, *IN_TALK).when(by_supervisor).then(confirmed)


@pytest.mark.parametrize("history", [IN_TALK, IN_WRAP_UP])
def test_an_operator_has_no_say_in_the_contact_of_another(
    history: tuple[EnquiryEvent, ...],
) -> None:
    for command in (replace(CONFIRM, user_id="usr_sato"), replace(COMPLETE, user_id="usr_sato")):
        given(ENQUIRY, *history).when(command).then_refused("NOT_YOUR_CONTACT")


def test_a_running_call_cannot_be_wrapped_up() -> None:
    given(ENQUIRY, *IN_TALK).when(COMPLETE).then_refused("CALL_RUNS")


@pytest.mark.parametrize("history", [(), IN_GUIDANCE, IN_MENU, IN_QUEUE])
def test_without_a_talk_there_is_nothing_to_confirm_or_wrap_up(
    history: tuple[EnquiryEvent, ...],
) -> None:
    given(ENQUIRY, *history).when(CONFIRM).then_refused("NOT_TAKEN")
    given(ENQUIRY, *history).when(COMPLETE).then_refused("NOT_TAKEN")


def test_a_closed_enquiry_is_not_changed_by_anybody() -> None:
    given(ENQUIRY, *DONE).when(CONFIRM).then_refused("ENQUIRY_OVER")
    given(ENQUIRY, *DONE).when(COMPLETE).then_refused("ENQUIRY_OVER")


def test_the_path_names_each_step_once_in_order() -> None:
    state = given(ENQUIRY, *IN_MENU, AGAIN, BILLING, QUEUED).state
    assert state.facts.path == ("guidance", "menu", "billing")
