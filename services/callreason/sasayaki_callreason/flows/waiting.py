"""What a customer hears who waits in a queue."""

from sasayaki.callreason.v1.enquiry_events import WaitEntered
from sasayaki_callreason.flows.parts import Wait
from sasayaki_callreason.flows.place import Place
from sasayaki_callreason.flows.prompts import NUMBERS_MOST

WAITS_MOST = 500
"""Announcements in one wait; at the shortest pause, 5 s, that is 40 minutes. Then only music."""
MINUTE_MS = 60_000


def music(place: Place, step_id: str, wait: Wait) -> WaitEntered:
    """Music until somebody answers or there is something to say."""
    return WaitEntered(
        step_id=step_id,
        play_id=_play_id(place, step_id),
        prompt_sha256=(place.sound(wait.music),),
        repeat=True,
        wait_ms=0,
    )


def told(
    place: Place, step_id: str, wait: Wait, *, position: int, wait_ms_estimate: int | None
) -> tuple[WaitEntered, ...]:
    """How the customer stands, then the offer or music again; nothing when there is no word."""
    if place.waits >= WAITS_MOST:
        return ()
    prompts: tuple[str, ...] = ()
    if wait.position and 1 <= position <= NUMBERS_MOST:
        prompts += place.words("position_before", f"number_{position}", "position_after")
    if wait.minutes and wait_ms_estimate is not None:
        prompts += _minutes(place, wait_ms_estimate)
    if wait.offer is not None:
        return (
            WaitEntered(
                step_id=step_id,
                play_id=_play_id(place, step_id),
                prompt_sha256=(*prompts, place.sound(wait.offer.prompt)),
                repeat=False,
                wait_ms=wait.offer.wait_ms,
            ),
        )
    if not prompts:
        return ()
    again = music(place, step_id, wait)
    return (again.model_copy(update={"prompt_sha256": (*prompts, *again.prompt_sha256)}),)


def _minutes(place: Place, milliseconds: int) -> tuple[str, ...]:
    """Whole minutes, rounded up: nobody is promised less than was estimated."""
    minutes = max(1, -(-milliseconds // MINUTE_MS))
    if minutes > NUMBERS_MOST:
        return place.words("minutes_over")
    return place.words("minutes_before", f"number_{minutes}", "minutes_after")


def _play_id(place: Place, step_id: str) -> str:
    return f"{step_id}.wait{place.waits + 1}"
