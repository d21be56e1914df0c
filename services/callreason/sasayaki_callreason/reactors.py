"""What callreason asks of others, and of itself, when something has happened.

`RunFlow` turns what happens in a call and in its queue into steps of its enquiry. `PlaySteps` turns
the steps into sound, queues and calls out. Each keeps at most what it needs of calls that have not
begun; a repeat sends the same request ids.
"""

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.client_events import RecordingRule
from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    CallbackEntered,
    DigitsAsked,
    DigitsReadBack,
    EnquiryOpened,
    EnquiryRouted,
    FlowEnded,
    MenuEntered,
    TransferOutEntered,
    VoicemailEntered,
    WaitEntered,
)
from sasayaki.event import Recorded
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
from sasayaki.media.v1.outbound_events import OutboundRefused
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import ContactTransferred, TransferKind, WaitTold
from sasayaki_chassis.reactor import Reactor

Advance = callreason.AdvanceEnquiryRequest

VOICEMAIL_DIGITS = 1
"""Any key ends a voicemail."""

RECORDED = {
    RecordingRule.NONE: call_events_pb2.RECORDING_POLICY_NONE,
    RecordingRule.ON_ALERT: call_events_pb2.RECORDING_POLICY_ON_ALERT,
}


class RunFlow(Reactor):
    """What happens in a call moves its enquiry; everything about one contact in order."""

    name = "run-flow"
    topics: tuple[str, ...] = ("media.call", "media.outbound", "routing.pool")

    def __init__(self) -> None:
        self._placed: set[str] = set()
        """Contacts that we call and that have not answered: at most as many as ring."""

    def lane(self, record: Recorded[Any]) -> str:
        return getattr(record.data, "contact_id", "") or record.subject

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        match record.data:
            case WaitTold(contact_id=contact_id) as told:
                waits = Advance.WaitTold(
                    position=told.position, wait_ms_estimate=told.wait_ms_estimate
                )
                yield Advance(contact_id=contact_id, wait_told=waits)
            case ContactTransferred(contact_id=contact_id) as transferred:
                blind = transferred.kind is TransferKind.BLIND
                passed = Advance.PassedOn(
                    operator_id=transferred.operator_id,
                    to_operator_id="" if blind else transferred.to_operator_id,
                    waits=blind,
                )
                yield Advance(contact_id=contact_id, passed_on=passed)
            case OutboundRefused(contact_id=contact_id, operator_id="") if contact_id:
                # A transfer out is the only call that a flow orders.
                yield _outside_ended(contact_id, talked=False)
            case _ if record.type.startswith("sasayaki.media.v1."):
                yield from self._of_the_call(record)

    def _of_the_call(self, record: Recorded[Any]) -> Iterable[Message]:
        contact_id = record.subject
        match record.data:
            case CallArrived(dialled_number=number, caller_hash=caller_hash):
                yield callreason.OpenEnquiryRequest(
                    contact_id=contact_id,
                    dialled_number=number,
                    caller_known=bool(caller_hash),
                    caller_hash=caller_hash,
                )
            case CallPlaced(
                from_number=number, previous_contact_id=previous, caller_hash=caller_hash
            ):
                self._placed.add(contact_id)
                yield callreason.OpenEnquiryRequest(
                    contact_id=contact_id,
                    dialled_number=number,
                    previous_contact_id=previous,
                    caller_known=True,
                    caller_hash=caller_hash,
                )
            case CallAnswered() if contact_id in self._placed:
                self._placed.discard(contact_id)
                yield Advance(contact_id=contact_id, customer_answered=Advance.CustomerAnswered())
            case GuidancePlayed(play_id=play_id, outcome=PromptOutcome.COMPLETED):
                # Guidance that was cut short was not heard: the flow waits for the call's end.
                yield _heard(contact_id, play_id)
            case PromptPlayed(play_id=play_id, outcome=outcome) if (
                # Cut short by a key, or not playable: the customer is there, so the flow goes on.
                outcome is not PromptOutcome.HUNG_UP
            ):
                yield _heard(contact_id, play_id)
            case (
                DigitsCollected(
                    outcome=DigitsOutcome.COLLECTED | DigitsOutcome.TIMED_OUT
                ) as collected
            ):
                pressed = Advance.DigitsPressed(
                    play_id=collected.play_id,
                    digits=collected.digits,
                    digits_sealed=collected.digits_sealed or "",
                    digits_count=collected.digits_count or 0,
                )
                yield Advance(contact_id=contact_id, digits_pressed=pressed)
            case TalkStarted(operator_id=""):
                yield Advance(contact_id=contact_id, outside_answered=Advance.OutsideAnswered())
            case TalkStarted(operator_id=operator_id):
                started = Advance.TalkStarted(operator_id=operator_id)
                yield Advance(contact_id=contact_id, talk_started=started)
            case OperatorLegEnded(operator_id="", reason=reason):
                yield _outside_ended(contact_id, talked=reason is LegEndReason.HUNG_UP)
            case OperatorLegEnded(operator_id=operator_id, reason=LegEndReason.TAKEN_OVER):
                taken_over = Advance.TakenOver(operator_id=operator_id)
                yield Advance(contact_id=contact_id, taken_over=taken_over)
            case OperatorLegEnded(operator_id=operator_id, reason=LegEndReason.TRANSFERRED):
                # The pool says the same; whoever is first, the next one's talk finds nobody in it.
                passed = Advance.PassedOn(operator_id=operator_id)
                yield Advance(contact_id=contact_id, passed_on=passed)
            case CallEnded(reason=reason):
                self._placed.discard(contact_id)
                ended = Advance.CallEnded(lost=reason is CallEndReason.NODE_LOST)
                yield Advance(contact_id=contact_id, call_ended=ended)


