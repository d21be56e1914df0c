"""A search gives out exactly what fits, each once and in order, however its pages are cut."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.harness.recording_alone import ADMIN, TENANT, RecordingAlone
from tests.harness.simulation import simulate
from tests.harness.specification import NOON

from sasayaki.callreason.v1.enquiry_events import ReasonStated, VoicemailLeft
from sasayaki.media.v1.call_events import CallArrived, TalkStarted
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki_chassis.identity import Identity
from sasayaki_media.caller import caller_hash
from sasayaki_recording.search import api

CLIENTS = ("cli_acme", "cli_hana")
KEYS = {each: bytes([number]) * 32 for number, each in enumerate(CLIENTS, 1)}
NUMBERS = ("+81312340001", "+81312340002")
REASONS = ("rsn_billing", "rsn_contract")
USERS = ("usr_op01", "usr_op02", "usr_op03")
NODE = {"node_id": "nod_1", "happening_seq": 1}
QUEUE = "que_night"
CALLS = 60


@dataclass(frozen=True)
class Made:
    """A call as it was made."""

    contact_id: str
    at: datetime
    client_id: str
    number: str
    reason_id: str
    user_id: str
    voicemail: bool


async def make(alone: RecordingAlone, number: int, random: Random) -> Made:
    """A call with a recording, told by three topics."""
    made = Made(
        contact_id=f"con_{number}",
        at=alone.clock.now(),
        client_id=random.choice(CLIENTS),
        number=random.choice(NUMBERS),
        reason_id=random.choice(REASONS),
        user_id=random.choice(USERS),
        voicemail=random.random() < 0.3,
    )
    arrived = CallArrived(
        dialled_number="+81312345678",
        caller_hash=caller_hash(KEYS[made.client_id], made.number),
        caller_sealed="",
        **NODE,
    )
    stated = ReasonStated(step_id="menu", reason_id=made.reason_id, key="1")
    talk = TalkStarted(leg_id="leg_1", operator_id=made.user_id, **NODE)
    alone.tell("media.call", made.contact_id, arrived, talk)
    left = VoicemailLeft(step_id="voicemail", queue_id=QUEUE)
    alone.tell("callreason.enquiry", made.contact_id, stated, *((left,) if made.voicemail else ()))
    await alone.record(made.contact_id, made.client_id)
    await asyncio.sleep(random.choice((0.0, 1.0, 60.0)))
    return made


async def paged(alone: RecordingAlone, size: int, who: Identity, **asked: Any) -> list[str]:
    """All pages of a search, one after the other."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListRecordingsRequest(page_size=size, page_token=token, **asked)
        answer = await alone.call("ListRecordings", request, who)
        assert len(answer.recordings) <= size
        found += [row.contact_id for row in answer.recordings]
        if not (token := answer.next_page_token):
            return found
        assert len(answer.recordings) == size, "a page that is not full is the last"


def asked_of(random: Random) -> dict[str, Any]:
    """Some of the things that may be asked for, together."""
    asked: dict[str, Any] = {}
    for field, values in {
        "client_id": CLIENTS,
        "user_id": USERS,
        "reason_id": REASONS,
        "caller_number": NUMBERS,
    }.items():
        if random.random() < 0.4:
            asked[field] = random.choice(values)
    if random.random() < 0.3:
        asked["voicemails"] = True
    for field in ("from", "until"):
        if random.random() < 0.4:
            asked[field] = NOON + timedelta(seconds=random.randrange(2_000))
    return asked


def fits(made: Made, asked: dict[str, Any], who: Identity) -> bool:
    return (
        (made.client_id in who.clients or who.role == "admin")
        and asked.get("client_id", made.client_id) == made.client_id
        and asked.get("user_id", made.user_id) == made.user_id
        and asked.get("reason_id", made.reason_id) == made.reason_id
        and asked.get("caller_number", made.number) == made.number
        and (made.voicemail or not asked.get("voicemails"))
        and asked.get("from", made.at) <= made.at
        and ("until" not in asked or made.at < asked["until"])
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_search_finds_exactly_what_fits_newest_first(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr(api, "SCANNED_AT_ONCE", random.choice((1, 2, 7, 500)))

    async def play() -> None:
        alone = RecordingAlone(NOON, tmp_path, *CLIENTS)
        await alone.start()
        made = [await make(alone, number, random) for number in range(CALLS)]
        await asyncio.sleep(1)
        supervisor = Identity("usr_sv01", TENANT, "supervisor", frozenset(("cli_acme",)))
        for _ in range(30):
            asked, who = asked_of(random), random.choice((ADMIN, supervisor))
            found = await paged(alone, random.choice((1, 3, 50)), who, **asked)
            wanted = [each for each in made if fits(each, asked, who)]
            wanted.sort(key=lambda each: (-each.at.timestamp(), each.contact_id))
            assert found == [each.contact_id for each in wanted], asked
        await alone.kill()

    simulate(play())


def test_a_row_says_for_whom_the_customer_left_a_voicemail(tmp_path: Path) -> None:
    async def play() -> None:
        alone = RecordingAlone(NOON, tmp_path, *CLIENTS)
        await alone.start()
        made = [await make(alone, number, Random(number)) for number in range(10)]
        await asyncio.sleep(1)
        told = {row.contact_id: row.voicemail_queue_id for row in await alone.listed()}
        assert told == {each.contact_id: QUEUE if each.voicemail else "" for each in made}
        assert len(set(told.values())) == 2
        await alone.kill()

    simulate(play())


def test_rows_say_who_talked_why_and_no_number(tmp_path: Path) -> None:
    async def play() -> None:
        alone = RecordingAlone(NOON, tmp_path, *CLIENTS)
        await alone.start()
        made = await make(alone, 1, Random(1))
        await asyncio.sleep(1)
        (row,) = await alone.listed()
        assert (row.reason_id, list(row.user_ids)) == (made.reason_id, [made.user_id])
        assert "8131234" not in str(row)
        await alone.kill()

    simulate(play())


def test_without_the_companys_key_nobody_is_found_by_number(tmp_path: Path) -> None:
    async def play() -> None:
        alone = RecordingAlone(NOON, tmp_path, *CLIENTS)
        await alone.start()
        made = await make(alone, 1, Random(1))
        await asyncio.sleep(1)
        assert len(await alone.listed(caller_number=made.number)) == 1
        (tmp_path / "keys" / f"{made.client_id}.key").unlink()
        assert await alone.listed(caller_number=made.number) == []
        assert len(await alone.listed()) == 1
        await alone.kill()

    simulate(play())
