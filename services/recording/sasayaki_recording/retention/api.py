"""`SetRetention`, `SetLegalHold`, `ReleaseLegalHold` and `DeleteRecording`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import grpc

from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.policy_events_pb2 import ReasonRetention
from sasayaki.recording.v1.recording_events_pb2 import DeletionReason
from sasayaki_chassis.decider import Refused
from sasayaki_chassis.fields import InvalidField, an_id, between, require
from sasayaki_chassis.ids import derived_id
from sasayaki_chassis.rpc import Context, Rights, caller, meta, refusals, request_id_of
from sasayaki_recording.methods import SERVICE, may_hear
from sasayaki_recording.recording import Command, ReleaseHold, SetHold
from sasayaki_recording.retention.deletions import Deletions
from sasayaki_recording.retention.due import last_look
from sasayaki_recording.retention.policy import Days, SetDays

DAYS_MAX = 36_500
REASONS_MAX = 500
HOLD_REASON_MAX = 100

_HOLDERS = frozenset(("manager", "auditor", "admin"))
RIGHTS: Rights = {
    f"{SERVICE}SetRetention": frozenset(("admin",)),
    f"{SERVICE}SetLegalHold": _HOLDERS,
    f"{SERVICE}ReleaseLegalHold": _HOLDERS,
    f"{SERVICE}DeleteRecording": frozenset(("service",)),
}
CODES: Mapping[str, grpc.StatusCode] = {
    "UNKNOWN_RECORDING": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_HOLD": grpc.StatusCode.NOT_FOUND,
    "UNKNOWN_CLIENT": grpc.StatusCode.NOT_FOUND,
}


@dataclass(frozen=True, slots=True)
class Keeping:
    """What these methods work with."""

    deletions: Deletions
    zone: tzinfo
    now: Callable[[], datetime]
    require_current: Callable[[], None]


class RetentionMethods:
    """The methods of RecordingService about how long."""

    _keeping: Keeping

    async def SetRetention(
        self, request: pb.SetRetentionRequest, context: Context
    ) -> pb.SetRetentionResponse:
        async with refusals(context, CODES):
            require(
                request,
                client_id=an_id("cli"),
                days=between(1, DAYS_MAX),
                by_reason=_some_reasons,
            )
            who, client_id = caller(), request.client_id
            policies = self._keeping.deletions.retentions.policies
            known = policies.meta(client_id)
            served = not who.clients or client_id in who.clients
            if not served or (known and known.tenant_id != who.tenant_id):
                raise Refused("UNKNOWN_CLIENT", f"no client company {client_id!r}")
            # The next look, never one that has been: nothing goes in the instant of a slip.
            first_day = last_look(self._keeping.now(), self._keeping.zone) + timedelta(days=1)
            by_reason = sorted((each.reason_id, each.days) for each in request.by_reason)
            command = SetDays(Days(request.days, tuple(by_reason)), first_day)
            await policies.handle(
                client_id,
                command,
                request_id=request_id_of(command, request.request_id),
                meta=meta(client_id=client_id),
            )
        return pb.SetRetentionResponse()

    async def SetLegalHold(
        self, request: pb.SetLegalHoldRequest, context: Context
    ) -> pb.SetLegalHoldResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con"), reason=_a_reason)
            who = caller()
            hold_id = derived_id(
                "hld", who.tenant_id, "SetLegalHold", f"{who.user_id}/{request.request_id}"
            )
            hold = SetHold(hold_id, request.reason)
            await self._decide(request.contact_id, hold, request.request_id)
        return pb.SetLegalHoldResponse(hold_id=hold_id)

    async def ReleaseLegalHold(
        self, request: pb.ReleaseLegalHoldRequest, context: Context
    ) -> pb.ReleaseLegalHoldResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con"), hold_id=an_id("hld"))
            release = ReleaseHold(request.hold_id)
            await self._decide(request.contact_id, release, request.request_id)
        return pb.ReleaseLegalHoldResponse()

    async def DeleteRecording(
        self, request: pb.DeleteRecordingRequest, context: Context
    ) -> pb.DeleteRecordingResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con"), reason=_a_deletion)
            keeping, contact_id = self._keeping, request.contact_id
            keeping.require_current()
            known = keeping.deletions.shelf.meta(contact_id)
            if known is None or known.tenant_id != caller().tenant_id:
                raise Refused("UNKNOWN_RECORDING", f"no recording of {contact_id!r}")
            asked = meta(client_id=known.client_id, correlation_id=contact_id)
            if request.reason == DeletionReason.DELETION_REASON_RETENTION:
                await keeping.deletions.expire(
                    contact_id, keeping.now(), request_id=request.request_id, meta=asked
                )
            else:
                await keeping.deletions.settle(
                    contact_id, request_id=request.request_id, meta=asked
                )
        return pb.DeleteRecordingResponse()

    async def _decide(self, contact_id: str, command: Command, request_id: str) -> None:
        """Has a hold decided for who may know of the recording."""
        shelf = self._keeping.deletions.shelf
        known = shelf.meta(contact_id)
        if known is None or not may_hear(caller(), shelf.whose(contact_id, known)):
            raise Refused("UNKNOWN_RECORDING", f"no recording of {contact_id!r}")
        await shelf.handle(
            contact_id,
            command,
            request_id=request_id_of(command, request_id),
            meta=meta(client_id=known.client_id, correlation_id=contact_id),
        )


def _some_reasons(value: Sequence[ReasonRetention]) -> str | None:
    if len(value) > REASONS_MAX:
        return f"at most {REASONS_MAX} reasons, not {len(value)}"
    for number, each in enumerate(value):
        try:
            require(each, reason_id=an_id("rsn"), days=between(1, DAYS_MAX))
        except InvalidField as fault:
            return f"[{number}].{fault}"
    reasons = Counter(each.reason_id for each in value)
    twice = [reason_id for reason_id, times in reasons.items() if times > 1]
    return f"{twice[0]!r} stands in it twice" if twice else None


def _a_reason(value: str) -> str | None:
    fits = bool(value.strip()) and len(value) <= HOLD_REASON_MAX
    return None if fits else f"1 to {HOLD_REASON_MAX} characters, not {len(value)}"


def _a_deletion(value: int) -> str | None:
    return None if value and value in DeletionReason.values() else "must be chosen"