class PlaySteps(Reactor):
    """The steps of an enquiry become sound, a place in a queue, or the end of the call."""

    name = "play-steps"
    topics: tuple[str, ...] = ("callreason.enquiry",)
    # The customer hung up, or a person came first and is not to be talked over: `RunFlow` is about
    # to hear of it. It hears of a refused call out too.
    moot = frozenset(
        (
            "CALL_ENDED",
            "CALL_ENDING",
            "NOT_WAITING",
            "OPERATOR_ON_CALL",
            "OUTBOUND_REFUSED",
            "TAKEN_OVER",
        )
    )

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        contact_id = record.subject
        match record.data:
            case EnquiryOpened(recording=rule, previous_contact_id=previous) if not previous:
                policy = call_events_pb2.RECORDING_POLICY_AFTER_GUIDANCE
                policy = policy if rule is None else RECORDED.get(rule, policy)
                yield media.AnswerRequest(contact_id=contact_id, record=policy)
            case EnquiryRouted() as routed:
                yield routing.QueueContactRequest(
                    contact_id=contact_id,
                    client_id=record.client_id or "",
                    queue_id=routed.queue_id,
                    required_skills=routed.required_skills,
                    priority=routed.priority,
                    previous_contact_id=routed.previous_contact_id or "",
                )
            case CallbackEntered() as wanted:
                yield routing.RequestCallbackRequest(
                    contact_id=contact_id,
                    number_sealed=wanted.number_sealed,
                    client_id=record.client_id or "",
                    queue_id=wanted.queue_id,
                    required_skills=wanted.required_skills,
                    priority=wanted.priority,
                )
            case TransferOutEntered(number=number, ring_ms=ring_ms):
                yield media.DialOutsideRequest(
                    contact_id=contact_id, number=number, ring_ms_max=ring_ms or 0
                )
            case FlowEnded():
                yield media.HangUpRequest(contact_id=contact_id)
            case event:
                play = _play(event)
                if play is not None:
                    play.contact_id = contact_id
                    yield play


def _play(event: object) -> media.PlayPromptRequest | None:
    """What a step is heard as; None for one that is not heard."""
    match event:
        case AnnouncementEntered(play_id=play_id, prompt_sha256=prompt, guidance=guidance):
            return media.PlayPromptRequest(
                play_id=play_id, prompt_sha256=[prompt], guidance=guidance
            )
        case MenuEntered(play_id=play_id, prompt_sha256=prompt, wait_ms=wait_ms):
            return media.PlayPromptRequest(
                play_id=play_id, prompt_sha256=[prompt], digits_max=1, first_digit_ms=wait_ms
            )
        case DigitsAsked(play_id=play_id, prompt_sha256=prompt, wait_ms=wait_ms) as asked:
            return media.PlayPromptRequest(
                play_id=play_id,
                prompt_sha256=[prompt],
                digits_max=asked.digits_most,
                first_digit_ms=wait_ms,
                next_digit_ms=wait_ms,
                sealed=True,
            )
        case DigitsReadBack(play_id=play_id, wait_ms=wait_ms) as read_back:
            return media.PlayPromptRequest(
                play_id=play_id,
                prompt_sha256=read_back.prompt_sha256,
                digits_max=1,
                first_digit_ms=wait_ms,
                read_back_play_id=read_back.read_back_play_id,
                digit_sha256=read_back.digit_sha256,
                closing_sha256=read_back.closing_sha256,
            )
        case VoicemailEntered(play_id=play_id, prompt_sha256=prompts, longest_ms=longest_ms):
            return media.PlayPromptRequest(
                play_id=play_id,
                prompt_sha256=prompts,
                digits_max=VOICEMAIL_DIGITS,
                first_digit_ms=longest_ms,
            )
        case WaitEntered(play_id=play_id, prompt_sha256=prompts, wait_ms=wait_ms) as wait:
            return media.PlayPromptRequest(
                play_id=play_id,
                prompt_sha256=prompts,
                repeat=wait.repeat,
                digits_max=1 if wait_ms else 0,
                first_digit_ms=wait_ms,
            )
        case _:
            return None


def _heard(contact_id: str, play_id: str) -> Message:
    return Advance(contact_id=contact_id, prompt_heard=Advance.PromptHeard(play_id=play_id))


def _outside_ended(contact_id: str, *, talked: bool) -> Message:
    return Advance(contact_id=contact_id, outside_leg_ended=Advance.OutsideLegEnded(talked=talked))
