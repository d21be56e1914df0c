"""What callreason asks of others: calls move enquiries, enquiries move sound and queues."""

from datetime import UTC, datetime

import pytest
from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON
from tests.unit.callreason.flows import FLOW, SHA

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.client_events import RecordingRule
from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    CallbackEntered,
    DigitsAsked,
    DigitsReadBack,
    EnquiryClosed,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    MenuEntered,
    ReasonStated,
    TransferOutEntered,
    VoicemailEntered,
    WaitEntered,
)
from sasayaki.event import Event
from sasayaki.media.v1 import call_events_pb2
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallEndReason,
    CallPlaced,
    DigitsCollected,
    DigitsOutcome,
    GuidancePlayed,
    LegEndReason,
    OperatorLegEnded,
    PromptOutcome,
    PromptPlayed,
    TalkStarted,
)
from sasayaki.media.v1.outbound_events import OutboundRefusal, OutboundRefused
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import ContactTransferred, TransferKind, WaitTold
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
    "reason",
    [r for r in LegEndReason if r not in (LegEndReason.TAKEN_OVER, LegEndReason.TRANSFERRED)],
    ids=lambda r: r.name,
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


@pytest.mark.parametrize("reason", ["OPERATOR_ON_CALL", "TAKEN_OVER"])
def test_what_comes_too_late_to_be_heard_because_a_person_talks_is_pointless(reason: str) -> None:
    """A waiting customer is told their place as an operator picks up: media's words for it."""
    assert reason in PlaySteps.moot


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


def test_a_caller_whose_number_is_there_is_known() -> None:
    arrived = CallArrived.model_validate({"dialled_number": "+81312345678", "caller_hash": "ab"})
    [wanted] = asked(RunFlow(), arrived)
    assert isinstance(wanted, callreason.OpenEnquiryRequest)
    assert wanted.caller_known
    assert wanted.caller_hash == "ab"


def test_a_call_back_is_opened_when_it_is_placed_and_goes_on_when_it_is_answered() -> None:
    reactor = RunFlow()
    placed = CallPlaced.model_validate(
        {"from_number": "+81312345678", "previous_contact_id": "con_0", "caller_hash": "ab"}
    )
    [opened] = asked(reactor, placed)
    assert opened == callreason.OpenEnquiryRequest(
        contact_id="con_1",
        dialled_number="+81312345678",
        previous_contact_id="con_0",
        caller_known=True,
        caller_hash="ab",
    )
    answered = Advance(contact_id="con_1", customer_answered=Advance.CustomerAnswered())
    assert asked(reactor, CallAnswered.model_validate({})) == [answered]
    assert asked(reactor, CallAnswered.model_validate({})) == []


def test_a_call_that_came_to_us_is_not_told_that_it_was_answered() -> None:
    assert asked(RunFlow(), CallAnswered.model_validate({})) == []


def test_sealed_digits_move_the_flow_with_their_count_alone() -> None:
    collected = DigitsCollected.model_validate(
        {
            "play_id": "number.3",
            "outcome": DigitsOutcome.COLLECTED,
            "digits_sealed": "box",
            "digits_count": 10,
        }
    )
    what = Advance.DigitsPressed(play_id="number.3", digits_sealed="box", digits_count=10)
    assert asked(RunFlow(), collected) == [Advance(contact_id="con_1", digits_pressed=what)]


def test_the_person_outside_is_no_operator() -> None:
    answered = Advance(contact_id="con_1", outside_answered=Advance.OutsideAnswered())
    assert asked(RunFlow(), TalkStarted.model_validate({"operator_id": ""})) == [answered]
    ended = OperatorLegEnded.model_validate({"operator_id": "", "reason": LegEndReason.NO_ANSWER})
    gone = Advance.OutsideLegEnded(talked=False)
    assert asked(RunFlow(), ended) == [Advance(contact_id="con_1", outside_leg_ended=gone)]


def test_an_operator_whose_leg_was_given_away_is_passed_on() -> None:
    ended = OperatorLegEnded.model_validate(
        {"operator_id": "usr_mori", "reason": LegEndReason.TRANSFERRED}
    )
    what = Advance.PassedOn(operator_id="usr_mori")
    assert asked(RunFlow(), ended) == [Advance(contact_id="con_1", passed_on=what)]


@pytest.mark.parametrize(
    ("kind", "to", "waits"),
    [(TransferKind.BLIND, "", True), (TransferKind.WARM, "usr_sato", False)],
)
def test_a_transfer_says_who_has_the_customer_or_that_they_wait(
    kind: TransferKind, to: str, waits: bool
) -> None:
    transferred = ContactTransferred.model_validate(
        {
            "contact_id": "con_7",
            "operator_id": "usr_mori",
            "to_operator_id": "usr_sato",
            "kind": kind,
            "since": NOON,
        }
    )
    what = Advance.PassedOn(operator_id="usr_mori", to_operator_id=to, waits=waits)
    assert asked(RunFlow(), transferred) == [Advance(contact_id="con_7", passed_on=what)]


def test_a_waiting_customer_is_told_what_the_queue_says() -> None:
    told = WaitTold.model_validate(
        {"contact_id": "con_7", "position": 3, "wait_ms_estimate": 90_000}
    )
    what = Advance.WaitTold(position=3, wait_ms_estimate=90_000)
    assert asked(RunFlow(), told) == [Advance(contact_id="con_7", wait_told=what)]


