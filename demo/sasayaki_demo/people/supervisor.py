"""A supervisor as the platform sees one: hears calls, takes care of alerts, looks back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from sasayaki.media.v1 import call_events_pb2 as media_pb
from sasayaki.media.v1 import media_service_pb2 as media_rpc_pb
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as floor_pb
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring_pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki.recording.v1 import recording_service_pb2 as recording_pb
from sasayaki_demo.people.person import RPC_S, Person

LISTEN = media_pb.SUPERVISION_MODE_LISTEN
WHISPER = media_pb.SUPERVISION_MODE_WHISPER
BARGE = media_pb.SUPERVISION_MODE_BARGE
TAKEOVER = media_pb.SUPERVISION_MODE_TAKEOVER


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
            self._platform.monitoring.StartSupervision,
            monitoring_pb.StartSupervisionRequest(
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
            self._platform.monitoring.ChangeMode,
            monitoring_pb.ChangeModeRequest(supervision_id=supervision_id, mode=mode),
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
            self._platform.monitoring.SwitchTarget,
            monitoring_pb.SwitchTargetRequest(
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
            self._platform.monitoring.EndSupervision,
            monitoring_pb.EndSupervisionRequest(supervision_id=supervision_id),
            supervision_id=supervision_id,
        )

    async def hang_up_phone(self) -> None:
        """Has the own phone hung up that stays connected."""
        await self._act(
            self._platform.media.ReleasePhone,
            media_rpc_pb.ReleasePhoneRequest(user_id=self.user_id),
        )

    async def claim(self, alert_id: str) -> str:
        """Takes care of an alert; returns the contact that needs help."""
        answer = await self._act(
            self._platform.monitoring.ClaimAlert,
            monitoring_pb.ClaimAlertRequest(alert_id=alert_id),
            alert_id=alert_id,
        )
        return str(answer.contact_id)

    async def resolve(self, alert_id: str, outcome: alert_pb.AlertOutcome.ValueType) -> None:
        """Tells what became of an alert."""
        await self._act(
            self._platform.monitoring.ResolveAlert,
            monitoring_pb.ResolveAlertRequest(alert_id=alert_id, outcome=outcome),
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
