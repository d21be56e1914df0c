"""What must hold for guidance, recording and calls for help, line by line, with real phones.

Of line 4 the sound and the banner wait for the console; of line 3 the button does.
"""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
from tests.e2e.centre import Centre, centre
from tests.e2e.watching import watched, watching
from tests.harness.running import ROOT, Running

from sasayaki.monitoring.v1 import floor_pb2, monitoring_service_pb2
from sasayaki.monitoring.v1.alert_events_pb2 import ALERT_LEVEL_MANAGERS
from sasayaki_demo.bots import CUSTOMER_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import contacts_by_caller, settled
from sasayaki_demo.morning.listening import seconds
from sasayaki_demo.people import LISTEN, WHISPER
from sasayaki_demo.sound import RATE, Samples, read_packets
from sasayaki_demo.topics import Written

OPERATOR = "usr_op01"
OSAKA, SAPPORO = "usr_sv01", "usr_sv03"
CLIENT = "cli_check"
NUMBERS = {"cli_acme": "0312345678", "cli_hana": "0312345679"}
LANGUAGE_KEYS = {"ja": "1", "en": "2"}
ASKED_S = 1.0
"""From the answer on: a key cuts the question for a language short."""
PROMPTS = ROOT / "seed" / "prompts"
ALIKE = 0.8
LONG_LADDER_MS = (20_000, 60_000)
SHORT_LADDER_MS = (1_000, 2_000)


def of(records: list[Written], contact: str) -> dict[str, Written]:
    """The last record of each name that is about a contact."""
    return {
        record.name: record
        for record in records
        if record.is_history
        and contact in (record.event.get("subject"), record.event.get("correlationid"))
    }


