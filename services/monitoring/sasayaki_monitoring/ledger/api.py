"""GetLedger: operators see their own, others what their token lets them see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import grpc

from sasayaki.media.v1 import call_events_pb2 as media_wire
from sasayaki.monitoring.v1 import ledger_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as wire
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, an_id, instant, require
from sasayaki_chassis.rpc import Context, Rights, caller, refusals
from sasayaki_monitoring.ledger.view import Entry, LedgerView, heard_in_all
from sasayaki_monitoring.methods import SERVICE, SUPERVISORS

RIGHTS: Rights = {f"{SERVICE}GetLedger": SUPERVISORS | {"operator", "auditor"}}

CODES: Mapping[str, grpc.StatusCode] = {"NOT_YOURS": grpc.StatusCode.PERMISSION_DENIED}

ENTRIES_SHOWN = 1_000
USUAL = timedelta(days=28)
MS = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Accounts:
    """What the method works with; `require_current` raises Unavailable while `view` is behind."""

    view: LedgerView
    now: Callable[[], datetime]
    require_current: Callable[[], None]


class LedgerMethods:
    """Nobody is unseen: whoever heard a call stands here with purpose, mode and time."""

    _accounts: Accounts

    async def GetLedger(
        self, request: pb.GetLedgerRequest, context: Context
    ) -> pb.GetLedgerResponse:
        async with refusals(context, CODES):
            require(request, operator_id=an_id("usr", optional=True))
            who, now = caller(), self._accounts.now()
            until = instant(request, "until") or now
            since = instant(request, "since") or now - USUAL
            if until < since:
                raise InvalidField("until", "not before `since`")
            operator_id = request.operator_id or who.user_id
            if who.role == "operator" and operator_id != who.user_id:
                raise Refused("NOT_YOURS", "another operator's ledger")
            self._accounts.require_current()
        found = [
            entry
            for entry in self._accounts.view.of(who.tenant_id, operator_id, since, until)
            if who.role == "operator" or entry.client_id in who.clients
        ]
        return pb.GetLedgerResponse(
            entries=[_entry(each, now) for each in islice(found, ENTRIES_SHOWN)],
            more=len(found) > ENTRIES_SHOWN,
            heard_ms=heard_in_all(found, now) // MS,
        )


def _entry(entry: Entry, now: datetime) -> pb.LedgerEntry:
    told = pb.LedgerEntry(
        supervision_id=entry.supervision_id,
        contact_id=entry.contact_id,
        client_id=entry.client_id,
        operator_id=entry.operator_id,
        supervisor_id=entry.supervisor_id,
        purpose=wire.Purpose.Value(entry.purpose.value),
        consent=wire.ConsentAnswer.Value(entry.consent.value) if entry.consent else None,
        heard_ms=entry.heard(now) // MS,
        ended_as=wire.SupervisionEndReason.Value(entry.ended_as.value),
    )
    assert entry.begun_at is not None, "only what has begun is listed"
    told.begun_at.FromDatetime(entry.begun_at)
    for each in entry.stretches:
        stretch = told.stretches.add(mode=media_wire.SupervisionMode.Value(each.mode.value))
        stretch.since.FromDatetime(each.since)
        if each.until is not None:
            stretch.until.FromDatetime(each.until)
    return told
