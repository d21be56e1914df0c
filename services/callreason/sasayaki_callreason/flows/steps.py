"""What entering a step makes happen, and where an answer leads from it.

`enter` and `resume` have one arm per kind of step. Both are pure: the play that is ordered and
the route that is taken are events, which `reactors.py` turns into requests. Steps that wait for
nobody are gone through at once, up to the first that does.
"""

from dataclasses import replace
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    BranchTaken,
    CallbackEntered,
    DigitsAsked,
    DigitsKept,
    DigitsReadBack,
    EnquiryEvent,
    EnquiryRouted,
    FlowEnded,
    HoursLookedUp,
    LanguageSet,
    MenuEntered,
    ReasonStated,
    TransferOutEntered,
    TransferOutFailed,
    VoicemailEntered,
    VoicemailLeft,
)
from sasayaki_callreason.flows import waiting
from sasayaki_callreason.flows.hours import is_open
from sasayaki_callreason.flows.parts import (
    Announce,
    Ask,
    Branch,
    Callback,
    HangUp,
    Hours,
    Menu,
    Route,
    SetLanguage,
    SetReason,
    TransferOut,
    Voicemail,
    Wait,
)
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
from sasayaki_callreason.flows.prompts import DIGITS

PLAYS_MOST = 100
"""Plays in one enquiry; a caller who goes round a menu more often is let go."""

Events: TypeAlias = tuple[EnquiryEvent, ...]


def enter(place: Place, step_id: str, *, attempt: int = 1) -> Events:
    """What happens when the customer comes to a step."""
    step = place.flow.steps[step_id]
    if place.plays >= PLAYS_MOST and isinstance(step, Announce | Menu | Ask | Voicemail):
        return (FlowEnded(step_id=step_id),)
    play_id = f"{step_id}.{place.plays + 1}"
    match step:
        case Announce():
            return (
                AnnouncementEntered(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=place.sound(step.prompt),
                    guidance=step.guidance,
                ),
            )
        case Menu():
            prompt = step.again if attempt > 1 and step.again is not None else step.prompt
            return (
                MenuEntered(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=place.sound(prompt),
                    attempt=attempt,
                    wait_ms=step.wait_ms,
                ),
            )
        case Ask():
            prompt = step.again if attempt > 1 and step.again is not None else step.prompt
            return (
                DigitsAsked(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=place.sound(prompt),
                    attempt=attempt,
                    digits_most=step.digits_most,
                    wait_ms=step.wait_ms,
                ),
            )
        case Hours():
            opened, because = is_open(step.calendar, place.now)
            looked_up = HoursLookedUp(step_id=step_id, open=opened, because=because)
            return (looked_up, *enter(place, step.open if opened else step.closed))
        case Branch():
            following = _branch(place, step)
            taken = BranchTaken(step_id=step_id, next_step_id=following)
            return (taken, *enter(place, following))
        case SetReason():
            stated = ReasonStated(step_id=step_id, reason_id=step.reason, key="")
            return (stated, *enter(place, step.next))
        case SetLanguage():
            spoken = LanguageSet(step_id=step_id, language=step.language)
            return (spoken, *enter(replace(place, language=step.language), step.next))
        case Voicemail():
            # The prompt by itself first: whoever hangs up during it has left nothing.
            prompt_sha256 = place.sound(step.prompt)
            return (
                AnnouncementEntered(
                    step_id=step_id, play_id=play_id, prompt_sha256=prompt_sha256, guidance=False
                ),
            )
        case TransferOut():
            return (TransferOutEntered(step_id=step_id, number=step.number, ring_ms=step.ring_ms),)
        case Callback():
            return _call_back(place, step_id, step)
        case Route():
            return _routed(place, step_id, step)
        case HangUp():
            return (FlowEnded(step_id=step_id),)
        case _:
            assert_never(step)


