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


async def check_morning(
    morning: Morning, supervisor: Supervisor, contacts: dict[str, str]
) -> list[Check]:
    """Returns the checks; `contacts` has each caller's contact id."""
    recording = await supervisor.recording(contacts[morning.message.call.customer.caller])
    told = {
        "voicemail after hours": voicemail.check(morning.message, recording),
        "abandoned in the queue": abandoned.check(morning.gave_up),
        "overflow to the second team": overflow.check(morning.overflowed),
        "callback": callback.check(morning.called_back),
        "wrong number": wrong_number.check(morning.astray),
        "warm transfer": transfer.check(morning.transferred),
    }
    found = {name: list(complaints) for name, complaints in told.items()}
    return [at_most(f"{name}: faults", len(each), 0, 1, each) for name, each in found.items()]
