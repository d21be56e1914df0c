"""Who waits is told how they stand; who is called back or handed on outside, is, on real phones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path

import numpy as np
from tests.e2e.centre import ANSWERS, OFF, READY, WRAP_UP, Centre, centre
from tests.harness.running import Running

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, OTHER_CUSTOMER_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import settled
from sasayaki_demo.judge.case import Case
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.morning.ears import Stretch, faults
from sasayaki_demo.phones import OUTSIDE
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import RATE, Samples, read_packets

OPERATOR, SUPERVISOR = "usr_op01", "usr_sv01"
NUMBER = "0312345673"
SPECIALIST = "81312345699"
OFFER, ASKED, BEFORE, AFTER, THANKED = 960.0, 1000.0, 1640.0, 1640.0, 1600.0
POSITION, MINUTES = (540.0, 560.0), (580.0, 600.0)
WISHED = "0312345698"
"""No digit twice in a row: each is a tone, and two of one tone would sound like one."""
WINDOW, STEP = 800, 160
HANN = np.hanning(WINDOW)
CLEAR, LOUD = 3.0, 0.1
"""Against the next tone, and of full scale."""
BUSY = 486
HEARD_S = 20.0


def number(n: int) -> float:
    """The tone that stands for a place or for minutes."""
    return 2000.0 + 20 * n


def digit(key: str) -> float:
    """The tone that stands for a digit that is read back."""
    return 1800.0 + 20 * int(key)


WORDS = (OFFER, ASKED, BEFORE, THANKED, *POSITION, *MINUTES, *map(number, range(1, 21)))
VOCABULARY = sorted({*WORDS, *(digit(key) for key in "0123456789")})
PLACES = [round(hertz * WINDOW / RATE) for hertz in VOCABULARY]


def spoken(samples: Samples) -> list[float]:
    """The tones of the vocabulary that are heard one after the other.

    Each is a whole number of the windows' 10 Hz, and 20 Hz from the next: under a Hann window
    neighbours do not meet.
    """
    if len(samples) < WINDOW:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP] * HANN
    levels = np.abs(np.fft.rfft(windows))[:, PLACES] * 2 / HANN.sum()
    order = np.sort(levels)
    clear = (order[:, -1] > LOUD) & (order[:, -1] > CLEAR * order[:, -2])
    heard = (VOCABULARY[place] for place in levels.argmax(axis=1)[clear])
    return [hertz for hertz, _ in groupby(heard)]


async def says(capture: Path, *words: float) -> None:
    """Returns when a phone has heard these tones, one right after the other."""
    told: list[float] = []
    try:
        async with asyncio.timeout(HEARD_S):
            while True:
                told = spoken(read_packets(capture).samples())
                if any(told[i : i + len(words)] == list(words) for i in range(len(told))):
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{capture.name}: {words} not in {told}") from None


async def test_who_waits_is_told_place_and_time_and_is_called_back_until_they_answer(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at, outside(at):
        await at.operator(OPERATOR)
        await at.operators[OPERATOR].set_state(OFF)
        waiting = {}
        for place in (1, 2, 3):
            name = f"waits{place}"
            begun = await at.customer(name, f"+8190800000{place:02}", number=NUMBER)
            waiting[name] = Path(begun["rx"])
            await at.phones.do("dtmf", phone=name, digits="1")
            await says(waiting[name], POSITION[0], number(place), POSITION[1])
        since = at.phones.position
        await at.operators[OPERATOR].set_state(READY)
        for name, rx in waiting.items():
            talk = await at.phones.wait(OPERATOR, "established", since=since, within_s=HEARD_S)
            since = at.phones.position
            await hears(rx, OPERATOR_HZ)
            await at.talk_is_known(talk["contact_id"], SUPERVISOR)
            await at.hang_up(name)
            await at.desk_shows(OPERATOR, WRAP_UP)
            await at.operators[OPERATOR].complete_wrap_up(talk["contact_id"], ANSWERS)
        await at.desk_shows(OPERATOR, READY)
        await at.operators[OPERATOR].set_state(OFF)

        # The wait is known by now, the number is read back digit by digit.
        begun = await at.customer("back", "+819080000009", number=NUMBER)
        rx = Path(begun["rx"])
        await at.phones.do("dtmf", phone="back", digits="1")
        place = (POSITION[0], number(1), POSITION[1])
        await says(rx, *place, MINUTES[0], number(1), MINUTES[1], OFFER)
        await at.ledger.add({"act": "ask_for_call_back", "phone": "back"})
        since = at.phones.position
        await at.phones.do("dtmf", phone="back", digits="1")
        await says(rx, ASKED)
        await at.phones.do("dtmf", phone="back", digits=f"{WISHED}#")
        await says(rx, BEFORE, *map(digit, WISHED), AFTER)
        await at.phones.do("dtmf", phone="back", digits="1")
        await says(rx, THANKED)
        await at.phones.wait("back", "hungup", since=since)

        # Busy the first time; tried again after the queue's pause.
        since = at.phones.position
        await at.operators[OPERATOR].set_state(READY)
        rung = await at.phones.wait(OUTSIDE, "ringing", since=since, within_s=HEARD_S)
        assert rung["to"].removeprefix("+") == f"81{WISHED[1:]}"
        await at.phones.do("reject", phone=OUTSIDE, code=BUSY)
        since = at.phones.position
        await at.phones.wait(OUTSIDE, "ringing", since=since, within_s=HEARD_S)
        await at.phones.do("answer", phone=OUTSIDE, sound={"tone": OTHER_CUSTOMER_HZ})
        await _both_hear(at, since, OUTSIDE, OPERATOR, OTHER_CUSTOMER_HZ, OPERATOR_HZ)
        await at.hang_up(OUTSIDE)
        await at.wrap_up(OPERATOR)
        assert await _complaints(at, running, started) == []


async def test_a_flow_hands_a_customer_on_to_outside_and_has_them_back_when_nobody_is_there(
    running: Running, tmp_path: Path
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at, outside(at):
        since = at.phones.position
        await at.customer("handed", "+819080000021", number=NUMBER)
        await at.phones.do("dtmf", phone="handed", digits="4")
        rung = await at.phones.wait(OUTSIDE, "ringing", since=since, within_s=HEARD_S)
        assert rung["to"].removeprefix("+") == SPECIALIST
        await at.phones.do("answer", phone=OUTSIDE, sound={"tone": OTHER_CUSTOMER_HZ})
        await _both_hear(at, since, OUTSIDE, "handed", OTHER_CUSTOMER_HZ, CUSTOMER_HZ)
        await at.hang_up("handed")
        await at.phones.wait(OUTSIDE, "hungup", since=since)

        await at.operator(OPERATOR)
        since = at.phones.position
        await at.customer("comes_back", "+819080000022", number=NUMBER)
        await at.phones.do("dtmf", phone="comes_back", digits="4")
        await at.phones.wait(OUTSIDE, "ringing", since=since, within_s=HEARD_S)
        await at.phones.do("reject", phone=OUTSIDE, code=BUSY)
        await _both_hear(at, since, "comes_back", OPERATOR, CUSTOMER_HZ, OPERATOR_HZ)
        await at.hang_up("comes_back")
        await at.wrap_up(OPERATOR)
        assert await _complaints(at, running, started) == []


@asynccontextmanager
async def outside(at: Centre) -> AsyncIterator[None]:
    """The phone that calls to outside reach; it does as it is told."""
    address, _, port = at.running.endpoints.outside.rpartition(":")
    await at.phones.add(
        OUTSIDE,
        {"tone": OTHER_CUSTOMER_HZ},
        address=address,
        port=int(port),
        answer="manual",
        record=True,
    )
    yield


async def _both_hear(
    at: Centre, since: int, one: str, other: str, one_hz: float, other_hz: float
) -> None:
    """Both phones' calls since then: each hears the other and not itself."""
    first = await at.phones.wait(one, "established", since=since, within_s=HEARD_S)
    second = await at.phones.wait(other, "established", since=since, within_s=HEARD_S)
    await hears(Path(first["rx"]), other_hz)
    stretch = await Stretch.lasting(1.0)

    def wrong(who: str, capture: str, wanted: float, unwanted: float) -> Iterable[str]:
        heard = stretch.of(Path(capture))
        return faults(who, heard, wanted=(wanted,), unwanted=(unwanted,))

    assert [
        *wrong(one, first["rx"], other_hz, one_hz),
        *wrong(other, second["rx"], one_hz, other_hz),
    ] == []


async def _complaints(at: Centre, running: Running, started: int) -> list[str]:
    records = await settled(running.endpoints)
    return judge(Case(at.ledger.entries, records, opener(running.keys), started))
