"""How an enquiry ends: left, wrapped up, or not to be wrapped up by this one, now."""

from typing import assert_never

from sasayaki.callreason.v1.enquiry_events import (
    EnquiryClosed,
    EnquiryEvent,
    EnquiryOutcome,
    FormAnswer,
    ReasonConfirmed,
)
from sasayaki_callreason.enquiries.commands import CompleteWrapUp, ConfirmReason
from sasayaki_callreason.enquiries.states import (
    Asking,
    Calling,
    Collecting,
    Ending,
    Facts,
    InFlow,
    LeavingVoicemail,
    NotOpened,
    Over,
    PassingOut,
    Playing,
    Queued,
    ReadingBack,
    State,
)
from sasayaki_chassis.decider import Refused


def left(state: InFlow, *, lost: bool) -> EnquiryOutcome:
    """How an enquiry ends whose call ended before an operator answered."""
    if state.facts.left_with is not None:
        return state.facts.left_with
    if lost:
        return EnquiryOutcome.LOST
    match state:
        case Queued():
            return EnquiryOutcome.LEFT_IN_QUEUE
        case Ending():
            return EnquiryOutcome.RELEASED
        case Calling():
            return EnquiryOutcome.NOT_REACHED
        case LeavingVoicemail():
            return EnquiryOutcome.VOICEMAIL
        case NotOpened() | Playing() | Asking() | Collecting() | ReadingBack() | PassingOut():
            heard = state.facts.guidance_heard
            return EnquiryOutcome.LEFT_IN_FLOW if heard else EnquiryOutcome.LEFT_IN_GUIDANCE
        case _:
            assert_never(state)


def closed(
    facts: Facts,
    outcome: EnquiryOutcome,
    *,
    reason_id: str = "",
    answers: tuple[FormAnswer, ...] = (),
) -> EnquiryClosed:
    """The enquiry's end, with this reason or the last that is known."""
    return EnquiryClosed(
        outcome=outcome,
        reason_id=reason_id or facts.reason_id,
        operator_id=facts.operator_id,
        answers=answers,
    )


def confirmed(facts: Facts, command: ConfirmReason) -> tuple[EnquiryEvent, ...]:
    """The reason as an operator or supervisor found it; ends nothing."""
    if command.own_only:
        check_own(facts, command.user_id)
    if command.reason_id == facts.confirmed_reason_id:
        return ()
    return (ReasonConfirmed(reason_id=command.reason_id, operator_id=command.user_id),)


def completed(facts: Facts, command: CompleteWrapUp) -> tuple[EnquiryEvent, ...]:
    """The operator's wrap-up ends the enquiry; raises Refused for anybody else's."""
    check_own(facts, command.user_id)
    reason_id = command.reason_id or facts.reason_id
    outcome = command.outcomes.get(reason_id, EnquiryOutcome.HANDLED)
    over = closed(facts, outcome, reason_id=command.reason_id, answers=command.answers)
    if command.reason_id in ("", facts.confirmed_reason_id):
        return (over,)
    said = ReasonConfirmed(reason_id=command.reason_id, operator_id=command.user_id)
    return (said, over)


def check_own(facts: Facts, user_id: str) -> None:
    """Raises Refused unless the contact is this operator's."""
    if facts.operator_id != user_id:
        raise Refused("NOT_YOUR_CONTACT", f"the contact's operator is not {user_id!r}")


def too_soon_or_late(state: State, command: ConfirmReason | CompleteWrapUp) -> Refused:
    """What to tell who confirms or completes where nothing is to be confirmed."""
    asked = type(command).__name__
    if isinstance(state, Over):
        return Refused("ENQUIRY_OVER", f"cannot {asked}: the enquiry is over")
    return Refused("NOT_TAKEN", f"cannot {asked}: no operator has talked")
