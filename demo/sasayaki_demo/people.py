"""Operators and supervisors as the platform sees them: people with a token who call RPCs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki.callreason.v1 import enquiry_events_pb2 as enquiry_pb
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.media.v1 import media_service_pb2 as media_rpc_pb
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import desk_pb2 as desk_pb
from sasayaki.monitoring.v1 import floor_pb2 as floor_pb
from sasayaki.monitoring.v1 import ledger_pb2 as ledger_pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring_pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from sasayaki.recording.v1 import recording_service_pb2 as recording_pb
from sasayaki.recording.v1.recording_service_pb2_grpc import RecordingServiceStub
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki.routing.v1 import routing_service_pb2 as routing_pb
from sasayaki.routing.v1.routing_service_pb2_grpc import RoutingServiceStub
from sasayaki_demo.endpoints import Endpoints
from sasayaki_demo.ledger import Ledger

RPC_S = 10.0
RETRY_S = 0.2
RETRIES_MAX = 50
LISTEN = media_pb.SUPERVISION_MODE_LISTEN
WHISPER = media_pb.SUPERVISION_MODE_WHISPER
BARGE = media_pb.SUPERVISION_MODE_BARGE
TAKEOVER = media_pb.SUPERVISION_MODE_TAKEOVER


class Person:
    """Somebody with a token; every act is written into the ledger when it was answered."""

    def __init__(self, user_id: str, platform: Platform, ledger: Ledger) -> None:
        self.user_id = user_id
        self._platform = platform
        self._ledger = ledger
        self._metadata = (("authorization", f"Bearer {platform.endpoints.tokens[user_id]}"),)

    async def _act(self, act: str, method: Any, request: Any, **noted: Any) -> Any:
        """Calls an RPC, again while the service is away (its request id makes that safe)."""
        begun = time.time_ns()
        for attempt in range(RETRIES_MAX):
            try:
                answer = await method(request, metadata=self._metadata, timeout=RPC_S)
                break
            except grpc.aio.AioRpcError as error:
                away = error.code() in (
                    grpc.StatusCode.UNAVAILABLE,
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                )
                if not away or attempt == RETRIES_MAX - 1:
                    raise
            await asyncio.sleep(RETRY_S)
        await self._ledger.add({"act": act, "user": self.user_id, "begun_ns": begun, **noted})
        return answer

    async def _watch(self, opened: Callable[[], Any]) -> AsyncIterator[Any]:
        """Yields what a stream tells, from its beginning again after a restart of the service."""
        while True:
            try:
                async for seen in opened():
                    yield seen
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(RETRY_S)

    async def heard_by(self, operator_id: str = "") -> list[ledger_pb.LedgerEntry]:
        """Returns who heard an operator, or oneself, newest first; not an act."""
        answer = await self._platform.monitoring.GetLedger(
            ledger_pb.GetLedgerRequest(operator_id=operator_id),
            metadata=self._metadata,
            timeout=RPC_S,
        )
        return list(answer.entries)


class Operator(Person):
    """Logs in, takes what rings, wraps up."""

    async def set_state(self, state: pool_pb.OperatorState.ValueType) -> None:
        """Logs in (READY) or out (OFF)."""
        await self._act(
            "set_operator_state",
            self._platform.routing.SetOperatorState,
            routing_pb.SetOperatorStateRequest(request_id=str(uuid4()), state=state),
            state=pool_pb.OperatorState.Name(state),
        )

    async def go_home(self) -> None:
        """Logs out whatever an earlier run left; not an act of this one."""
        await self._platform.routing.SetOperatorState(
            routing_pb.SetOperatorStateRequest(
                request_id=str(uuid4()), state=pool_pb.OPERATOR_STATE_OFF
            ),
            metadata=self._metadata,
            timeout=RPC_S,
        )

    async def complete_wrap_up(
        self, contact_id: str, answers: dict[str, str], reason_id: str = ""
    ) -> None:
        """Sends the client company's form; with a reason when it was not as the customer said."""
        await self._act(
            "complete_wrap_up",
            self._platform.callreason.CompleteWrapUp,
            callreason_pb.CompleteWrapUpRequest(
                request_id=str(uuid4()),
                contact_id=contact_id,
                reason_id=reason_id,
                answers=[enquiry_pb.FormAnswer(key=k, value=v) for k, v in answers.items()],
            ),
            contact_id=contact_id,
            reason_id=reason_id,
        )

    async def hold(self, contact_id: str, music_sha256: str, *, held: bool) -> None:
        """Puts the own customer on hold, or takes them back."""
        await self._act(
            "hold",
            self._platform.media.Hold,
            media_rpc_pb.HoldRequest(
                request_id=str(uuid4()),
                contact_id=contact_id,
                held=held,
                music_sha256=music_sha256 if held else "",
            ),
            contact_id=contact_id,
            held=held,
        )

    async def consult(self, contact_id: str, colleague: str) -> None:
        """Asks a colleague while the own customer is on hold."""
        await self._act(
            "consult",
            self._platform.routing.ConsultOperator,
            routing_pb.ConsultOperatorRequest(
                request_id=str(uuid4()), contact_id=contact_id, operator_id=colleague
            ),
            contact_id=contact_id,
            colleague=colleague,
        )

    async def end_consult(self, contact_id: str) -> None:
        """Lets the colleague go and takes the customer back."""
        await self._act(
            "end_consult",
            self._platform.routing.EndConsult,
            routing_pb.EndConsultRequest(request_id=str(uuid4()), contact_id=contact_id),
            contact_id=contact_id,
        )

    async def complete_transfer(self, contact_id: str) -> None:
        """Leaves the own customer to the colleague who was asked."""
        await self._act(
            "complete_transfer",
            self._platform.routing.CompleteTransfer,
            routing_pb.CompleteTransferRequest(request_id=str(uuid4()), contact_id=contact_id),
            contact_id=contact_id,
        )

    async def transfer(self, contact_id: str, to_operator: str) -> None:
        """Gives the own customer to somebody else without a word."""
        await self._act(
            "transfer",
            self._platform.routing.TransferContact,
            routing_pb.TransferContactRequest(
                request_id=str(uuid4()), contact_id=contact_id, operator_id=to_operator
            ),
            contact_id=contact_id,
            to_operator=to_operator,
        )

    async def call_for_help(self) -> str:
        """Raises an alert about the call that the operator is in; returns its id."""
        answer = await self._act(
            "raise_alert",
            self._platform.monitoring.RaiseAlert,
            monitoring_pb.RaiseAlertRequest(request_id=str(uuid4())),
        )
        return str(answer.alert_id)

    async def answer_consent(
        self, supervision_id: str, answer: supervision_pb.ConsentAnswer.ValueType
    ) -> None:
        """Says whether a supervisor who asked may hear the call."""
        await self._act(
            "answer_consent",
            self._platform.monitoring.AnswerConsent,
            monitoring_pb.AnswerConsentRequest(
                request_id=str(uuid4()), supervision_id=supervision_id, answer=answer
            ),
            supervision_id=supervision_id,
            answer=supervision_pb.ConsentAnswer.Name(answer),
        )

    async def desk(self) -> AsyncIterator[routing_pb.WatchDeskResponse]:
        """Yields the own desk at every change, through restarts of the service."""
        async for seen in self._watch(
            lambda: self._platform.routing.WatchDesk(
                routing_pb.WatchDeskRequest(), metadata=self._metadata
            )
        ):
            yield seen

    async def listeners(self) -> AsyncIterator[desk_pb.DeskRow]:
        """Yields what concerns the operator: who hears them, who asks, who wrote."""
        async for seen in self._watch(
            lambda: self._platform.monitoring.WatchOperator(
                monitoring_pb.WatchOperatorRequest(), metadata=self._metadata
            )
        ):
            for row in seen.rows:
                yield row


