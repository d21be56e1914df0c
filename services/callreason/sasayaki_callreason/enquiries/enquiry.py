"""One contact's way through a flow, the reason for the call, and its wrap-up.

| state           | goes on by                         | ends as, when the call ends           |
|-----------------|------------------------------------|---------------------------------------|
| NotOpened       | Open, CallBack                     | LEFT_IN_GUIDANCE: there was no time   |
| Calling         | CustomerAnswered                   | NOT_REACHED                           |
| Playing         | PromptHeard                        | LEFT_IN_GUIDANCE until it was heard   |
| Asking          | DigitsPressed                      | once, then LEFT_IN_FLOW               |
| Collecting      | DigitsPressed                      | as Asking                             |
| ReadingBack     | DigitsPressed                      | as Asking                             |
| LeavingVoicemail| DigitsPressed                      | VOICEMAIL                             |
| PassingOut      | OutsideAnswered, OutsideEnded      | as Asking, TRANSFERRED_OUT after that |
| Queued          | StartTalk, TellWait, DigitsPressed | LEFT_IN_QUEUE                         |
| Ending          | -                                  | RELEASED                              |
| Talking         | HandOver, PassOn                   | WrappingUp                            |
| WrappingUp      | CompleteWrapUp, or its time limit  | HANDLED, by its reason WRONG_NUMBER   |
|                 |                                    | or PRANK; HANDLED_WITHOUT_WRAP_UP     |
| Over            | -                                  | -                                     |

Who has left a voicemail or wants to be called back ends as that, however they go. A call that a
supervisor has taken over goes on without its operator, who wraps up meanwhile. A call that a fault
of ours ended before anybody talked is LOST. A talk can begin in every state before Over, whatever
the flow thought it was doing; a second operator in a talk is a colleague who is consulted, and the
customer is theirs when the first has passed them on. What is repeated or comes too late decides to
nothing: the call's events are sent at least once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from sasayaki.callreason.v1.enquiry_events import (
    EVENTS,
    EnquiryEvent,
    EnquiryOpened,
    EnquiryOutcome,
    EnquiryPassedOn,
    EnquiryTaken,
    FlowEnded,
    ReasonStated,
    TransferOutReached,
    WrapUpAsked,
)
from sasayaki_callreason.enquiries import endings
from sasayaki_callreason.enquiries.commands import (
    CallBack,
    Command,
    CompleteWrapUp,
    ConfirmReason,
    CustomerAnswered,
    DigitsPressed,
    EndCall,
    HandOver,
    LapseWrapUp,
    Open,
    OutsideAnswered,
    OutsideEnded,
    PassOn,
    PromptHeard,
    Running,
    StartTalk,
    TellWait,
    TurnAway,
)
from sasayaki_callreason.enquiries.history import evolve
from sasayaki_callreason.enquiries.states import (
    Asking,
    Calling,
    Collecting,
    Facts,
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
from sasayaki_callreason.flows import waiting
from sasayaki_callreason.flows.parts import Ask, Route, Wait
from sasayaki_callreason.flows.place import (
    Answer,
    Collected,
    Confirmed,
    Finished,
    Heard,
    NotReached,
    Place,
    Pressed,
)
from sasayaki_callreason.flows.steps import enter, resume
from sasayaki_chassis.decider import Decider, Refused


def decide(state: State, command: Command, now: datetime) -> Sequence[EnquiryEvent]:
    """Read as a table: what each command does in the states where it does anything."""
    match state, command:
        case NotOpened(), Open():
            return _opened(command, now)
        case NotOpened(), CallBack():
            return _called_back(command)
        case NotOpened(), TurnAway():
            return (FlowEnded(step_id=""), endings.closed(state.facts, EnquiryOutcome.LOST))
        case Calling(facts), CustomerAnswered(step_id, running):
            return enter(_place(facts, running, now), step_id)
        case Playing(facts, step_id, play_id), PromptHeard(heard, running) if heard == play_id:
            return resume(_place(facts, running, now), step_id, Heard())
        case (
            (Asking() | Collecting() | ReadingBack() | LeavingVoicemail() | Queued()),
            DigitsPressed(play_id, _, running),
        ) if play_id == state.play_id:
            answer = _answer(state, command)
            return resume(_place(state.facts, running, now), state.step_id, answer)
        case Queued(facts, step_id, _, False), TellWait(running=running):
            return _told(_place(facts, running, now), step_id, command)
        case Queued(facts, step_id, ""), PassOn(waits=True, running=running):
            return _waits_again(_place(facts, running, now), step_id)
        case Queued(_, _, ""), PassOn(to_operator_id=to) if to:
            return (EnquiryTaken(operator_id=to),)
        case Talking(facts), PassOn(operator_id=operator_id) if operator_id == facts.operator_id:
            return _passed_on(facts, command, now)
        case PassingOut(_, step_id, False), OutsideAnswered():
            return (TransferOutReached(step_id=step_id),)
        case PassingOut(facts, step_id, False), OutsideEnded(running):
            return resume(_place(facts, running, now), step_id, NotReached())
        case PassingOut(_, step_id, True), OutsideEnded():
            return (FlowEnded(step_id=step_id),)
        case Talking() | WrappingUp() | Over(), StartTalk():
            return ()
        case _, StartTalk(operator_id):
            return (EnquiryTaken(operator_id=operator_id),)
        case Talking(facts), EndCall(wrap_up=wrap_up):
            return (WrapUpAsked(operator_id=facts.operator_id, respond_by=now + wrap_up),)
        case Talking(facts), HandOver(operator_id=operator_id, wrap_up=wrap_up) if (
            operator_id == facts.operator_id
        ):
            # The wrap-up does not wait for the call: its end changes nothing any more.
            return (WrapUpAsked(operator_id=operator_id, respond_by=now + wrap_up),)
        case WrappingUp() | Over(), EndCall():
            return ()
        case _, EndCall(lost=lost):
            assert not isinstance(state, Talking | WrappingUp | Over)
            return (endings.closed(state.facts, endings.left(state, lost=lost)),)
        case ((Talking() | WrappingUp()), ConfirmReason()):
            return endings.confirmed(state.facts, command)
        case WrappingUp(facts), CompleteWrapUp():
            return endings.completed(facts, command)
        case WrappingUp(facts), LapseWrapUp():
            return (endings.closed(facts, EnquiryOutcome.HANDLED_WITHOUT_WRAP_UP),)
        case Talking(facts), CompleteWrapUp(user_id=user_id):
            endings.check_own(facts, user_id)
            raise Refused("CALL_RUNS", "cannot complete: the talk is not known to be over")
        case _, (ConfirmReason() | CompleteWrapUp()):
            raise endings.too_soon_or_late(state, command)
        case _:
            return ()


def deadline(state: State) -> tuple[datetime, Command] | None:
    return (state.respond_by, LapseWrapUp()) if isinstance(state, WrappingUp) else None


def _opened(command: Open, now: datetime) -> tuple[EnquiryEvent, ...]:
    place = Place(
        flow=command.flow,
        now=now,
        language=command.flow.languages[0],
        caller_known=command.caller_known,
        dialled_number=command.dialled_number,
    )
    opened = EnquiryOpened(
        client_id=command.client_id,
        flow_id=command.flow.flow_id,
        flow_version=command.flow_version,
        dialled_number=command.dialled_number,
        language=place.language,
        caller_known=command.caller_known,
        recording=command.recording,
        caller_hash=command.caller_hash or None,
    )
    return (opened, *enter(place, command.flow.start))


def _called_back(command: CallBack) -> tuple[EnquiryEvent, ...]:
    opened = EnquiryOpened(
        client_id=command.client_id,
        flow_id=command.flow.flow_id,
        flow_version=command.flow_version,
        dialled_number=command.dialled_number,
        previous_contact_id=command.previous_contact_id,
        language=command.language,
        # We are calling it.
        caller_known=True,
        recording=command.recording,
        caller_hash=command.caller_hash or None,
    )
    if not command.reason_id:
        return (opened,)
    return (opened, ReasonStated(step_id="", reason_id=command.reason_id, key=""))


def _place(facts: Facts, running: Running, now: datetime) -> Place:
    return Place(
        flow=running.flow,
        now=now,
        plays=facts.plays,
        waits=facts.waits,
        language=facts.language,
        caller_known=facts.caller_known,
        dialled_number=facts.dialled_number,
        previous_contact_id=facts.previous_contact_id,
        opened=running.digits,
        sealed={given.name: given.sealed for given in facts.given if given.confirmed},
    )


def _answer(
    state: Asking | Collecting | ReadingBack | LeavingVoicemail | Queued, pressed: DigitsPressed
) -> Answer:
    """What keys mean where they were asked for."""
    match state:
        case Asking(attempt=attempt):
            return Pressed(pressed.digits, attempt)
        case Queued():
            return Pressed(pressed.digits, 1)
        case LeavingVoicemail():
            return Finished()
        case Collecting(attempt=attempt):
            return Collected(
                sealed=pressed.sealed,
                count=pressed.count,
                attempt=attempt,
                play_id=pressed.play_id,
            )
        case ReadingBack(facts, step_id, _, attempt):
            step = pressed.running.flow.steps[step_id]
            assert isinstance(step, Ask), "only asked digits are read back"
            given = next(given for given in facts.given if given.name == step.keep)
            return Confirmed(
                key=pressed.digits, sealed=given.sealed, count=given.count, attempt=attempt
            )
        case _:
            assert_never(state)


def _wait_of(place: Place, step_id: str) -> Wait | None:
    """What the flow has for those who wait where this one does."""
    step = place.flow.steps.get(step_id)
    return step.wait if isinstance(step, Route) else None


def _told(place: Place, step_id: str, command: TellWait) -> tuple[EnquiryEvent, ...]:
    wait = _wait_of(place, step_id)
    if wait is None:
        return ()
    return waiting.told(
        place,
        step_id,
        wait,
        position=command.position,
        wait_ms_estimate=command.wait_ms_estimate,
    )


def _passed_on(facts: Facts, command: PassOn, now: datetime) -> tuple[EnquiryEvent, ...]:
    passed = EnquiryPassedOn(operator_id=command.operator_id)
    if command.to_operator_id:
        return (passed, EnquiryTaken(operator_id=command.to_operator_id))
    if not command.waits:
        return (passed,)
    place = _place(facts, command.running, now)
    return (passed, *_waits_again(place, facts.route_step_id))


def _waits_again(place: Place, step_id: str) -> tuple[EnquiryEvent, ...]:
    wait = _wait_of(place, step_id)
    return () if wait is None else (waiting.music(place, step_id, wait),)


ENQUIRY: Decider[State, Command, EnquiryEvent] = Decider(
    stream="callreason.enquiry",
    initial=NotOpened(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
    partitions=12,
)
