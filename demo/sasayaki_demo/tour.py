"""The demo that people watch: customers with recorded voices call, supervisors drop in."""

from __future__ import annotations

import asyncio
import wave
from contextlib import suppress
from itertools import count
from pathlib import Path

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import Customer
from sasayaki_demo.endpoints import Endpoints
from sasayaki_demo.live import show
from sasayaki_demo.people import connected
from sasayaki_demo.play import Floor, Voices, floor, play
from sasayaki_demo.scenes import TALKS, play_scenes

NUMBERS = ("0312345678", "0312345679")
KEYS = "123"
TALK_S = 18.0
AGAIN_S = 8.0
HOLD_S = 2.0
PAUSE_S = 3.0


def seconds(prompt: Path) -> float:
    """Returns the length of a WAV file."""
    with wave.open(str(prompt)) as file:
        return float(file.getnframes() / file.getframerate())


async def tour(
    endpoints: Endpoints, softphone: Path, folder: Path, prompts: Path, *, calls: int
) -> None:
    """Plays rounds of `calls` calls and shows them, until cancelled."""
    voice = {"wav": str(prompts / "ja" / "menu.wav")}
    voices = Voices(voice, {"wav": str(prompts / "ja" / "guidance.wav")}, voice)
    async with connected(endpoints) as services:
        async with floor(services, endpoints, softphone, folder, voices) as at_work:
            print(
                f"\n{calls} customers call at once, round after round; Ctrl-C ends it."
                f"\nCall in yourself: any SIP phone, sip:{NUMBERS[0]}@{endpoints.sip},"
                " press 1, 2 or 3 after the guidance.\n"
            )
            watching = asyncio.create_task(show(endpoints.kafka))
            try:
                for number in count():
                    await _round(at_work, number, calls, seconds(prompts / "ja" / "guidance.wav"))
                    await asyncio.sleep(PAUSE_S)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching


async def _round(at_work: Floor, number: int, calls: int, guidance_s: float) -> None:
    """Some calls at once; from five on the scenes are played among them."""

    def customer(n: int, talk_s: float) -> Customer:
        return Customer(
            f"r{number}c{n}",
            f"+81902{number % 1000:03}{n:04}",
            NUMBERS[n % 2],
            key=KEYS[n % 3],
            talk_s=talk_s,
            key_after_s=guidance_s + 1.0,
        )

    customers = [customer(n, TALK_S) for n in range(calls)]
    if calls < TALKS:
        await play(at_work, customers, supervisions=min(3, calls), hold_s=HOLD_S)
        return
    await play_scenes(at_work, customers, customer(calls, AGAIN_S), hold_s=HOLD_S)
    for person in at_work.operators.values():
        await person.set_state(pool_pb.OPERATOR_STATE_READY)
