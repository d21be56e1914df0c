"""What callreason asks of others: calls move enquiries, enquiries move sound and queues."""

from datetime import UTC, datetime

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.unit.callreason.flows import FLOW, SHA

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    EnquiryClosed,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    MenuEntered,
    ReasonStated,
)
from sasayaki.event import Event
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallEndReason,
    DigitsCollected,
    DigitsOutcome,
    GuidancePlayed,
    LegEndReason,
    OperatorLegEnded,
    PromptOutcome,
    PromptPlayed,
    TalkStarted,
)
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki_callreason.enquiries.commands import Open
from sasayaki_callreason.enquiries.enquiry import ENQUIRY
from sasayaki_callreason.reactors import PlaySteps, RunFlow

Advance = callreason.AdvanceEnquiryRequest


def asked(reactor: RunFlow | PlaySteps, event: Event) -> list[Message]:
    return list(reactor.react(recorded("con_1", event)))


def guidance_played(outcome: PromptOutcome) -> GuidancePlayed:
    return GuidancePlayed.model_validate({"play_id": "guidance.1", "outcome": outcome})


def prompt_played(outcome: PromptOutcome) -> PromptPlayed:
    return PromptPlayed.model_validate({"play_id": "sorry.5", "outcome": outcome})


def digits(outcome: DigitsOutcome, pressed: str = "") -> DigitsCollected:
    return DigitsCollected.model_validate(
        {"play_id": "menu.2", "digits": pressed, "outcome": outcome}
    )


def heard(play_id: str) -> Message:
    return Advance(contact_id="con_1", prompt_heard=Advance.PromptHeard(play_id=play_id))


def pressed(keys: str) -> Message:
    what = Advance.DigitsPressed(play_id="menu.2", digits=keys)
    return Advance(contact_id="con_1", digits_pressed=what)


def test_a_call_that_arrives_opens_an_enquiry() -> None:
    arrived = CallArrived.model_validate({"dialled_number": "+81312345678"})
    wanted = callreason.OpenEnquiryRequest(contact_id="con_1", dialled_number="+81312345678")
    assert asked(RunFlow(), arrived) == [wanted]


def test_guidance_that_was_heard_to_its_end_moves_the_flow() -> None:
    assert asked(RunFlow(), guidance_played(PromptOutcome.COMPLETED)) == [heard("guidance.1")]


@pytest.mark.parametrize(
    "outcome", [PromptOutcome.HUNG_UP, PromptOutcome.STOPPED, PromptOutcome.INTERRUPTED]
)
def test_guidance_that_was_not_heard_to_its_end_moves_nothing(outcome: PromptOutcome) -> None:
    assert asked(RunFlow(), guidance_played(outcome)) == []


@pytest.mark.parametrize(
    "outcome", [PromptOutcome.COMPLETED, PromptOutcome.INTERRUPTED, PromptOutcome.STOPPED]
)
def test_another_prompt_moves_the_flow_while_the_customer_is_there(
    outcome: PromptOutcome,
) -> None:
    assert asked(RunFlow(), prompt_played(outcome)) == [heard("sorry.5")]


def test_a_customer_who_hung_up_moves_nothing_but_the_end() -> None:
    assert asked(RunFlow(), prompt_played(PromptOutcome.HUNG_UP)) == []
    assert asked(RunFlow(), digits(DigitsOutcome.HUNG_UP)) == []


def test_keys_and_silence_move_the_flow() -> None:
    assert asked(RunFlow(), digits(DigitsOutcome.COLLECTED, "2")) == [pressed("2")]
    assert asked(RunFlow(), digits(DigitsOutcome.TIMED_OUT)) == [pressed("")]


def test_a_talk_takes_the_enquiry() -> None:
    started = TalkStarted.model_validate({"operator_id": "usr_mori"})
    what = Advance.TalkStarted(operator_id="usr_mori")
    assert asked(RunFlow(), started) == [Advance(contact_id="con_1", talk_started=what)]


def test_an_operator_whose_call_is_taken_over_is_asked_for_the_wrap_up_at_once() -> None:
    ended = OperatorLegEnded.model_validate(
        {"operator_id": "usr_mori", "reason": LegEndReason.TAKEN_OVER}
    )
    what = Advance.TakenOver(operator_id="usr_mori")
    assert asked(RunFlow(), ended) == [Advance(contact_id="con_1", taken_over=what)]


