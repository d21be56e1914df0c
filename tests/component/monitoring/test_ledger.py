"""GetLedger over gRPC and Kafka: who sees whose entries."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from tests.component.monitoring.gallery import (
    LISTEN,
    NODE,
    SATO,
    WHISPER,
    Gallery,
    bearer,
    current,
    refused,
)
from tests.harness.waiting import LOOK_S

from sasayaki.media.v1.call_events import (
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
)
from sasayaki.monitoring.v1 import ledger_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire

DENIED = grpc.StatusCode.PERMISSION_DENIED
INVALID = grpc.StatusCode.INVALID_ARGUMENT
WAIT_S = 10
NOW = datetime.now(UTC)
MORI = "usr_con_1"
"""The operator of `con_1`."""


async def hears(
    gallery: Gallery, contact_id: str, spv: str, *modes: tuple[SupervisionMode, float], left: float
) -> None:
    """The node tells from which second on each mode was heard, and when the supervisor left."""
    for mode, second in modes:
        heard = SupervisorHeard(
            leg_id=f"leg_{spv}",
            supervisor_id=SATO,
            supervision_id=spv,
            mode=mode,
            applied_at=NOW + timedelta(seconds=second),
            **NODE,
        )
        await gallery.calls.tell(contact_id, heard)
    gone = SupervisorLegEnded(
        leg_id=f"leg_{spv}",
        supervisor_id=SATO,
        supervision_id=spv,
        reason=LegEndReason.RELEASED,
        left_at=NOW + timedelta(seconds=left),
        **NODE,
    )
    await gallery.calls.tell(contact_id, gone)


async def told(
    gallery: Gallery, operator_id: str = "", user_id: str = SATO, **claims: Any
) -> pb.GetLedgerResponse:
    request = pb.GetLedgerRequest(operator_id=operator_id)
    return await gallery.monitoring.GetLedger(request, metadata=bearer(user_id, **claims))


async def complete(gallery: Gallery, entries: int = 1) -> pb.GetLedgerResponse:
    """The operator's own ledger as soon as so many entries are over."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await current(lambda: told(gallery, user_id=MORI, role="operator", clients=[]))
            over = [each for each in found.entries if each.ended_as and each.heard_ms]
            if len(over) == entries:
                return found
            await asyncio.sleep(LOOK_S)


async def monitored(gallery: Gallery) -> str:
    """A supervisor listens for 2 s, whispers for 3.02 s, and leaves; the supervision's id."""
    spv = await gallery.start("con_1", mode=LISTEN, purpose=wire.PURPOSE_QUALITY)
    modes = ((SupervisionMode.LISTEN, 0.0), (SupervisionMode.WHISPER, 2.0))
    await hears(gallery, "con_1", spv, *modes, left=5.02)
    await gallery.end(spv)
    return spv


async def test_an_operator_sees_who_heard_them_when_why_and_how_long(gallery: Gallery) -> None:
    async with gallery.running() as monitoring:
        await gallery.talks("con_1")
        spv = await monitored(gallery)
        found = await complete(gallery)
        (entry,) = found.entries
        assert (entry.supervision_id, entry.contact_id, entry.supervisor_id) == (spv, "con_1", SATO)
        assert (entry.purpose, entry.operator_id) == (wire.PURPOSE_QUALITY, MORI)
        assert not entry.HasField("consent")
        assert [
            (each.mode, each.since.ToDatetime(UTC), each.until.ToDatetime(UTC))
            for each in entry.stretches
        ] == [
            (LISTEN, NOW, NOW + timedelta(seconds=2)),
            (WHISPER, NOW + timedelta(seconds=2), NOW + timedelta(seconds=5.02)),
        ]
        assert (entry.heard_ms, found.heard_ms, found.more) == (5020, 5020, False)
        assert entry.ended_as == wire.SUPERVISION_END_REASON_ENDED

        monitoring.kill()
        await monitoring.start()
        assert await complete(gallery) == found


async def test_nobody_sees_a_ledger_that_is_not_theirs(gallery: Gallery) -> None:
    async with gallery.running():
        await gallery.talks("con_1")
        await monitored(gallery)
        await complete(gallery)
        for role in ("supervisor", "manager", "auditor"):
            assert len((await told(gallery, MORI, role=role)).entries) == 1
            assert not (await told(gallery, MORI, role=role, clients=["cli_other"])).entries
            assert not (await told(gallery, MORI, role=role, tenant="out_other")).entries
        async with refused(DENIED, "NOT_YOURS"):
            await told(gallery, MORI, "usr_abe", role="operator")
        assert len((await told(gallery, MORI, MORI, role="operator")).entries) == 1
        for role in ("client", "admin", "service"):
            async with refused(DENIED):
                await told(gallery, MORI, role=role)


async def test_a_bad_question_about_the_ledger_names_its_field(gallery: Gallery) -> None:
    async with gallery.running():
        earlier = pb.GetLedgerRequest()
        earlier.since.FromDatetime(NOW)
        earlier.until.FromDatetime(NOW - timedelta(days=1))
        beyond = pb.GetLedgerRequest()
        beyond.since.seconds = 2**62
        for field, request in {
            "operator_id": pb.GetLedgerRequest(operator_id="mori"),
            "until": earlier,
            "since": beyond,
        }.items():
            async with refused(INVALID, says=f"{field}:"):
                await gallery.monitoring.GetLedger(request, metadata=bearer())
