"""Flows on a whole platform: a message after hours, and versions that go live and back."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.e2e.centre import Centre, centre
from tests.harness.running import LAUNCHER, ROOT, Running
from tests.harness.web import browser
from tests.unit.media.sounds import tone, wav

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import enquiry_events_pb2 as events_pb
from sasayaki.recording.v1 import recording_service_pb2 as recording_pb
from sasayaki_demo.bots import CUSTOMER_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.examine import contacts_by_caller
from sasayaki_demo.topics import read_topics

SUPERVISOR, MANAGER = "usr_sv01", "usr_mgr01"
NIGHT = "0312345671"
GUIDANCE_HZ, CLOSED_HZ, VOICEMAIL_HZ, THANKS_HZ = 620.0, 1180.0, 1480.0, 1540.0
NEW_HZ = 1_760.0
SPOKEN_S = 2.0
KNOWN_S = 20.0
SOURCE = ROOT / "seed" / "flows" / "check_night.yaml"


async def call(at: Centre, name: str, caller: str) -> dict[str, Any]:
    """A customer calls the number that is never open and hears the guidance."""
    await at.phones.add(name, {"tone": CUSTOMER_HZ}, record=True)
    since = at.phones.position
    await at.phones.call(name, NIGHT, caller)
    begun = await at.phones.wait(name, "established", since=since, within_s=20)
    await hears(Path(begun["rx"]), GUIDANCE_HZ)
    return begun


async def enquiry(at: Centre, caller: str, **wanted: Any) -> pb.GetEnquiryResponse:
    """The caller's enquiry as soon as it is as wanted."""
    async with asyncio.timeout(KNOWN_S):
        while True:
            records = await read_topics(at.running.endpoints.kafka)
            contact_id = contacts_by_caller(records, opener(at.running.keys)).get(caller)
            if contact_id is not None:
                found: pb.GetEnquiryResponse = await at.ask(
                    SUPERVISOR,
                    at.platform.callreason.GetEnquiry,
                    pb.GetEnquiryRequest(contact_id=contact_id),
                )
                if all(getattr(found, name) == value for name, value in wanted.items()):
                    return found
            await asyncio.sleep(0.1)


async def voicemails(at: Centre, caller: str) -> list[recording_pb.RecordingSummary]:
    """The caller's voicemails as a supervisor finds them, once there are any that are whole."""
    asked = recording_pb.ListRecordingsRequest(caller_number=caller, voicemails=True)
    async with asyncio.timeout(KNOWN_S):
        while True:
            told = await at.ask(SUPERVISOR, at.platform.recording.ListRecordings, asked)
            if any(each.finished for each in told.recordings):
                return list(told.recordings)
            await asyncio.sleep(0.1)


async def over(at: Centre, caller: str) -> pb.GetEnquiryResponse:
    """The caller's enquiry once it is over, however it ended."""
    async with asyncio.timeout(KNOWN_S):
        while not (found := await enquiry(at, caller)).outcome:
            await asyncio.sleep(0.1)
    return found


