"""Handovers on a real broker: written after one call, shown with the next one of its caller."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from tests.component.callreason.centre import (
    BEGINNING,
    MORI,
    SATO,
    SUPERVISOR,
    Centre,
    bearer,
    furnish,
)
from tests.component.callreason.test_callers import arrive, queue
from tests.component.callreason.test_callreason import CONTACT, FORM, end, refused, seen, talk
from tests.harness.waiting import answered

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as rpc_pb
from sasayaki.routing.v1 import pool_events
from sasayaki_callreason.cases.handover import HANDOVER
from sasayaki_chassis.kafka.log import KafkaReader

GIST = "山田様、返金は済み。次は領収書だけ。"
DENIED = grpc.StatusCode.PERMISSION_DENIED
MANAGER = bearer("manager", "usr_mg01", clients=[])


@asynccontextmanager
async def opened(centre: Centre) -> AsyncIterator[rpc_pb.CaseServiceAsyncStub]:
    """callreason with a contact that Sato has handled."""
    async with (
        centre.callreason() as stub,
        grpc.aio.insecure_channel(centre.settings.grpc_address) as channel,
    ):
        await furnish(stub)
        await arrive(centre, CONTACT, "ab")
        await queue(centre, CONTACT)
        await talk(centre, "usr_sato")
        await seen(stub, operator_id="usr_sato")
        await end(centre)
        done = callreason_pb.CompleteWrapUpRequest(request_id="w", contact_id=CONTACT, answers=FORM)
        await stub.CompleteWrapUp(done, metadata=SATO)
        yield rpc_pb.CaseServiceStub(channel)


def handover(request_id: str, **said: Any) -> pb.WriteHandoverRequest:
    return pb.WriteHandoverRequest(
        request_id=request_id,
        contact_id=CONTACT,
        **{"gist": GIST, "detail": "再送先は会社", **said},
    )


def take(handover_id: str) -> pb.TakeHandoverRequest:
    return pb.TakeHandoverRequest(request_id="t", handover_id=handover_id)


def close(handover_id: str) -> pb.CloseHandoverRequest:
    return pb.CloseHandoverRequest(request_id="c", handover_id=handover_id)


def read(handover_id: str) -> pb.ReadHandoverRequest:
    return pb.ReadHandoverRequest(request_id="r", handover_id=handover_id)


async def listed(cases: Any, metadata: Any, many: int, **asked: str) -> Any:
    """The handovers, as soon as there are so many."""
    request = pb.ListHandoversRequest(**asked)
    found = await answered(
        cases.ListHandovers, request, metadata, lambda found: len(found.handovers) == many
    )
    return found.handovers


async def test_a_handover_is_shown_with_the_next_call_of_its_caller_before_the_answer(
    centre: Centre,
) -> None:
    async with opened(centre) as cases:
        written = await cases.WriteHandover(handover("h1"), metadata=SATO)
        assert written == await cases.WriteHandover(handover("h1"), metadata=SATO)
        await listed(cases, SUPERVISOR, 1, client_id="cli_acme")
        for contact_id, caller_hash in (("con_2", "ab"), ("con_3", "cd")):
            await arrive(centre, contact_id, caller_hash)
            await queue(centre, contact_id)
        asked = pb.ListHandoversRequest(contact_id="con_2")
        assert (await refused(cases.ListHandovers(asked, metadata=MORI)))[2] in (
            "NOT_YOUR_CONTACT",
            "UNKNOWN_CONTACT",
        )
        offered = {"operator_id": "usr_mori", "respond_by": BEGINNING}
        for contact_id in ("con_2", "con_3"):
            await centre.pool(pool_events.OfferMade, contact_id=contact_id, **offered)
        [shown] = await listed(cases, MORI, 1, contact_id="con_2")
        assert (shown.handover_id, shown.gist) == (written.handover_id, GIST)
        assert (shown.user_id, shown.detail, shown.taken_by) == ("usr_sato", "再送先は会社", "")
        assert shown.expires_at.seconds - shown.written_at.seconds == 7 * 86_400
        await listed(cases, MORI, 0, contact_id="con_3")

        other = bearer("operator", "usr_op03")
        takes = [
            cases.TakeHandover(take(written.handover_id), metadata=who)
            for who in (MORI, SATO, other)
        ]
        codes = await asyncio.gather(*(each.code() for each in takes))
        assert codes.count(grpc.StatusCode.OK) == 1
        winner = (MORI, SATO, other)[codes.index(grpc.StatusCode.OK)]
        loser = MORI if winner is not MORI else SATO
        again = await refused(cases.TakeHandover(take(written.handover_id), metadata=loser))
        assert again[2] == "ALREADY_TAKEN"
        not_theirs = await refused(cases.CloseHandover(close(written.handover_id), metadata=loser))
        assert not_theirs[2] == "NOT_YOURS"
        await cases.CloseHandover(close(written.handover_id), metadata=winner)
        await listed(cases, MORI, 0, contact_id="con_2")
        await listed(cases, SUPERVISOR, 0)


async def test_a_handover_outlives_the_process_and_stands_in_no_topic_as_words(
    centre: Centre, kafka: str, topic_prefix: str
) -> None:
    async with opened(centre) as cases:
        await cases.WriteHandover(handover("h1"), metadata=SATO)
    written = b""
    async with KafkaReader(
        kafka, f"{topic_prefix}{HANDOVER.stream}", HANDOVER.partitions
    ) as reader:
        for number in range(HANDOVER.partitions):
            async for _, value in reader.read(number, 0, await reader.end(number)):
                written += value or b""
    assert b"text_sealed" in written
    for words in ("山田", "返金", "再送先"):
        assert words.encode() not in written
        assert json.dumps(words).strip('"').encode() not in written
    async with (
        centre.callreason(),
        grpc.aio.insecure_channel(centre.settings.grpc_address) as channel,
    ):
        [again] = await listed(rpc_pb.CaseServiceStub(channel), MANAGER, 1)
        assert (again.gist, again.client_id) == (GIST, "cli_acme")


async def test_each_reads_it_for_themselves(centre: Centre) -> None:
    async with opened(centre) as cases:
        written = await cases.WriteHandover(handover("h1"), metadata=SATO)
        for who, known in ((SATO, True), (MORI, False), (SUPERVISOR, False)):
            [each] = await listed(cases, who, 1)
            assert each.read is known
        for _ in range(2):
            await cases.ReadHandover(read(written.handover_id), metadata=MORI)
        every = pb.ListHandoversRequest()
        await answered(cases.ListHandovers, every, MORI, lambda found: found.handovers[0].read)
        [each] = await listed(cases, SUPERVISOR, 1)
        assert (each.read, each.taken_by) == (False, "")


async def test_handovers_are_for_those_who_serve_the_company_and_nobody_else(
    centre: Centre,
) -> None:
    async with opened(centre) as cases:
        for request, field in (
            (handover("h", gist="あ" * 141), "gist"),
            (handover("h", gist=" "), "gist"),
            (handover("h", detail="あ" * 1_001), "detail"),
            (handover("h", valid_days=31), "valid_days"),
        ):
            code, details, _ = await refused(cases.WriteHandover(request, metadata=SATO))
            assert code is grpc.StatusCode.INVALID_ARGUMENT
            assert details.startswith(f"{field}: ")
        not_theirs = await refused(cases.WriteHandover(handover("h"), metadata=MORI))
        assert not_theirs[2] == "NOT_YOUR_CONTACT"
        written = await cases.WriteHandover(handover("h"), metadata=SUPERVISOR)
        one = take(written.handover_id)
        elsewhere = bearer("operator", "usr_x", clients=["cli_hana"])
        acme = pb.ListHandoversRequest(client_id="cli_acme")
        for who in (elsewhere, bearer("client", "usr_acme"), bearer("auditor"), bearer("admin")):
            for call in (
                cases.WriteHandover(handover("x"), metadata=who),
                cases.TakeHandover(one, metadata=who),
                cases.ReadHandover(read(written.handover_id), metadata=who),
                cases.CloseHandover(close(written.handover_id), metadata=who),
                cases.ListHandovers(acme, metadata=who),
            ):
                assert (await refused(call))[0] is DENIED
        await listed(cases, SUPERVISOR, 1)
        await listed(cases, elsewhere, 0)
        stranger = bearer("supervisor", tenant="out_other")
        await listed(cases, stranger, 0)
        assert (await refused(cases.TakeHandover(one, metadata=stranger)))[2] == "UNKNOWN_HANDOVER"
        mixed = pb.ListHandoversRequest(client_id="cli_hana", contact_id=CONTACT)
        code, details, _ = await refused(cases.ListHandovers(mixed, metadata=SUPERVISOR))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("client_id: ")