def resume(place: Place, step_id: str, answer: Answer) -> Events:
    """Where an answer leads from a step; an answer that the step did not ask for leads nowhere."""
    match place.flow.steps[step_id], answer:
        case Announce() as step, Heard():
            return enter(place, step.next)
        case Menu() as step, Pressed():
            return _chosen(place, step_id, step, answer)
        case Ask() as step, Collected():
            return _collected(place, step_id, step, answer)
        case Ask() as step, Confirmed():
            return _confirmed(place, step_id, step, answer)
        case Voicemail() as step, Heard():
            play_id = f"{step_id}.{place.plays + 1}"
            return (
                VoicemailEntered(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=(place.sound(step.tone),),
                    longest_ms=step.longest_ms,
                ),
            )
        case Route(wait=Wait() as wait), Pressed():
            offer = wait.offer
            if offer is not None and answer.digits == offer.key:
                return enter(place, offer.next)
            return (waiting.music(place, step_id, wait),)
        case Voicemail() as step, Finished():
            left = VoicemailLeft(step_id=step_id, queue_id=step.queue)
            return (left, *enter(place, step.next))
        case TransferOut() as step, NotReached():
            return (TransferOutFailed(step_id=step_id), *enter(place, step.otherwise))
        case _:
            return ()


def _chosen(place: Place, step_id: str, menu: Menu, pressed: Pressed) -> Events:
    choice = menu.keys.get(pressed.digits)
    if choice is None:
        if pressed.attempt < menu.attempts:
            return enter(place, step_id, attempt=pressed.attempt + 1)
        return enter(place, menu.otherwise)
    events: Events = ()
    if choice.reason:
        events += (ReasonStated(step_id=step_id, reason_id=choice.reason, key=pressed.digits),)
    if choice.language:
        events += (LanguageSet(step_id=step_id, language=choice.language),)
        place = replace(place, language=choice.language)
    return (*events, *enter(place, choice.next))


def _collected(place: Place, step_id: str, ask: Ask, given: Collected) -> Events:
    if not ask.digits_least <= given.count <= ask.digits_most:
        return _asked_again(place, step_id, ask, given.attempt)
    kept = DigitsKept(
        step_id=step_id,
        name=ask.keep,
        digits_sealed=given.sealed,
        digits_count=given.count,
        confirmed=False,
    )
    if ask.read_back is None:
        return (kept, *enter(place, ask.next))
    read_back = DigitsReadBack(
        step_id=step_id,
        play_id=f"{step_id}.{place.plays + 1}",
        read_back_play_id=given.play_id,
        prompt_sha256=(place.sound(ask.read_back.before),),
        digit_sha256=place.words(*DIGITS),
        closing_sha256=(place.sound(ask.read_back.after),),
        wait_ms=ask.wait_ms,
    )
    return (kept, read_back)


def _confirmed(place: Place, step_id: str, ask: Ask, given: Confirmed) -> Events:
    assert ask.read_back is not None, "digits were read back that never are"
    if given.key != ask.read_back.confirm:
        return _asked_again(place, step_id, ask, given.attempt)
    kept = DigitsKept(
        step_id=step_id,
        name=ask.keep,
        digits_sealed=given.sealed,
        digits_count=given.count,
        confirmed=True,
    )
    place = replace(place, sealed={**place.sealed, ask.keep: given.sealed})
    return (kept, *enter(place, ask.next))


def _asked_again(place: Place, step_id: str, ask: Ask, attempt: int) -> Events:
    if attempt < ask.attempts:
        return enter(place, step_id, attempt=attempt + 1)
    return enter(place, ask.otherwise)


def _branch(place: Place, branch: Branch) -> str:
    match branch.by:
        case "language":
            return branch.ways.get(place.spoken, branch.otherwise)
        case "caller":
            known = "known" if place.caller_known else "withheld"
            return branch.ways.get(known, branch.otherwise)
        case "dialled":
            value = place.dialled_number
        case "digits":
            value = place.opened.get(branch.name or "", "")
        case _:
            assert_never(branch.by)
    fitting = [beginning for beginning in branch.ways if value.startswith(beginning)]
    return branch.ways[max(fitting, key=len)] if fitting else branch.otherwise


def _call_back(place: Place, step_id: str, step: Callback) -> Events:
    number = place.sealed.get(step.digits, "") if step.digits else ""
    if not number and not place.caller_known:
        return enter(place, step.otherwise)
    wanted = CallbackEntered(
        step_id=step_id,
        queue_id=step.queue,
        required_skills=step.skills,
        priority=step.priority,
        number_sealed=number,
    )
    return (wanted, *enter(place, step.next))


def _routed(place: Place, step_id: str, step: Route) -> Events:
    routed = EnquiryRouted(
        step_id=step_id,
        queue_id=step.queue,
        required_skills=step.skills,
        priority=step.priority,
        previous_contact_id=place.previous_contact_id or None,
    )
    if step.wait is None:
        return (routed,)
    return (routed, waiting.music(place, step_id, step.wait))