def flow(running: Running, *words: str, code: int = 0) -> str:
    """What `./sasayaki flow …` prints."""
    done = subprocess.run(
        [LAUNCHER, "flow", *words],
        env={**os.environ, "SASAYAKI_STATE_DIR": str(running.state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


async def test_after_hours_a_customer_leaves_a_message(running: Running, tmp_path: Path) -> None:
    async with centre(running, tmp_path) as at:
        begun = await call(at, "late", "+819033330001")
        for hertz in (CLOSED_HZ, VOICEMAIL_HZ):
            await hears(Path(begun["rx"]), hertz)
        await asyncio.sleep(SPOKEN_S)
        since = at.phones.position
        await at.phones.do("dtmf", phone="late", digits="#")
        await hears(Path(begun["rx"]), THANKS_HZ)
        await at.phones.wait("late", "hungup", since=since)
        outcome = events_pb.ENQUIRY_OUTCOME_VOICEMAIL
        left = await enquiry(at, "+819033330001", outcome=outcome)
        assert list(left.path) == ["hours", "guidance", "closed", "voicemail", "thanks", "goodbye"]
        [found] = await voicemails(at, "+819033330001")
        assert (found.voicemail_queue_id, list(found.user_ids)) == ("que_general", [])
        assert found.length_ms >= SPOKEN_S * 1_000


async def test_a_version_goes_live_and_back_by_the_command(
    running: Running, tmp_path: Path
) -> None:
    file = tmp_path / "check_night.yaml"
    tests = tmp_path / "check_night.test.yaml"
    file.write_text(SOURCE.read_text().replace("queue: que_general", "queue: que_billing"))
    tests.write_text(SOURCE.with_suffix(".test.yaml").read_text())
    told = flow(running, "publish", str(file), code=1)
    assert f"{tests}:3: a message, ended by a key: expected queue que_general" in told
    file.write_text(file.read_text() + "  nowhere: {kind: hang_up}\n")
    assert f"{file}:16: nothing leads to step 'nowhere'" in flow(
        running, "publish", str(file), code=1
    )
    file.write_text(SOURCE.read_text().replace("queue: que_general", "queue: que_billing"))
    tests.write_text(tests.read_text().replace("que_general", "que_billing"))
    published = flow(running, "publish", str(file), "--note", "billing answers at night")
    assert published == "flw_check_night: version 2 is live, 3 test cases passed\n"
    async with centre(running, tmp_path) as at:
        await call(at, "second", "+819033330002")
        await enquiry(at, "+819033330002", flow_version=2)
        flow(running, "rollback", "flw_check_night", "1")
        await call(at, "third", "+819033330003")
        await enquiry(at, "+819033330003", flow_version=1)
        await at.hang_up("second")
        await at.hang_up("third")
        assert (await over(at, "+819033330002")).flow_version == 2
    listed = flow(running, "versions", "flw_check_night")
    assert "billing answers at night" in listed
    assert "1 *" in listed


async def test_callers_hear_a_managers_new_sound_once_it_is_published_and_not_before(
    running: Running, tmp_path: Path
) -> None:
    async with (
        centre(running, tmp_path) as at,
        browser(running.endpoints.gateway, MANAGER) as manager,
    ):
        asked = {"flowId": "flw_check_night"}
        before = (await manager.rpc("CallreasonService/GetFlow", asked)).json()
        headers = {"X-Sasayaki-Csrf": manager.csrf, "Content-Type": "audio/wav"}
        path = "/api/prompts/cli_check/closed"
        quiet = await manager.http.put(path, content=wav(8_000), headers=headers)
        assert (quiet.status_code, quiet.json()["reason"]) == (400, "SILENT")
        put = await manager.http.put(path, content=tone(NEW_HZ, samples=16_000), headers=headers)
        sha256 = put.json()["sha256"]
        assert before["prompts"]["closed"] not in ("", sha256)
        # The call has begun when the sound's flow goes live: it finishes on its own version.
        first = await call(at, "fourth", "+819033330004")
        publish = {
            "requestId": str(uuid4()),
            "clientId": "cli_check",
            "source": before["source"],
            "tests": before["tests"],
            "prompts": {**before["prompts"], "closed": sha256},
        }
        published = await manager.rpc("CallreasonService/PublishFlow", publish)
        assert published.json()["version"] > before["version"]
        await hears(Path(first["rx"]), CLOSED_HZ)
        second = await call(at, "fifth", "+819033330005")
        await hears(Path(second["rx"]), NEW_HZ)
        for name in ("fourth", "fifth"):
            await at.hang_up(name)
        back = {"requestId": str(uuid4()), **asked, "version": before["version"]}
        await manager.rpc("CallreasonService/RollBackFlow", back)
        heard = await manager.http.get(f"/api/prompts/cli_check/{sha256}.wav")
        assert heard.content == tone(NEW_HZ, samples=16_000)
