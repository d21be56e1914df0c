"""The demo that people watch: customers with recorded voices call, supervisors drop in."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count
from pathlib import Path

from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki_demo.bots import Customer
from sasayaki_demo.endpoints import Endpoints
from sasayaki_demo.live import show
from sasayaki_demo.morning.listening import ByTime, seconds
from sasayaki_demo.morning.play import Town, play_morning
from sasayaki_demo.people import connected
from sasayaki_demo.play import Floor, Voices, floor, play
from sasayaki_demo.scenes import TALKS, play_scenes

NUMBERS = ("0312345678", "0312345679")
KEYS = "123"
ENGLISH_KEY = "2"
"""Of the second number, which asks for a language first."""
TALK_S = 24.0
"""Longer than the longest scene, which takes nine times `HOLD_S` and some moments."""
AGAIN_S = 8.0
HOLD_S = 2.0
PAUSE_S = 3.0
NIGHT_NUMBER = "0312345677"
MORNING_EVERY = 3
"""Rounds from one small morning to the next; the first has one."""


async def tour(
    endpoints: Endpoints,
    softphone: Path,
    folder: Path,
    prompts: Path,
    *,
    calls: int,
    rounds: int | None,
) -> None:
    """Plays rounds of `calls` calls and shows them, so many or until cancelled."""
    voice = {"wav": str(prompts / "ja" / "menu.wav")}
    voices = Voices(voice, {"wav": str(prompts / "ja" / "guidance.wav")}, voice)
    async with connected(endpoints) as services:
        async with floor(services, endpoints, softphone, folder, voices) as at_work:
            print(
                f"\n{calls} customers call at once, {_times(rounds)}; Ctrl-C ends it."
                f"\nListen yourself: http://{endpoints.gateway}, one click signs you in: 斎藤 望,"
                " manager;\n“Listen with this browser”, click somebody who talks; W whispers."
                f"\nCall in yourself: any SIP phone, sip:{NUMBERS[0]}@{endpoints.sip},"
                " press 1, 2 or 3 after the guidance.\n"
            )
            acme, hana = (ByTime(prompts, language) for language in ("ja", "en"))
            town = Town(*NUMBERS, NIGHT_NUMBER, "3", "3", acme, hana, ENGLISH_KEY)
            watching = asyncio.create_task(show(endpoints.kafka))
            try:
                for number in count() if rounds is None else range(rounds):
                    await _round(at_work, number, calls, seconds(prompts / "ja" / "guidance.wav"))
                    await asyncio.sleep(PAUSE_S)
                    if number % MORNING_EVERY == 0:
                        await play_morning(at_work, town, serial=number)
                        await _ready_again(at_work)
            finally:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching


def _times(rounds: int | None) -> str:
    return "round after round" if rounds is None else f"rounds: {rounds}"


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
            language_key=ENGLISH_KEY if n % 2 else "",
        )

    customers = [customer(n, TALK_S) for n in range(calls)]
    if calls < TALKS:
        await play(at_work, customers, supervisions=min(3, calls), hold_s=HOLD_S)
        return
    await play_scenes(at_work, customers, customer(calls, AGAIN_S), hold_s=HOLD_S)
    await _ready_again(at_work)


async def _ready_again(at_work: Floor) -> None:
    """Brings everybody back, first those whose last talk is longest ago: calls go round the floor.

    Who was followed never left, and would always be the first to get a call.
    """
    latest = {talk["phone"]: n for n, talk in enumerate(at_work.talks(0))}
    for user in sorted(at_work.operators, key=lambda user: latest.get(user, -1)):
        await at_work.operators[user].set_state(pool_pb.OPERATOR_STATE_AWAY)
        await at_work.operators[user].set_state(pool_pb.OPERATOR_STATE_READY)
