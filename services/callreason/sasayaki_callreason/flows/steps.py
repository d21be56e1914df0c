"""What entering a step makes happen, and where an answer leads from it.

`enter` and `resume` have one arm per kind of step. Both are pure: the play that is ordered and
the route that is taken are events, which `reactors.py` turns into requests.
"""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    EnquiryEvent,
    EnquiryRouted,
    FlowEnded,
    MenuEntered,
    ReasonStated,
)
from sasayaki_callreason.flows.flow import Announce, Flow, HangUp, Menu, Route

PLAYS_MOST = 100
"""Plays in one enquiry; a caller who goes round a menu more often is let go."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The prompt was heard to its end."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys came in the menu's `attempt`, or none in time."""

    digits: str
    attempt: int


Answer: TypeAlias = Heard | Pressed


def enter(flow: Flow, step_id: str, *, plays: int, attempt: int = 1) -> tuple[EnquiryEvent, ...]:
    """What happens when the customer comes to a step after `plays` plays."""
    step = flow.steps[step_id]
    if plays >= PLAYS_MOST and isinstance(step, Announce | Menu):
        return (FlowEnded(step_id=step_id),)
    play_id = f"{step_id}.{plays + 1}"
    match step:
        case Announce():
            return (
                AnnouncementEntered(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=step.prompt,
                    guidance=step.guidance,
                ),
            )
        case Menu():
            return (
                MenuEntered(
                    step_id=step_id,
                    play_id=play_id,
                    prompt_sha256=step.prompt,
                    attempt=attempt,
                    wait_ms=step.wait_ms,
                ),
            )
        case Route():
            return (
                EnquiryRouted(
                    step_id=step_id,
                    queue_id=step.queue,
                    required_skills=step.skills,
                    priority=step.priority,
                ),
            )
        case HangUp():
            return (FlowEnded(step_id=step_id),)
        case _:
            assert_never(step)


def resume(flow: Flow, step_id: str, answer: Answer, *, plays: int) -> tuple[EnquiryEvent, ...]:
    """Where an answer leads from a step; an answer that the step did not ask for leads nowhere."""
    match flow.steps[step_id], answer:
        case Announce() as step, Heard():
            return enter(flow, step.next, plays=plays)
        case Menu() as step, Pressed():
            return _chosen(flow, step_id, step, answer, plays=plays)
        case _:
            return ()


def _chosen(
    flow: Flow, step_id: str, menu: Menu, pressed: Pressed, *, plays: int
) -> tuple[EnquiryEvent, ...]:
    choice = menu.keys.get(pressed.digits)
    if choice is not None:
        stated = ReasonStated(step_id=step_id, reason_id=choice.reason or "", key=pressed.digits)
        following = enter(flow, choice.next, plays=plays)
        return (stated, *following) if choice.reason else following
    if pressed.attempt < menu.attempts:
        return enter(flow, step_id, plays=plays, attempt=pressed.attempt + 1)
    return enter(flow, menu.otherwise, plays=plays)
