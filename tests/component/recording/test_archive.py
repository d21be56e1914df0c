"""Pages come in over gRPC, crash or no crash; a whole file goes out to those who may have it."""

import asyncio
import io
import wave
from collections.abc import Awaitable

import grpc
import pytest
from tests.component.recording.archive import (
    LISTENER,
    MEDIA,
    SECOND,
    Archive,
    bearer,
    page,
    whole,
)

from sasayaki.media.v1.call_events import TalkStarted
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events_pb2 import Track

TRACKS = [Track.TRACK_CUSTOMER, Track.TRACK_OPERATOR, Track.TRACK_SUPERVISOR]


async def code_of(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), caught.value.details() or ""


def kinds(history: list[dict[str, object]]) -> list[str]:
    return [str(record["type"]).rsplit(".", 1)[1] for record in history]


async def test_a_recording_is_started_finished_listed_and_played(archive: Archive) -> None:
    await archive.upload(whole(3))
    await archive.until_listed(1, finished=1)
    (row,) = await archive.listed()
    assert (row.contact_id, row.client_id, row.length_ms) == ("con_1", "cli_acme", 3_000)
    with wave.open(io.BytesIO(await archive.wav())) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (3, 8_000, 24_000)
    history = await archive.history()
    assert kinds(history) == ["RecordingStarted", "RecordingFinished"]
    assert {(each["tenantid"], each["clientid"]) for each in history} == {("out_test", "cli_acme")}


async def test_a_recording_that_is_not_finished_plays_as_far_as_it_goes(archive: Archive) -> None:
    await archive.upload(whole(3)[:6])
    await archive.until_listed(1)
    (row,) = await archive.listed()
    assert not row.finished
    assert len(await archive.wav()) == 44 + 2 * SECOND * 6


async def test_killed_in_the_middle_of_an_upload_it_has_the_file_whole_after_the_repeat(
    archive: Archive,
) -> None:
    pages = whole(60)
    for first in range(0, len(pages), 9):
        part = pages[first : first + 9]
        sending = asyncio.create_task(archive.upload(part))
        if first == 81:
            # Somewhere between the first byte and the answer, wherever that is today.
            await asyncio.sleep(0)
            archive.service.kill()
            await asyncio.gather(sending, return_exceptions=True)
            await archive.service.start()
            await archive.insist(part)
        else:
            await sending
    await archive.insist(pages[:90])
    await archive.until_listed(1, finished=1)
    assert len(await archive.wav()) == 44 + 60 * SECOND * 6
    assert kinds(await archive.history()) == ["RecordingStarted", "RecordingFinished"]


async def test_killed_before_it_could_tell_of_the_last_page_it_tells_after_the_repeat(
    archive: Archive,
) -> None:
    pages = whole(2)
    await archive.upload(pages[:-1])
    archive.service.kill()
    await archive.service.start()
    await archive.insist(pages)
    await archive.until_listed(1, finished=1)
    assert kinds(await archive.history()) == ["RecordingStarted", "RecordingFinished"]


async def test_a_page_that_differs_from_the_one_stored_is_refused(archive: Archive) -> None:
    await archive.upload(whole(2))
    await archive.until_listed(1)
    before = await archive.wav()
    code, _ = await code_of(archive.upload([page(0, code=0x11)]))
    assert code is grpc.StatusCode.ALREADY_EXISTS
    assert await archive.wav() == before


async def test_a_recording_is_found_only_by_those_who_serve_its_company(archive: Archive) -> None:
    await archive.upload(whole(1))
    await archive.until_listed(1)
    others = [
        bearer("supervisor", clients=["cli_other"]),
        bearer("supervisor", clients=[]),
        bearer("auditor", clients=[]),
        bearer("client", clients=["cli_other"]),
        bearer("manager", tenant="out_other", clients=["cli_acme"]),
        bearer("admin", tenant="out_other", clients=[]),
    ]
    for other in others:
        assert await archive.listed(other) == []
        for call in (archive.wav(metadata=other), archive.waveform(metadata=other)):
            code, _ = await code_of(call)
            assert code is grpc.StatusCode.NOT_FOUND
    assert len(await archive.listed(bearer("admin", clients=[]))) == 1


