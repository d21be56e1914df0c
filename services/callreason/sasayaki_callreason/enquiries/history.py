"""What an enquiry's events did to it."""

from dataclasses import replace
from typing import assert_never

from sasayaki.callreason.v1.client_events import RecordingRule
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
    ReasonConfirmed,
    ReasonStated,
    TransferOutEntered,
    TransferOutFailed,
    TransferOutReached,
    VoicemailEntered,
    VoicemailLeft,
    WaitEntered,
    WrapUpAsked,
)
from sasayaki_callreason.enquiries.states import (
    Asking,
    Calling,
    Collecting,
    Ending,
    Facts,
    Given,
    LeavingVoicemail,
    NotOpened,
    Over,
    PassingOut,
    Playing,
    Queued,
    ReadingBack,
    State,
    Talking,
    WrappingUp,
)


def evolve(state: State, event: EnquiryEvent) -> State:
    facts = state.facts
    match event:
        case EnquiryOpened():
            return _opened(facts, event)
        case AnnouncementEntered(step_id=step_id, play_id=play_id, guidance=guidance):
            return Playing(_entered(state, step_id, plays=1), step_id, play_id, guidance)
        case MenuEntered(step_id=step_id, play_id=play_id, attempt=attempt):
            entered = _entered(state, step_id, plays=1, again=attempt > 1)
            return Asking(entered, step_id, play_id, attempt)
        case DigitsAsked(step_id=step_id, play_id=play_id, attempt=attempt):
            entered = _entered(state, step_id, plays=1, again=attempt > 1)
            return Collecting(entered, step_id, play_id, attempt)
        case DigitsReadBack(step_id=step_id, play_id=play_id):
            attempt = state.attempt if isinstance(state, Collecting) else 1
            entered = _entered(state, step_id, plays=1, again=True)
            return ReadingBack(entered, step_id, play_id, attempt)
        case DigitsKept():
            return replace(state, facts=_kept(facts, event))
        case HoursLookedUp(step_id=step_id) | BranchTaken(step_id=step_id):
            return replace(state, facts=_entered(state, step_id))
        case LanguageSet(step_id=step_id, language=language):
            again = facts.path[-1:] == (step_id,)
            entered = _entered(state, step_id, again=again)
            return replace(state, facts=replace(entered, language=language))
        case ReasonStated(step_id=step_id, reason_id=reason_id, key=key):
            # With a key the step is the menu, which was entered; without one it states and goes on.
            entered = _entered(state, step_id, again=bool(key))
            return replace(state, facts=replace(entered, stated_reason_id=reason_id))
        case VoicemailEntered(step_id=step_id, play_id=play_id):
            again = facts.path[-1:] == (step_id,)
            return LeavingVoicemail(
                _entered(state, step_id, plays=1, again=again), step_id, play_id
            )
        case VoicemailLeft():
            return replace(state, facts=replace(facts, left_with=EnquiryOutcome.VOICEMAIL))
        case TransferOutEntered(step_id=step_id):
            return PassingOut(_entered(state, step_id), step_id, reached=False)
        case TransferOutReached(step_id=step_id):
            outside = replace(facts, left_with=EnquiryOutcome.TRANSFERRED_OUT)
            return PassingOut(outside, step_id, reached=True)
        case TransferOutFailed():
            return state
        case CallbackEntered(step_id=step_id):
            entered = _entered(state, step_id)
            wanted = EnquiryOutcome.CALLBACK
            return replace(
                state, facts=replace(entered, callback_step_id=step_id, left_with=wanted)
            )
        case EnquiryRouted(step_id=step_id):
            return Queued(replace(_entered(state, step_id), route_step_id=step_id), step_id)
        case WaitEntered(step_id=step_id, play_id=play_id, wait_ms=wait_ms):
            return Queued(replace(facts, waits=facts.waits + 1), step_id, play_id, wait_ms > 0)
        case FlowEnded(step_id=step_id):
            return Ending(_entered(state, step_id))
        case EnquiryTaken(operator_id=operator_id):
            return Talking(replace(facts, operator_id=operator_id, left_with=None))
        case EnquiryPassedOn():
            return Queued(replace(facts, operator_id=""), facts.route_step_id)
        case WrapUpAsked(respond_by=respond_by):
            return WrappingUp(facts, respond_by)
        case ReasonConfirmed(reason_id=reason_id):
            return replace(state, facts=replace(facts, confirmed_reason_id=reason_id))
        case EnquiryClosed(outcome=outcome, answers=answers):
            return Over(facts, outcome, answers)
        case _:
            assert_never(event)


def _opened(facts: Facts, event: EnquiryOpened) -> State:
    known = replace(
        facts,
        client_id=event.client_id,
        flow_id=event.flow_id,
        flow_version=event.flow_version,
        dialled_number=event.dialled_number,
        # Enquiries from before it was noted: nobody asked.
        caller_known=event.caller_known is not False,
        caller_hash=event.caller_hash or "",
        language=event.language or "",
        previous_contact_id=event.previous_contact_id or "",
        recording=event.recording or RecordingRule.ALL,
    )
    return Calling(known) if known.previous_contact_id else NotOpened(known)


def _entered(state: State, step_id: str, *, plays: int = 0, again: bool = False) -> Facts:
    """The facts one step further. Whoever leaves the guidance by the flow has heard it."""
    facts = state.facts
    heard = facts.guidance_heard or (isinstance(state, Playing) and state.guidance)
    path = facts.path if again or not step_id else (*facts.path, step_id)
    return replace(facts, path=path, plays=facts.plays + plays, guidance_heard=heard)


def _kept(facts: Facts, event: DigitsKept) -> Facts:
    given = Given(
        name=event.name,
        sealed=event.digits_sealed,
        count=event.digits_count,
        confirmed=event.confirmed,
    )
    others = tuple(other for other in facts.given if other.name != event.name)
    return replace(facts, given=(*others, given))
