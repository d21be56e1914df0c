"""What callreason asks of others, and of itself, when something has happened.

`RunFlow` turns what happens in a call into steps of its enquiry. `PlaySteps` turns the steps into
sound and queues. Both only look at the record before them, so they keep no memory; a repeat sends
the same request ids.
"""

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    EnquiryOpened,
    EnquiryRouted,
    FlowEnded,
    MenuEntered,
)
from sasayaki.event import Recorded
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

Advance = callreason.AdvanceEnquiryRequest


class RunFlow:
    """What happens in a call moves its enquiry."""

    name = "run-flow"
    topics: tuple[str, ...] = ("media.call",)

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        contact_id = record.subject
        match record.data:
            case CallArrived(dialled_number=number):
                yield callreason.OpenEnquiryRequest(contact_id=contact_id, dialled_number=number)
            case GuidancePlayed(play_id=play_id, outcome=PromptOutcome.COMPLETED):
                # Guidance that was cut short was not heard: the flow waits for the call's end.
                yield _heard(contact_id, play_id)
            case PromptPlayed(play_id=play_id, outcome=outcome) if (
                # Cut short by a key, or not playable: the customer is there, so the flow goes on.
                outcome is not PromptOutcome.HUNG_UP
            ):
                yield _heard(contact_id, play_id)
            case DigitsCollected(
                play_id=play_id,
                digits=digits,
                outcome=DigitsOutcome.COLLECTED | DigitsOutcome.TIMED_OUT,
            ):
                pressed = Advance.DigitsPressed(play_id=play_id, digits=digits)
                yield Advance(contact_id=contact_id, digits_pressed=pressed)
            case TalkStarted(operator_id=operator_id):
                started = Advance.TalkStarted(operator_id=operator_id)
                yield Advance(contact_id=contact_id, talk_started=started)
            case OperatorLegEnded(operator_id=operator_id, reason=LegEndReason.TAKEN_OVER):
                taken_over = Advance.TakenOver(operator_id=operator_id)
                yield Advance(contact_id=contact_id, taken_over=taken_over)
            case CallEnded(reason=reason):
                ended = Advance.CallEnded(lost=reason is CallEndReason.NODE_LOST)
                yield Advance(contact_id=contact_id, call_ended=ended)


class PlaySteps:
    """The steps of an enquiry become sound, a place in a queue, or the end of the call."""

    name = "play-steps"
    topics: tuple[str, ...] = ("callreason.enquiry",)
    # The customer hung up: `RunFlow` is about to hear of it.
    moot = frozenset(("CALL_ENDED", "CALL_ENDING"))

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        contact_id = record.subject
        match record.data:
            case EnquiryOpened():
                policy = call_events_pb2.RECORDING_POLICY_AFTER_GUIDANCE
                yield media.AnswerRequest(contact_id=contact_id, record=policy)
            case AnnouncementEntered(play_id=play_id, prompt_sha256=prompt, guidance=guidance):
                yield media.PlayPromptRequest(
                    contact_id=contact_id,
                    play_id=play_id,
                    prompt_sha256=[prompt],
                    guidance=guidance,
                )
            case MenuEntered(play_id=play_id, prompt_sha256=prompt, wait_ms=wait_ms):
                yield media.PlayPromptRequest(
                    contact_id=contact_id,
                    play_id=play_id,
                    prompt_sha256=[prompt],
                    digits_max=1,
                    first_digit_ms=wait_ms,
                )
            case EnquiryRouted() as routed:
                yield routing.QueueContactRequest(
                    contact_id=contact_id,
                    client_id=record.client_id or "",
                    queue_id=routed.queue_id,
                    required_skills=routed.required_skills,
                    priority=routed.priority,
                )
            case FlowEnded():
                yield media.HangUpRequest(contact_id=contact_id)


def _heard(contact_id: str, play_id: str) -> Message:
    return Advance(contact_id=contact_id, prompt_heard=Advance.PromptHeard(play_id=play_id))
