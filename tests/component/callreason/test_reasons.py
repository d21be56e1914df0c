"""The report on reasons on a real broker: from what happened, for those whom it concerns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from tests.component.callreason.centre import (
    ADMIN,
    MORI,
    SATO,
    SUPERVISOR,
    Centre,
    acme,
    bearer,
    furnish,
)
from tests.component.callreason.test_callreason import (
    CONTACT,
    arrive,
    end,
    hear_guidance,
    press,
    refused,
    seen,
    talk,
)
from tests.harness.waiting import WITHIN_S

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import client_events_pb2, enquiry_events_pb2
from sasayaki.routing.v1.pool_events import OperatorReleased, WrapUpStarted

REASONS = [
    client_events_pb2.Reason(
        reason_id=reason_id, label_ja=ja, label_en=en, parent_id=parent or None, kind=kind
    )
    for reason_id, ja, en, parent, kind in (
        ("rsn_billing", "ご請求", "Billing", "", None),
        ("rsn_contract", "ご契約", "Contract", "", None),
        ("rsn_move", "引っ越し", "Moving", "rsn_contract", None),
        ("rsn_prank", "いたずら", "Prank", "", client_events_pb2.REASON_KIND_PRANK),
    )
]


async def report(
    stub: rpc_pb.CallreasonServiceAsyncStub,
    metadata: Any = SUPERVISOR,
    *,
    handled: int | None = None,
    **said: Any,
) -> pb.GetReasonReportResponse:
    """The report, as soon as so many contacts were handled."""
    request = pb.GetReasonReportRequest(client_id="cli_acme", **said)
    async with asyncio.timeout(WITHIN_S):
        while True:
            asked = stub.GetReasonReport(request, metadata=metadata)
            # A view that is behind is asked again.
            if await asked.code() is not grpc.StatusCode.UNAVAILABLE:
                told = await asked
                if handled is None or sum(row.handled for row in told.rows) == handled:
                    return told
            await asyncio.sleep(0.01)


async def test_a_report_counts_what_was_stated_confirmed_and_worked(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub, reasons=REASONS)
        await arrive(centre)
        await seen(stub, path=["guidance"])
        await hear_guidance(centre)
        await seen(stub, path=["guidance", "menu"])
        await press(centre, "1")
        await seen(stub, stated_reason_id="rsn_billing")
        await talk(centre)
        await seen(stub, operator_id="usr_mori")
        confirm = pb.ConfirmReasonRequest(request_id="c", contact_id=CONTACT, reason_id="rsn_move")
        await stub.ConfirmReason(confirm, metadata=MORI)
        await end(centre)
        since = datetime(2026, 11, 22, 9, tzinfo=UTC)
        worked = {"contact_id": CONTACT, "operator_id": "usr_mori"}
        await centre.pool(WrapUpStarted, **worked, since=since, release_by=since)
        until = since + timedelta(seconds=30)
        await centre.pool(
            OperatorReleased, **worked, since=until, reason="RELEASE_REASON_COMPLETED"
        )
        await arrive(centre, "con_2")
        await seen(stub, "con_2")

        told = await report(stub, handled=1)
        while told.rows[0].workload_ms < 30_000 or told.contacts < 2:
            told = await report(stub, handled=1)
        first, nothing = told.rows
        assert (first.reason_id, first.label_ja, first.parent_id) == (
            "rsn_move",
            "引っ越し",
            "rsn_contract",
        )
        assert (first.contacts, first.cumulative_share) == (1, 1.0)
        assert (nothing.reason_id, nothing.contacts, nothing.handled) == ("", 1, 0)
        pairs = [(pair.stated_reason_id, pair.confirmed_reason_id) for pair in told.pairs]
        assert pairs == [("", ""), ("rsn_billing", "rsn_move")]
        rolled_up = await report(stub, level=1)
        assert [row.reason_id for row in rolled_up.rows] == ["rsn_contract", ""]
        await stub.PutClient(acme("put-2", reasons=REASONS[:1]), metadata=ADMIN)
        assert (await report(stub)).rows[0].label_en == "Moving"


async def test_a_prank_needs_no_further_answers_and_closes_as_one(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub, reasons=REASONS)
        await arrive(centre)
        await talk(centre)
        await end(centre)
        await seen(stub, operator_id="usr_mori")
        wrap_up = pb.CompleteWrapUpRequest(
            request_id="w", contact_id=CONTACT, reason_id="rsn_prank"
        )
        await stub.CompleteWrapUp(wrap_up, metadata=MORI)
        closed = await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_PRANK)
        assert closed.confirmed_reason_id == "rsn_prank"


async def test_a_wrap_up_that_lacks_an_answer_names_its_field(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub, reasons=REASONS)
        await arrive(centre)
        await talk(centre)
        await end(centre)
        await seen(stub, operator_id="usr_mori")
        wrap_up = pb.CompleteWrapUpRequest(request_id="w", contact_id=CONTACT)
        code, details, _ = await refused(stub.CompleteWrapUp(wrap_up, metadata=MORI))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details == "answers[outcome]: must be answered"


async def test_a_report_is_for_those_whom_the_company_concerns(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        for role in ("supervisor", "manager", "auditor", "client"):
            assert not (await report(stub, bearer(role))).contacts
        request = pb.GetReasonReportRequest(client_id="cli_acme")
        denied = grpc.StatusCode.PERMISSION_DENIED
        for metadata in (
            MORI,
            SATO,
            ADMIN,
            bearer("client", clients=["cli_hana"]),
            bearer("auditor", clients=[]),
        ):
            assert (await refused(stub.GetReasonReport(request, metadata=metadata)))[0] is denied
        elsewhere = bearer("supervisor", tenant="out_other")
        code, _, reason = await refused(stub.GetReasonReport(request, metadata=elsewhere))
        assert (code, reason) == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_CLIENT")


async def test_a_bad_period_or_level_is_named(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        request = pb.GetReasonReportRequest(client_id="cli_acme", level=4)
        _, details, _ = await refused(stub.GetReasonReport(request, metadata=SUPERVISOR))
        assert details.startswith("level: ")
        request = pb.GetReasonReportRequest(client_id="cli_acme")
        request.until.FromSeconds(100)
        getattr(request, "from").FromSeconds(100)
        code, details, _ = await refused(stub.GetReasonReport(request, metadata=SUPERVISOR))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("until: ")
