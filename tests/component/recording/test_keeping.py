"""Keys, pauses, holds and deletion on a real broker and a real disk."""

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable

import grpc
import numpy as np
import pytest
from tests.component.recording.archive import LISTENER, LOOK_S, MEDIA, Archive, bearer, whole
from tests.harness.specification import NOON
from tests.harness.waiting import WITHIN_S

from sasayaki.callreason.v1.enquiry_events import ReasonConfirmed
from sasayaki.media.v1.call_events import (
    AnswerOrdered,
    CallEnded,
    CallEndReason,
    RecordingPolicy,
    TalkStarted,
    TapOpened,
)
from sasayaki.monitoring.v1.alert_events import AlertKind, AlertLevel, AlertRaised
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events_pb2 import DeletionReason

NODE = {"node_id": "nod_1", "happening_seq": 1}
MANAGER = bearer("manager", clients=["cli_acme"])
ADMIN = bearer("admin", clients=[])
ON_ALERT = AnswerOrdered(record=RecordingPolicy.ON_ALERT)
ENDED = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE)


async def refusal_of(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    """The code and the reason with which a call is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    trailing = dict(caught.value.trailing_metadata() or ())
    return caught.value.code(), str(trailing.get("sasayaki-reason", ""))


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await condition():
            await asyncio.sleep(LOOK_S)


def files(archive: Archive) -> set[str]:
    return {file.stem for file in archive.vault.rglob("*.pages")}


async def hold(archive: Archive, contact_id: str = "con_1", request_id: str = "hold-1") -> str:
    request = pb.SetLegalHoldRequest(request_id=request_id, contact_id=contact_id, reason="court")
    return str((await archive.stub.SetLegalHold(request, metadata=MANAGER)).hold_id)


async def test_a_paused_stretch_is_silence_in_the_file_and_noted_in_the_manifest(
    archive: Archive,
) -> None:
    pages = whole(2)
    for page in pages:
        page.pcmu = b"\x42" * 8_000  # a voice, in the pause too
        if page.number == 0:
            page.pauses.add(from_sample=4_000, samples=4_000)
        else:
            page.pauses.add(from_sample=0, samples=800)
    await archive.upload(pages)
    await archive.upload(pages)
    await archive.until_listed(1, finished=1)
    with wave.open(io.BytesIO(await archive.wav())) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 3)
    assert np.count_nonzero(frames[4_000:8_800]) == 0
    assert np.count_nonzero(frames[:4_000]) == 4_000 * 3
    assert np.count_nonzero(frames[8_800:]) == 7_200 * 3
    finished = (await archive.history())[-1]["data"]
    assert finished["pauses"] == [{"from_ms": 500, "to_ms": 1_100}]


async def test_a_stretch_beyond_its_page_is_refused_by_name(archive: Archive) -> None:
    pages = whole(1)
    pages[1].pauses.add(from_sample=7_999, samples=2)
    with pytest.raises(grpc.aio.AioRpcError, match=r"pages\[1\].pauses"):
        await archive.upload(pages)


async def test_a_destroyed_key_takes_the_recordings_and_leaves_the_list(archive: Archive) -> None:
    await archive.upload(whole(1))
    await archive.upload(whole(1, "con_2", "cli_other"))
    await archive.until_listed(1, finished=1)
    (archive.keys / "cli_acme.key").unlink()
    for call in (archive.wav(), archive.waveform()):
        assert await refusal_of(call) == (grpc.StatusCode.FAILED_PRECONDITION, "KEY_GONE")
    assert [row.contact_id for row in await archive.listed()] == ["con_1"]
    await archive.upload(whole(1, "con_3"))
    assert files(archive) == {"con_1", "con_2"}
    others = bearer("supervisor", clients=["cli_other"])
    assert len(await archive.wav("con_2", others)) == 44 + 8_000 * 6


async def test_pages_wait_while_the_folder_of_keys_is_away(archive: Archive) -> None:
    archive.keys.rename(archive.keys.with_name("elsewhere"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await archive.upload(whole(1))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    archive.keys.with_name("elsewhere").rename(archive.keys)
    await archive.upload(whole(1))
    await archive.until_listed(1, finished=1)


async def test_a_call_without_an_alert_goes_and_one_with_an_alert_stays(archive: Archive) -> None:
    for contact_id in ("con_1", "con_2"):
        await archive.calls.tell(contact_id, ON_ALERT, TapOpened(**NODE))
        await archive.upload(whole(1, contact_id))
    raised = AlertRaised(
        kind=AlertKind.HELP,
        contact_id="con_2",
        operator_id="usr_op01",
        level=AlertLevel.TEAM,
        all_at=NOON,
        managers_at=NOON,
        raised_at=NOON,
    )
    await archive.alerts.tell("alr_1", raised)
    assert files(archive) == {"con_1", "con_2"}
    for contact_id in ("con_1", "con_2"):
        await archive.calls.tell(contact_id, ENDED)

    async def settled() -> bool:
        kinds = {str(record["type"]).rsplit(".", 1)[1] for record in await archive.history()}
        return {"RecordingWanted", "RecordingDeleted"} <= kinds

    await until(settled)
    assert files(archive) == {"con_2"}
    rows = {row.contact_id: row.deleted for row in await archive.listed()}
    assert rows == {"con_1": True, "con_2": False}
    for call in (archive.wav("con_1"), archive.waveform("con_1")):
        found = await refusal_of(call)
        assert found == (grpc.StatusCode.NOT_FOUND, "RECORDING_DELETED")
    # A crash after the event and before the file: the next start sweeps it.
    archive.service.kill()
    (archive.vault / "out_test" / "con_1.pages").write_bytes(b"SASPAGE2")
    await archive.service.start()

    async def swept() -> bool:
        return files(archive) == {"con_2"}

    await until(swept)


async def test_a_hold_is_set_once_listed_and_released_once(archive: Archive) -> None:
    await archive.upload(whole(1))
    await archive.until_listed(1, finished=1)
    held = await hold(archive)
    assert await hold(archive) == held

    async def listed_held() -> bool:
        rows = await archive.listed()
        return [[each.hold_id for each in row.holds] for row in rows if row.held] == [[held]]

    await until(listed_held)
    for number in range(2):
        release = pb.ReleaseLegalHoldRequest(
            request_id=f"release-{number}", contact_id="con_1", hold_id=held
        )
        await archive.stub.ReleaseLegalHold(release, metadata=MANAGER)
    kinds = [str(record["type"]).rsplit(".", 1)[1] for record in await archive.history()]
    assert kinds[2:] == ["LegalHoldSet", "LegalHoldReleased"]
    unknown = pb.ReleaseLegalHoldRequest(request_id="r", contact_id="con_1", hold_id="hld_9")
    found = await refusal_of(archive.stub.ReleaseLegalHold(unknown, metadata=MANAGER))
    assert found == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_HOLD")


async def test_how_long_is_said_by_administrators_and_shown_in_the_list(archive: Archive) -> None:
    await archive.upload(whole(1))
    request = pb.SetRetentionRequest(request_id="set-1", client_id="cli_acme", days=180)
    request.by_reason.add(reason_id="rsn_contract", days=1_095)
    await archive.stub.SetRetention(request, metadata=ADMIN)

    async def kept_for(days: int) -> bool:
        rows = await archive.listed()
        return [row.delete_at.seconds - row.started_at.seconds - 1 for row in rows] == [
            days * 86_400
        ]

    await until(lambda: kept_for(180))
    confirmed = ReasonConfirmed(reason_id="rsn_contract", operator_id="usr_op01")
    await archive.enquiries.tell("con_1", confirmed)
    await until(lambda: kept_for(1_095))
    talk = TalkStarted(leg_id="leg_1", operator_id="usr_op01", **NODE)
    await archive.calls.tell("con_1", talk)

    async def found_by_who_talked() -> bool:
        return len(await archive.listed(user_id="usr_op01", reason_id="rsn_contract")) == 1

    await until(found_by_who_talked)
    assert await archive.listed(user_id="usr_op02") == []
    elsewhere = bearer("admin", tenant="out_other", clients=[])
    found = await refusal_of(archive.stub.SetRetention(request, metadata=elsewhere))
    assert found == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_CLIENT")


async def test_only_who_may_sets_holds_times_and_deletes(archive: Archive) -> None:
    await archive.upload(whole(1))
    await archive.until_listed(1, finished=1)
    stub = archive.stub
    asked = {
        stub.SetRetention: (
            pb.SetRetentionRequest(request_id="r", client_id="cli_acme", days=1),
            {"operator", "supervisor", "manager", "auditor", "service"},
        ),
        stub.SetLegalHold: (
            pb.SetLegalHoldRequest(request_id="r", contact_id="con_1", reason="x"),
            {"operator", "supervisor", "service"},
        ),
        stub.ReleaseLegalHold: (
            pb.ReleaseLegalHoldRequest(request_id="r", contact_id="con_1", hold_id="hld_1"),
            {"operator", "supervisor", "service"},
        ),
        stub.DeleteRecording: (
            pb.DeleteRecordingRequest(
                request_id="r",
                contact_id="con_1",
                reason=DeletionReason.DELETION_REASON_RETENTION,
            ),
            {"operator", "supervisor", "manager", "auditor", "admin"},
        ),
    }
    for method, (request, roles) in asked.items():
        for role in roles:
            who = bearer(role, clients=["cli_acme"])
            code, _ = await refusal_of(method(request, metadata=who))
            assert code is grpc.StatusCode.PERMISSION_DENIED, role
    other = bearer("manager", clients=["cli_other"])
    request = pb.SetLegalHoldRequest(request_id="r", contact_id="con_1", reason="x")
    found = await refusal_of(stub.SetLegalHold(request, metadata=other))
    assert found == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_RECORDING")
    delete, _ = asked[stub.DeleteRecording]
    found = await refusal_of(stub.DeleteRecording(delete, metadata=MEDIA))
    assert found == (grpc.StatusCode.FAILED_PRECONDITION, "NOT_DUE")


async def test_what_is_wrong_with_a_request_is_said_by_its_field(archive: Archive) -> None:
    stub = archive.stub
    set_days = pb.SetRetentionRequest
    twice = set_days(request_id="r", client_id="cli_acme", days=1)
    for _ in range(2):
        twice.by_reason.add(reason_id="rsn_a", days=1)
    wrong = [
        (stub.SetRetention, set_days(request_id="r", client_id="acme", days=1), "client_id"),
        (stub.SetRetention, set_days(request_id="r", client_id="cli_acme"), "days"),
        (stub.SetRetention, set_days(request_id="r", client_id="cli_acme", days=36_501), "days"),
        (stub.SetRetention, twice, "by_reason: 'rsn_a' stands in it twice"),
        (
            stub.SetLegalHold,
            pb.SetLegalHoldRequest(request_id="r", contact_id="con_1", reason=" "),
            "reason",
        ),
        (
            stub.SetLegalHold,
            pb.SetLegalHoldRequest(request_id="r", contact_id="con_1", reason="x" * 101),
            "reason",
        ),
    ]
    for method, request, field in wrong:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(request, metadata=ADMIN)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert str(caught.value.details()).startswith(field)
    for field, value in {"user_id": "op01", "reason_id": "billing", "client_id": "acme"}.items():
        with pytest.raises(grpc.aio.AioRpcError, match=field):
            await archive.listed(LISTENER, **{field: value})
