"""Recording whole, as `app.service` makes it, on logs in memory, a folder and simulated time.

It can be killed at any await and started again on what it had written by then. Other services'
records are told by the test; they reach the views a moment after they are written.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from tests.harness.alone import FOLLOWS_S, Context, LoopClock, record_of
from tests.harness.specification import MemoryLog

from sasayaki.event import Event, Recorded
from sasayaki.recording.v1 import recording_service_pb2 as pb
from sasayaki.recording.v1.recording_events import RecordingDeleted
from sasayaki.recording.v1.recording_events_pb2 import Track
from sasayaki_chassis import rpc
from sasayaki_chassis.codec import Entry
from sasayaki_chassis.identity import Identity
from sasayaki_chassis.owner import Owners
from sasayaki_chassis.rpc import Call
from sasayaki_chassis.service import Built, Service
from sasayaki_recording.app import service
from sasayaki_recording.methods import SERVICE
from sasayaki_recording.settings import Settings

TENANT = "out_test"
MEDIA = Identity("usr_media", TENANT, "service")
ADMIN = Identity("usr_admin", TENANT, "admin")
"""Sees all client companies of the tenant."""
TRACKS = (Track.TRACK_CUSTOMER, Track.TRACK_OPERATOR, Track.TRACK_SUPERVISOR)
SAMPLES = 160


class _Told(MemoryLog):
    """A partition whose records are told on; after some, the process gets no further."""

    def __init__(self, alone: "RecordingAlone", stream: str) -> None:
        super().__init__(alone.landed.setdefault(stream, []))
        self._alone = alone
        self._stream = stream

    async def append(self, entries: Sequence[Entry]) -> int:
        base = await super().append(entries)
        for offset, entry in enumerate(entries, base):
            record = record_of(self._stream, offset, entry)
            if record is not None:
                self._alone.tell_on(self._stream, record)
                if self._alone.dies_at is type(record.data):
                    self._alone.at_deaths_door.set()
                    await asyncio.Event().wait()  # nothing of what would follow happens
        return base


class RecordingAlone:
    """The service and its world; `landed` and the folder are what survives a kill."""

    def __init__(self, begin: datetime, folder: Path, *client_ids: str) -> None:
        self.clock = LoopClock(begin)
        self.landed: dict[str, list[Entry]] = {}
        self.lag_s = 0.0
        """How far the views say that they are behind."""
        self.dies_at: type[Event] | None = None
        self.at_deaths_door = asyncio.Event()
        self._others: list[tuple[str, Recorded[Any]]] = []
        self._settings = Settings(vault=folder / "vault", keys=folder / "keys")
        (folder / "keys").mkdir()
        for number, client_id in enumerate(client_ids, 1):
            (folder / "keys" / f"{client_id}.key").write_bytes(bytes([number]) * 32)
        self._numbers = count(1)
        self._on_their_way: deque[tuple[str, Recorded[Any]]] = deque()
        self._running: list[asyncio.Task[None]] = []
        self._service: Service
        self._methods: Any

    async def start(self) -> None:
        """Reads what there is and serves."""
        self._service = service(self._settings)
        owners = {
            each.stream: Owners(each, [_Told(self, each.stream)], self.clock)
            for each in self._service.deciders
        }
        lags = lambda view: self.lag_s  # noqa: E731
        built = Built(owners, None, self.clock, lags)  # type: ignore[arg-type]
        ((_, self._methods),) = self._service.servicers(built)
        self._on_their_way.clear()
        for stream in list(self.landed):
            for record in self.history(stream):
                self._follow(stream, record)
        for topic, record in self._others:
            self._follow(topic, record)
        self._begin(each.run() for each in owners.values())
        for each in owners.values():
            await each.all_serving()
        self._begin(begin(built) for begin in self._service.background)

    async def kill(self) -> None:
        """Ends everything where it stands."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        self.dies_at = None
        self.at_deaths_door.clear()

    async def call(self, method: str, request: Any, who: Identity) -> Any:
        """A unary method's answer; raises Refusal."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = f"request-{next(self._numbers)}"
        allowed = who.role in self._service.rights[f"{SERVICE}{method}"]
        assert allowed, f"a {who.role} may not call {method}"
        rpc.current.set(Call(who, rpc.new_traceparent()))
        return await getattr(self._methods, method)(request, Context())

    async def record(self, contact_id: str, client_id: str = "cli_acme") -> None:
        """A recording of 20 ms, whole, that began now."""
        pages = [
            pb.Page(
                contact_id=contact_id,
                client_id=client_id,
                track=track,
                pcmu=b"\x42" * SAMPLES,
                last=True,
            )
            for track in TRACKS
        ]
        for page in pages:
            page.opened_at.FromDatetime(self.clock.now())
        await self.call("UploadPages", pb.UploadPagesRequest(pages=pages), MEDIA)

    async def listed(self, **asked: Any) -> list[pb.RecordingSummary]:
        request = pb.ListRecordingsRequest(page_size=500, **asked)
        return list((await self.call("ListRecordings", request, ADMIN)).recordings)

    def tell(self, topic: str, subject: str, *events: Event, client_id: str = "cli_acme") -> None:
        """Another service's records, written now."""
        for event in events:
            number, now = next(self._numbers), self.clock.now()
            record = Recorded[Event].model_construct(
                id=f"rec-{number}",
                type=event.event_type,
                source="/simulated",
                subject=subject,
                sequence=number,
                time=now,
                recorded_time=now,
                tenant_id=TENANT,
                client_id=client_id,
                at=number,
                owner="simulated",
                data=event,
            )
            self._others.append((topic, record))
            self.tell_on(topic, record)

    def tell_on(self, topic: str, record: Recorded[Any]) -> None:
        """In order, which timers of one instant would not keep."""
        self._on_their_way.append((topic, record))
        asyncio.get_running_loop().call_later(FOLLOWS_S, self._follow_next)

    def history(self, stream: str) -> list[Recorded[Any]]:
        """What is decided in a stream."""
        landed = enumerate(self.landed.get(stream, ()))
        found = (record_of(stream, offset, entry) for offset, entry in landed)
        return [record for record in found if record is not None]

    def deleted(self) -> dict[str, Recorded[RecordingDeleted]]:
        """Deletions by contact: each at most once."""
        found: dict[str, Recorded[RecordingDeleted]] = {}
        for record in self.history("recording.recording"):
            if isinstance(record.data, RecordingDeleted):
                assert record.subject not in found, f"{record.subject} is deleted twice"
                found[record.subject] = record
        return found

    def files(self) -> set[str]:
        """Contacts whose sound is on the disk."""
        return {file.stem for file in self._settings.vault.rglob("*.pages")}

    def _begin(self, parts: Any) -> None:
        coroutines: Sequence[Coroutine[Any, Any, None]] = list(parts)
        self._running += [asyncio.ensure_future(each) for each in coroutines]

    def _follow_next(self) -> None:
        if self._on_their_way:  # a restart has read what was under way
            self._follow(*self._on_their_way.popleft())

    def _follow(self, topic: str, record: Recorded[Any]) -> None:
        for view in self._service.projections:
            if topic in view.topics:
                view.fold(record)