def test_everything_about_a_contact_goes_out_in_order_whatever_it_comes_from() -> None:
    told = recorded("pool", WaitTold.model_validate({"contact_id": "con_7"}))
    started = recorded("con_7", TalkStarted.model_validate({"operator_id": "usr_mori"}))
    assert RunFlow().lane(told) == RunFlow().lane(started) == "con_7"


@pytest.mark.parametrize(
    ("rule", "policy"),
    [
        (None, call_events_pb2.RECORDING_POLICY_AFTER_GUIDANCE),
        (RecordingRule.ALL, call_events_pb2.RECORDING_POLICY_AFTER_GUIDANCE),
        (RecordingRule.NONE, call_events_pb2.RECORDING_POLICY_NONE),
        (RecordingRule.ON_ALERT, call_events_pb2.RECORDING_POLICY_ON_ALERT),
    ],
)
def test_a_call_is_answered_with_what_the_companys_rule_means_for_it(
    rule: RecordingRule | None, policy: call_events_pb2.RecordingPolicy.ValueType
) -> None:
    opened = EnquiryOpened.model_validate({"recording": rule})
    assert asked(PlaySteps(), opened) == [media.AnswerRequest(contact_id="con_1", record=policy)]


def test_a_call_that_we_placed_is_not_answered_by_us() -> None:
    opened = EnquiryOpened.model_validate({"previous_contact_id": "con_0"})
    assert asked(PlaySteps(), opened) == []


def test_asked_digits_are_personal_and_read_back_without_being_known() -> None:
    digits_asked = DigitsAsked.model_validate(
        {"play_id": "number.3", "prompt_sha256": "a", "digits_most": 11, "wait_ms": 5_000}
    )
    [asking] = asked(PlaySteps(), digits_asked)
    assert asking == media.PlayPromptRequest(
        contact_id="con_1",
        play_id="number.3",
        prompt_sha256=["a"],
        digits_max=11,
        first_digit_ms=5_000,
        next_digit_ms=5_000,
        sealed=True,
    )
    back = DigitsReadBack.model_validate(
        {
            "play_id": "number.4",
            "read_back_play_id": "number.3",
            "prompt_sha256": ("b",),
            "digit_sha256": tuple("0123456789"),
            "closing_sha256": ("c",),
            "wait_ms": 5_000,
        }
    )
    [reading] = asked(PlaySteps(), back)
    assert reading == media.PlayPromptRequest(
        contact_id="con_1",
        play_id="number.4",
        prompt_sha256=["b"],
        digits_max=1,
        first_digit_ms=5_000,
        read_back_play_id="number.3",
        digit_sha256=list("0123456789"),
        closing_sha256=["c"],
    )


def test_a_voicemail_is_a_long_wait_for_a_key_after_the_tone() -> None:
    entered = VoicemailEntered.model_validate(
        {"play_id": "voicemail.2", "prompt_sha256": ("a",), "longest_ms": 60_000}
    )
    assert asked(PlaySteps(), entered) == [
        media.PlayPromptRequest(
            contact_id="con_1",
            play_id="voicemail.2",
            prompt_sha256=["a"],
            digits_max=1,
            first_digit_ms=60_000,
        )
    ]


def test_music_is_played_again_and_again_and_an_offer_once() -> None:
    music = WaitEntered.model_validate({"play_id": "w1", "prompt_sha256": ("a",), "repeat": True})
    offer = WaitEntered.model_validate({"play_id": "w2", "prompt_sha256": ("b",), "wait_ms": 4_000})
    assert asked(PlaySteps(), music) == [
        media.PlayPromptRequest(contact_id="con_1", play_id="w1", prompt_sha256=["a"], repeat=True)
    ]
    assert asked(PlaySteps(), offer) == [
        media.PlayPromptRequest(
            contact_id="con_1",
            play_id="w2",
            prompt_sha256=["b"],
            digits_max=1,
            first_digit_ms=4_000,
        )
    ]


def test_a_call_back_is_asked_of_routing() -> None:
    wanted = CallbackEntered.model_validate(
        {"queue_id": "que_billing", "number_sealed": "box", "priority": 5}
    )
    assert asked(PlaySteps(), wanted) == [
        routing.RequestCallbackRequest(
            contact_id="con_1",
            client_id="cli_acme",
            queue_id="que_billing",
            number_sealed="box",
            priority=5,
        )
    ]


def test_a_transfer_out_is_asked_of_media_in_nobodys_name() -> None:
    entered = TransferOutEntered.model_validate({"number": "+81312345699", "ring_ms": 20_000})
    assert asked(PlaySteps(), entered) == [
        media.DialOutsideRequest(contact_id="con_1", number="+81312345699", ring_ms_max=20_000)
    ]


def test_a_call_out_that_was_refused_to_the_flow_lets_it_go_on() -> None:
    refusal = OutboundRefusal.NUMBER_NOT_ALLOWED
    said = {"refusal": refusal, "contact_id": "con_7"}
    gone = Advance.OutsideLegEnded(talked=False)
    refused = OutboundRefused.model_validate(said)
    assert asked(RunFlow(), refused) == [Advance(contact_id="con_7", outside_leg_ended=gone)]
    operators = OutboundRefused.model_validate({**said, "operator_id": "usr_mori"})
    assert asked(RunFlow(), operators) == []
    nobodys = OutboundRefused.model_validate({"refusal": refusal})
    assert asked(RunFlow(), nobodys) == []