async def test_1_the_record_shows_which_guidance_was_heard_in_which_language_and_how_much(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        callers = {}
        for number, (client, dialled) in enumerate(NUMBERS.items()):
            name, callers[client] = f"short{number}", f"+8190600000{number:02}"
            await at.phones.add(name, {"tone": CUSTOMER_HZ}, record=True)
            since = at.phones.position
            await at.phones.call(name, dialled, callers[client])
            await at.phones.wait(name, "established", since=since)
            if client == "cli_hana":  # it asks for a language first
                await asyncio.sleep(ASKED_S)
                await at.phones.do("dtmf", phone=name, digits=LANGUAGE_KEYS["en"])
                await asyncio.sleep(ASKED_S)
            await asyncio.sleep(0.5)
            await at.hang_up(name)
        await at.operator(OPERATOR)
        talk = await at.talk("whole", "+819060000009", OPERATOR)
        await at.hang_up("whole")
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
    contacts = contacts_by_caller(records, opener(running.keys))
    told = {client: of(records, contacts[caller]) for client, caller in callers.items()}
    for client, names in told.items():
        heard = names["GuidancePlayed"].data
        assert names["EnquiryOpened"].data["client_id"] == client
        assert heard["outcome"] == "PROMPT_OUTCOME_HUNG_UP"
        assert 0 < int(heard["heard_ms"]) < int(heard["total_ms"])
    texts = {
        client: names["GuidancePlayed"].data["prompt_sha256"] for client, names in told.items()
    }
    assert texts["cli_acme"] != texts["cli_hana"], "one speaks Japanese, the other English"
    whole = of(records, talk.contact_id)
    heard = whole["GuidancePlayed"].data
    assert heard["outcome"] == "PROMPT_OUTCOME_COMPLETED"
    assert heard["heard_ms"] == heard["total_ms"]
    assert whole["GuidancePlayed"].event["time"] < whole["TalkStarted"].event["time"]


async def test_1_guidance_and_menu_are_heard_in_the_language_that_the_caller_chose(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:

        async def call(language: str, caller: str) -> Path:
            await at.phones.add(language, {"tone": CUSTOMER_HZ}, record=True)
            since = at.phones.position
            await at.phones.call(language, NUMBERS["cli_hana"], caller)
            begun = await at.phones.wait(language, "established", since=since)
            await asyncio.sleep(ASKED_S)
            await at.phones.do("dtmf", phone=language, digits=LANGUAGE_KEYS[language])
            await asyncio.sleep(sum(seconds(each) for each in _sounds(language)))
            await at.hang_up(language)
            return Path(begun["rx"])

        callers = {language: f"+8190600002{key}0" for language, key in LANGUAGE_KEYS.items()}
        captures = await asyncio.gather(*(call(*each) for each in callers.items()))
        heard = dict(zip(callers, captures, strict=True))
        records = await settled(running.endpoints)
    contacts = contacts_by_caller(records, opener(running.keys))
    for language, capture in heard.items():
        told = of(records, contacts[callers[language]])
        assert told["LanguageSet"].data["language"] == language
        samples = read_packets(capture).samples()
        for each in LANGUAGE_KEYS:
            for sound in _sounds(each):
                assert (likeness(samples, sound) > ALIKE) == (each == language), sound


def _sounds(language: str) -> tuple[Path, ...]:
    return tuple(PROMPTS / language / f"{name}.wav" for name in ("guidance", "menu"))


def likeness(samples: Samples, sound: Path) -> float:
    """How like a capture's best-fitting stretch is to the middle second of a sound; 1: equal."""
    with wave.open(str(sound)) as file:
        whole = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0
    middle = len(whole) // 2
    wanted = whole[middle - RATE // 2 : middle + RATE // 2]
    size = len(samples) + len(wanted)
    spectrum = np.fft.rfft(samples, size) * np.conj(np.fft.rfft(wanted, size))
    fits = np.fft.irfft(spectrum, size)[: len(samples) - len(wanted) + 1]
    energy = np.concatenate(([0.0], np.cumsum(samples**2)))
    loud = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1e-3))
    return float((fits / (loud * np.linalg.norm(wanted))).max())


async def test_2_every_talk_is_recorded_and_whoever_left_during_the_guidance_is_not(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.phones.add("early", {"tone": CUSTOMER_HZ}, record=True)
        since = at.phones.position
        await at.phones.call("early", "0312345670", "+819060000010")
        await at.phones.wait("early", "established", since=since)
        await asyncio.sleep(0.3)
        await at.hang_up("early")
        await at.operator(OPERATOR)
        talk = await at.talk("stays", "+819060000011", OPERATOR)
        await at.hang_up("stays")
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
    contacts = contacts_by_caller(records, opener(running.keys))
    left = of(records, contacts["+819060000010"])
    assert left["AnswerOrdered"].data["record"] == "RECORDING_POLICY_AFTER_GUIDANCE"
    assert left["GuidancePlayed"].data["outcome"] == "PROMPT_OUTCOME_HUNG_UP"
    assert "TapOpened" not in left
    assert "RecordingFinished" in of(records, talk.contact_id)


async def test_3_and_4_one_call_for_help_is_received_and_one_claim_lets_the_supervisor_come(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(OSAKA)
        await at.operator(OPERATOR)
        talk = await at.talk("angry", "+819060000012", OPERATOR)
        async with watched(supervisor) as floor, watching(at.operators[OPERATOR]) as desk:
            alert = await at.operators[OPERATOR].call_for_help()
            await floor.sees_alert(alert, floor_pb2.FLOOR_ALERT_STATE_OPEN)
            since = at.phones.position
            contact = await supervisor.claim(alert)
            supervision = await supervisor.start(contact, LISTEN)
            received = await desk.sees(
                lambda row: row.alert.state == floor_pb2.FLOOR_ALERT_STATE_CLAIMED
            )
            assert (received.alert.alert_id, received.alert.supervisor_id) == (alert, OSAKA)
            assert received.alert.since.ToNanoseconds() > 0
            await hears(await at.ear(supervisor, since), CUSTOMER_HZ)
            await supervisor.change(supervision, WHISPER)
            await hears(talk.operator_rx, SUPERVISOR_HZ)
            await supervisor.end(supervision)
            await at.phones.wait(OSAKA, "hungup", since=since)
        # Nobody was transferred: customer and operator still have their first and only call.
        for phone in ("angry", OPERATOR):
            picked_up = [e for e in at.phones_entries(phone) if e["event"] == "established"]
            assert len(picked_up) == 1
        await at.hang_up("angry")
        await at.wrap_up(OPERATOR)


async def test_5_an_unclaimed_call_for_help_goes_to_all_and_then_to_managers_in_the_clients_times(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        near, far = await at.supervisor(OSAKA), await at.supervisor(SAPPORO)
        await at.operator(OPERATOR)
        await at.talk("waits", "+819060000013", OPERATOR)
        await _ladder(at, SHORT_LADDER_MS, "short")
        async with watched(near) as team, watched(far) as others:
            await team.sees(lambda row: row.HasField("operator"))
            await others.sees(lambda row: row.HasField("operator"))
            alert = await at.operators[OPERATOR].call_for_help()
            await team.sees_alert(alert, floor_pb2.FLOOR_ALERT_STATE_OPEN)
            assert not [row for row in others.rows if row.alert.alert_id == alert]
            await others.sees_alert(alert, floor_pb2.FLOOR_ALERT_STATE_OPEN)
            await team.sees(
                lambda row: row.alert.alert_id == alert and row.alert.level == ALERT_LEVEL_MANAGERS
            )
        await _ladder(at, LONG_LADDER_MS, "long")
        await at.hang_up("waits")
        await at.wrap_up(OPERATOR)
        records = await settled(running.endpoints)
    ladder = [r for r in records if r.is_history and r.event["subject"] == alert]
    assert [r.data.get("level") for r in ladder[:3]] == [
        "ALERT_LEVEL_TEAM",
        "ALERT_LEVEL_ALL",
        "ALERT_LEVEL_MANAGERS",
    ]


async def _ladder(at: Centre, times_ms: tuple[int, int], request_id: str) -> None:
    all_after_ms, managers_after_ms = times_ms
    await at.ask(
        "usr_admin",
        at.platform.monitoring.SetAlertLadder,
        monitoring_service_pb2.SetAlertLadderRequest(
            request_id=request_id,
            client_id=CLIENT,
            all_after_ms=all_after_ms,
            managers_after_ms=managers_after_ms,
        ),
    )