@pytest.mark.parametrize(
    "reason", [r for r in LegEndReason if r is not LegEndReason.TAKEN_OVER], ids=lambda r: r.name
)
def test_no_other_end_of_a_leg_moves_the_enquiry(reason: LegEndReason) -> None:
    ended = OperatorLegEnded.model_validate({"operator_id": "usr_mori", "reason": reason})
    assert asked(RunFlow(), ended) == []


@pytest.mark.parametrize("reason", [r for r in CallEndReason if r is not CallEndReason.UNSPECIFIED])
def test_a_call_is_lost_by_our_fault_only_with_its_node(reason: CallEndReason) -> None:
    what = Advance.CallEnded(lost=reason is CallEndReason.NODE_LOST)
    ended = Advance(contact_id="con_1", call_ended=what)
    assert asked(RunFlow(), CallEnded.model_validate({"reason": reason})) == [ended]


def test_a_call_is_answered_before_its_guidance_plays() -> None:
    opening = Open(client_id="cli_acme", dialled_number="+8131", flow=FLOW, flow_version=1)
    events = ENQUIRY.decide(ENQUIRY.initial, opening, datetime(2026, 11, 21, tzinfo=UTC))
    reactor = PlaySteps()
    sent = [m for event in events for m in reactor.react(recorded("con_1", event))]
    assert sent == [
        media.AnswerRequest(
            contact_id="con_1", record=call_events_pb2.RECORDING_POLICY_AFTER_GUIDANCE
        ),
        media.PlayPromptRequest(
            contact_id="con_1",
            play_id="guidance.1",
            prompt_sha256=[SHA["guidance"]],
            guidance=True,
        ),
    ]


def test_an_announcement_is_played_without_keys() -> None:
    sorry = AnnouncementEntered(
        step_id="sorry", play_id="sorry.5", prompt_sha256=SHA["sorry"], guidance=False
    )
    wanted = media.PlayPromptRequest(
        contact_id="con_1", play_id="sorry.5", prompt_sha256=[SHA["sorry"]]
    )
    assert asked(PlaySteps(), sorry) == [wanted]


def test_a_menu_is_played_and_one_key_awaited() -> None:
    menu = MenuEntered(
        step_id="menu", play_id="menu.2", prompt_sha256=SHA["menu"], attempt=1, wait_ms=4_000
    )
    wanted = media.PlayPromptRequest(
        contact_id="con_1",
        play_id="menu.2",
        prompt_sha256=[SHA["menu"]],
        digits_max=1,
        first_digit_ms=4_000,
    )
    assert asked(PlaySteps(), menu) == [wanted]


def test_a_route_queues_the_contact_for_its_company() -> None:
    routed = EnquiryRouted(
        step_id="billing", queue_id="que_billing", required_skills=("billing",), priority=5
    )
    wanted = routing.QueueContactRequest(
        contact_id="con_1",
        client_id="cli_acme",
        queue_id="que_billing",
        required_skills=["billing"],
        priority=5,
    )
    assert asked(PlaySteps(), routed) == [wanted]


def test_the_end_of_the_flow_ends_the_whole_call() -> None:
    assert asked(PlaySteps(), FlowEnded(step_id="goodbye")) == [
        media.HangUpRequest(contact_id="con_1")
    ]


@pytest.mark.parametrize(
    "event",
    [
        ReasonStated(step_id="menu", reason_id="rsn_billing", key="1"),
        EnquiryTaken(operator_id="usr_mori"),
        EnquiryClosed(outcome=EnquiryOutcome.HANDLED, reason_id="", operator_id="", answers=()),
    ],
)
def test_other_facts_of_an_enquiry_ask_for_nothing(event: Event) -> None:
    assert asked(PlaySteps(), event) == []


def test_opening_asks_for_an_answer_and_nothing_else() -> None:
    opened = EnquiryOpened(
        client_id="cli_acme", flow_id="flw_acme", flow_version=1, dialled_number="+8131"
    )
    assert [type(message) for message in asked(PlaySteps(), opened)] == [media.AnswerRequest]
