"""What `demo --check` asserts of the morning's sound: one check for each scene."""

from __future__ import annotations

from sasayaki_demo.checks import Check, at_most
from sasayaki_demo.morning import (
    abandoned,
    callback,
    overflow,
    transfer,
    voicemail,
    wrong_number,
)
from sasayaki_demo.morning.play import Morning
from sasayaki_demo.people import Supervisor

SCENES = (
    "voicemail after hours",
    "abandoned in the queue",
    "overflow to the second team",
    "callback",
    "wrong number",
    "warm transfer",
)


async def check_morning(
    morning: Morning, supervisor: Supervisor, contacts: dict[str, str]
) -> list[Check]:
    """Returns the checks; `contacts` has each caller's contact id."""
    recording = await supervisor.recording(contacts[morning.message.call.customer.caller])
    told = (
        voicemail.check(morning.message, recording),
        abandoned.check(morning.gave_up),
        overflow.check(morning.overflowed),
        callback.check(morning.called_back),
        wrong_number.check(morning.astray),
        transfer.check(morning.transferred),
    )
    found = {scene: list(each) for scene, each in zip(SCENES, told, strict=True)}
    return [at_most(f"{scene}: faults", len(each), 0, 1, each) for scene, each in found.items()]