class Supervisor(Person):
    """Listens, whispers, takes over, goes from call to call and leaves."""

    async def start(
        self,
        contact_id: str,
        mode: media_pb.SupervisionMode.ValueType,
        purpose: supervision_pb.Purpose.ValueType = supervision_pb.PURPOSE_HELP,
        *,
        following: bool = False,
        keep_phone: bool = False,
    ) -> str:
        """Begins a supervision, or asks for it; returns its id."""
        answer = await self._act(
            "start_supervision",
            self._platform.monitoring.StartSupervision,
            monitoring_pb.StartSupervisionRequest(
                request_id=str(uuid4()),
                contact_id=contact_id,
                mode=mode,
                purpose=purpose,
                following=following,
                keep_phone=keep_phone,
            ),
            contact_id=contact_id,
            mode=media_pb.SupervisionMode.Name(mode),
            purpose=supervision_pb.Purpose.Name(purpose),
            following=following,
        )
        return str(answer.supervision_id)

    async def change(self, supervision_id: str, mode: media_pb.SupervisionMode.ValueType) -> int:
        """Changes the mode; returns when the request was sent, in nanoseconds."""
        sent = time.time_ns()
        await self._act(
            "change_mode",
            self._platform.monitoring.ChangeMode,
            monitoring_pb.ChangeModeRequest(
                request_id=str(uuid4()), supervision_id=supervision_id, mode=mode
            ),
            supervision_id=supervision_id,
            mode=media_pb.SupervisionMode.Name(mode),
        )
        return sent

    async def switch(
        self,
        supervision_id: str,
        contact_id: str,
        mode: media_pb.SupervisionMode.ValueType = LISTEN,
    ) -> None:
        """Goes on to another call without hanging up."""
        await self._act(
            "switch_target",
            self._platform.monitoring.SwitchTarget,
            monitoring_pb.SwitchTargetRequest(
                request_id=str(uuid4()),
                supervision_id=supervision_id,
                contact_id=contact_id,
                mode=mode,
            ),
            supervision_id=supervision_id,
            contact_id=contact_id,
            mode=media_pb.SupervisionMode.Name(mode),
        )

    async def end(self, supervision_id: str) -> None:
        """Leaves the call."""
        await self._act(
            "end_supervision",
            self._platform.monitoring.EndSupervision,
            monitoring_pb.EndSupervisionRequest(
                request_id=str(uuid4()), supervision_id=supervision_id
            ),
            supervision_id=supervision_id,
        )

    async def hang_up_phone(self) -> None:
        """Has the own phone hung up that stays connected."""
        await self._act(
            "release_phone",
            self._platform.media.ReleasePhone,
            media_rpc_pb.ReleasePhoneRequest(request_id=str(uuid4()), user_id=self.user_id),
        )

    async def claim(self, alert_id: str) -> str:
        """Takes care of an alert; returns the contact that needs help."""
        answer = await self._act(
            "claim_alert",
            self._platform.monitoring.ClaimAlert,
            monitoring_pb.ClaimAlertRequest(request_id=str(uuid4()), alert_id=alert_id),
            alert_id=alert_id,
        )
        return str(answer.contact_id)

    async def resolve(self, alert_id: str, outcome: alert_pb.AlertOutcome.ValueType) -> None:
        """Tells what became of an alert."""
        await self._act(
            "resolve_alert",
            self._platform.monitoring.ResolveAlert,
            monitoring_pb.ResolveAlertRequest(
                request_id=str(uuid4()), alert_id=alert_id, outcome=outcome
            ),
            alert_id=alert_id,
        )

    async def floor(self) -> AsyncIterator[floor_pb.FloorRow]:
        """Yields every row of the floor, all of them again after a restart of the service."""
        async for seen in self._watch(
            lambda: self._platform.monitoring.WatchFloor(
                monitoring_pb.WatchFloorRequest(), metadata=self._metadata
            )
        ):
            for row in seen.rows:
                yield row

    async def recording(self, contact_id: str) -> bytes:
        """Returns a contact's recording, a WAV file.

        Raises grpc.aio.AioRpcError, NOT_FOUND when there is none (yet).
        """
        chunks = self._platform.recording.GetRecording(
            recording_pb.GetRecordingRequest(contact_id=contact_id),
            metadata=self._metadata,
            timeout=RPC_S,
        )
        return b"".join([part.chunk async for part in chunks])

    async def recording_finished(self, contact_id: str) -> bool:
        """Returns whether all of a contact's recording is stored."""
        listed = await self._platform.recording.ListRecordings(
            recording_pb.ListRecordingsRequest(contact_id=contact_id),
            metadata=self._metadata,
            timeout=RPC_S,
        )
        return any(row.finished for row in listed.recordings)


class Platform:
    """Channels to the five services."""

    def __init__(self, endpoints: Endpoints, channels: dict[str, grpc.aio.Channel]) -> None:
        self.endpoints = endpoints
        self.routing: Any = RoutingServiceStub(channels["routing"])
        self.callreason: Any = CallreasonServiceStub(channels["callreason"])
        self.monitoring: Any = MonitoringServiceStub(channels["monitoring"])
        self.media: Any = MediaServiceStub(channels["media"])
        self.recording: Any = RecordingServiceStub(channels["recording"])


@asynccontextmanager
async def connected(endpoints: Endpoints) -> AsyncIterator[Platform]:
    """Opens the channels and closes them."""
    options = [
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.min_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 200),
    ]
    channels = {
        service: grpc.aio.insecure_channel(address, options=options)
        for service, address in endpoints.grpc.items()
    }
    try:
        yield Platform(endpoints, channels)
    finally:
        for channel in channels.values():
            await channel.close()
