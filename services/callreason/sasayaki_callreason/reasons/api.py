"""GetReasonReport: why customers called, of a company that the caller serves or is."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki_callreason.companies import Companies
from sasayaki_callreason.enquiries.contacts import check_serves
from sasayaki_callreason.reasons.figures import Row, Tally
from sasayaki_callreason.reasons.tree import LEVELS_MOST
from sasayaki_callreason.reasons.view import Name, ReasonView
from sasayaki_callreason.requests import SERVICE, slug
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, between, instant, require
from sasayaki_chassis.rpc import Context, Rights, caller, refusals

RIGHTS: Rights = {
    f"{SERVICE}GetReasonReport": frozenset(("supervisor", "manager", "auditor", "client"))
}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
    "NOT_YOUR_CLIENT": grpc.StatusCode.PERMISSION_DENIED,
}

USUAL = timedelta(days=28)
CONTACTS_AT_ONCE = 150
"""Counted before others have their turn: the loop serves calls meanwhile."""


@dataclass(frozen=True)
class Report:
    """What the method works with; `require_current` raises Unavailable while `view` is behind."""

    view: ReasonView
    now: Callable[[], datetime]
    require_current: Callable[[], None]


class ReasonMethods(rpc_pb.CallreasonServiceServicer):
    """Every contact of the period is in one row, whatever became of it."""

    _companies: Companies
    _report: Report

    async def GetReasonReport(
        self, request: pb.GetReasonReportRequest, context: Context
    ) -> pb.GetReasonReportResponse:
        async with refusals(context, CODES):
            require(request, client_id=slug("cli"), level=between(0, LEVELS_MOST))
            identity, report = caller(), self._report
            since, until = period(request, report.now())
            check_serves(identity, request.client_id)
            self._companies.served(request.client_id, identity)
            report.require_current()
            check_known(report.view, request.client_id, since)
            return await self._counted(request, since, until)

    async def _counted(
        self, request: pb.GetReasonReportRequest, since: datetime, until: datetime
    ) -> pb.GetReasonReportResponse:
        view = self._report.view
        names = view.names(request.client_id)
        tally = Tally(since, until, names, request.level)
        contacts = view.contacts(request.client_id)
        for first in range(0, len(contacts), CONTACTS_AT_ONCE):
            tally.count(contacts[first : first + CONTACTS_AT_ONCE])
            await asyncio.sleep(0)
        answer = pb.GetReasonReportResponse(
            rows=[_row(row, names) for row in tally.rows()], contacts=tally.contacts
        )
        for pair in tally.pairs():
            answer.pairs.add(
                stated_reason_id=pair.stated,
                confirmed_reason_id=pair.confirmed,
                contacts=pair.contacts,
            )
        return answer


def period(request: pb.GetReasonReportRequest, now: datetime) -> tuple[datetime, datetime]:
    """From when until before when contacts arrived; the last 28 days if nothing is said."""
    until = instant(request, "until") or now
    since = instant(request, "from") or until - USUAL
    if since >= until:
        raise InvalidField("until", "not after `from`")
    return since, until


def check_known(view: ReasonView, client_id: str, since: datetime) -> None:
    """Refuses a period of which some contacts are forgotten: a number is whole or is not told."""
    forgotten = view.forgotten_until(client_id)
    if forgotten is not None and since <= forgotten:
        told = f"not all contacts up to {forgotten:%Y-%m-%dT%H:%M:%SZ} are known any more"
        raise Refused("PERIOD_FORGOTTEN", told)


def _row(row: Row, names: Mapping[str, Name]) -> pb.ReasonRow:
    name = names.get(row.reason_id)
    return pb.ReasonRow(
        reason_id=row.reason_id,
        label_ja=name.ja if name else "",
        label_en=name.en if name else "",
        parent_id=name.parent_id if name else "",
        contacts=row.contacts,
        handled=row.handled,
        workload_ms=row.workload_ms,
        handle_ms_mean=row.handle_ms_mean,
        cumulative_share=row.cumulative_share,
    )