async def test_recordings_are_not_for_every_role(archive: Archive) -> None:
    for role in ("operator", "integrator", "service"):
        who = bearer(role, clients=["cli_acme"])
        calls = (archive.listed(who), archive.wav(metadata=who), archive.waveform(metadata=who))
        for call in calls:
            code, _ = await code_of(call)
            assert code is grpc.StatusCode.PERMISSION_DENIED, role
    code, _ = await code_of(archive.upload([page(0)], LISTENER))
    assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_client_company_has_its_own_recordings_without_the_coaching(
    archive: Archive,
) -> None:
    await archive.calls.tell(
        "con_1", TalkStarted(leg_id="leg_1", operator_id="usr_op01", node_id="n", happening_seq=1)
    )
    await archive.upload([page(0, track, last=True, code=0x80) for track in TRACKS])
    await archive.until_listed(1, finished=1)
    company = bearer("client", clients=["cli_acme"])
    [row] = await archive.listed(company)
    assert (row.contact_id, list(row.user_ids)) == ("con_1", [])
    code, details = await code_of(archive.listed(company, user_id="usr_op01"))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details == "user_id: not for client companies"
    with wave.open(io.BytesIO(await archive.wav(metadata=company))) as file:
        assert file.readframes(1) == b"\x7c\x7d" * 2 + b"\x00\x00"
    drawn = await archive.waveform(metadata=company)
    assert [track.track for track in drawn.tracks] == TRACKS[:2]
    whole = await archive.waveform()
    assert (whole.length_ms, whole.step_ms) == (1_000, 20)
    assert [track.peaks for track in whole.tracks] == [b"\xff" * 50] * 3


async def test_a_call_stays_with_its_company(archive: Archive) -> None:
    await archive.upload([page(0)])
    code, details = await code_of(archive.upload([page(1, client_id="cli_other")]))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details.startswith("pages.client_id")


async def test_the_list_goes_on_page_by_page(archive: Archive) -> None:
    await archive.upload([each for n in range(5) for each in whole(1, f"con_{n}")])
    await archive.until_listed(5)
    token, found = "", []
    while True:
        request = pb.ListRecordingsRequest(page_size=2, page_token=token)
        answer = await archive.stub.ListRecordings(request, metadata=LISTENER)
        found += [row.contact_id for row in answer.recordings]
        if not (token := answer.next_page_token):
            break
    assert sorted(found) == [f"con_{n}" for n in range(5)]
    assert [row.contact_id for row in await archive.listed(contact_id="con_3")] == ["con_3"]


async def test_a_request_that_is_wrong_names_its_field(archive: Archive) -> None:
    wrong_pages = {
        "contact_id": page(0, contact_id="con_/../../etc"),
        "client_id": page(0, client_id="acme"),
        "track": pb.Page(contact_id="con_1", client_id="cli_acme"),
        "number": page(90_000),
        "pcmu": pb.Page(
            contact_id="con_1",
            client_id="cli_acme",
            track=Track.TRACK_CUSTOMER,
            pcmu=bytes(SECOND + 1),
        ),
    }
    for field, wrong in wrong_pages.items():
        code, details = await code_of(archive.upload([page(1), wrong]))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith(f"pages[1].{field}")
    too_many = pb.UploadPagesRequest(request_id="r", pages=[page(n) for n in range(1)] * 301)
    code, details = await code_of(archive.stub.UploadPages(too_many, metadata=MEDIA))
    assert (code, details[:5]) == (grpc.StatusCode.INVALID_ARGUMENT, "pages")
    code, details = await code_of(archive.wav("../../etc/passwd"))
    assert (code, details[:10]) == (grpc.StatusCode.INVALID_ARGUMENT, "contact_id")
    code, details = await code_of(archive.listed(page_token="x"))
    assert (code, details[:10]) == (grpc.StatusCode.INVALID_ARGUMENT, "page_token")
    assert not list(archive.vault.rglob("*.pages"))
