"""A customer calls after hours and leaves a voicemail; nobody's phone rings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from sasayaki_demo.bots import OPERATOR_HZ
from sasayaki_demo.checks import UNWANTED_DBFS, WANTED_DBFS, read_wav
from sasayaki_demo.morning import caller
from sasayaki_demo.morning.caller import Call, Customer
from sasayaki_demo.morning.ears import faults, seconds_with
from sasayaki_demo.morning.listening import BEEP_HZ
from sasayaki_demo.play import Floor
from sasayaki_demo.sound import level, read_packets

CLOSED_HZ = 1180.0
ASKED_HZ = 1480.0
SLACK_S = 0.3


@dataclass(frozen=True)
class LeftMessage:
    """A voicemail that took so many seconds to speak."""

    call: Call
    spoken_s: float


async def leave_message(at_work: Floor, customer: Customer, spoken_s: float) -> LeftMessage:
    """Calls, waits for the tone, speaks and hangs up."""
    call = await caller.call_in(at_work, customer)
    await customer.listening.beep(call.rx)
    await at_work.ledger.add({"act": "leave_message", "phone": customer.phone})
    await asyncio.sleep(spoken_s)
    await caller.hang_up(at_work, call)
    return LeftMessage(call, spoken_s)


def check(left: LeftMessage, recording: bytes) -> Iterator[str]:
    """The customer was told so and asked, met nobody, and every word is in the recording."""
    heard = read_packets(left.call.rx).samples()
    for hertz, what in ((CLOSED_HZ, "closed"), (ASKED_HZ, "asked"), (BEEP_HZ, "the tone")):
        if seconds_with(heard, hertz) < SLACK_S:
            yield f"voicemail: the customer did not hear {what}"
    yield from faults("voicemail, customer", heard, unwanted=(OPERATOR_HZ,))
    tracks, hertz = read_wav(recording), left.call.customer.hertz
    kept_s = seconds_with(tracks["customer"], hertz)
    if kept_s < left.spoken_s - SLACK_S:
        yield f"voicemail: {kept_s:.1f} s of {left.spoken_s:.1f} s are in the recording"
    spoken = tracks["customer"][-int(left.spoken_s * 8000 / 2) :]
    if level(spoken, hertz) < WANTED_DBFS:
        yield f"voicemail: the recording's end has the customer at {level(spoken, hertz):.1f} dBFS"
    if (other := level(tracks["operator"], hertz)) > UNWANTED_DBFS:
        yield f"voicemail: the operator's track has the customer at {other:.1f} dBFS"
