"""A service made of the counter's decider and one of the contract's RPC services, for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message
from tests.harness.counter import COUNTER, Add, Counted
from tests.harness.tokens import public_key_file, token_file

from sasayaki.event import Recorded
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1 import routing_service_pb2_grpc as stubs
from sasayaki_chassis import rpc
from sasayaki_chassis.channels import REASON_KEY
from sasayaki_chassis.fields import an_id, require
from sasayaki_chassis.reactor import Reactor
from sasayaki_chassis.rpc import Context, caller, meta, refusals
from sasayaki_chassis.service import Built, Service
from sasayaki_chassis.settings import ServiceSettings

SERVICE = "/sasayaki.routing.v1.RoutingService"
RIGHTS: rpc.Rights = {
    f"{SERVICE}/Release": frozenset({"service"}),
    f"{SERVICE}/EndContact": frozenset({"service"}),
    f"{SERVICE}/PutOperator": frozenset({"admin"}),
    f"{SERVICE}/WatchDesk": frozenset({"operator", "service"}),
}
CODES = {"NEGATIVE": grpc.StatusCode.OUT_OF_RANGE}


class Routing(stubs.RoutingServiceServicer):
    """`Release` counts one for the contact; `EndContact` is answered as `answers` says."""

    def __init__(self, built: Built | None) -> None:
        self.built = built
        self.heard: list[pb.EndContactRequest] = []
        self.answers: dict[str, grpc.StatusCode] = {}
        self.reasons: dict[str, str] = {}
        self.entered = asyncio.Event()
        self.on_call: Callable[[], object] = lambda: None

    async def Release(self, request: pb.ReleaseRequest, context: Context) -> pb.ReleaseResponse:
        async with refusals(context, CODES):
            require(request, contact_id=an_id("con"))
            assert self.built is not None
            times = -1 if request.operator_id == "usr_refused" else 1
            await self.built.owners[COUNTER.stream].handle(
                request.contact_id, Add(times), request_id=request.request_id, meta=meta()
            )
        return pb.ReleaseResponse()

    async def EndContact(
        self, request: pb.EndContactRequest, context: Context
    ) -> pb.EndContactResponse:
        self.heard.append(request)
        self.on_call()
        code = self.answers.get(request.contact_id)
        if code is not None:
            reason = self.reasons.get(request.contact_id, "")
            await context.abort(code, "as the test wants it", ((REASON_KEY, reason),))
        return pb.EndContactResponse()

    async def PutOperator(
        self, request: pb.PutOperatorRequest, context: Context
    ) -> pb.PutOperatorResponse:
        self.entered.set()
        if request.operator_id == "usr_slow":
            await asyncio.Event().wait()
        raise AssertionError("a secret that no caller may read")

    async def WatchDesk(
        self, request: pb.WatchDeskRequest, context: Context
    ) -> AsyncIterator[pb.WatchDeskResponse]:
        yield pb.WatchDeskResponse(operator_id=caller().user_id)
        await asyncio.Event().wait()


class EndContacts(Reactor):
    """Asks routing, at each count, to end the contact of that name, as often as counted so far."""

    name = "end-contacts"
    moot = frozenset({"OVER"})
    topics = (COUNTER.stream,)

    def __init__(self) -> None:
        self.seen = 0

    def react(self, record: Recorded[Any]) -> Iterable[Message]:
        self.seen += 1
        if isinstance(record.data, Counted):
            for _ in range(record.data.total):
                yield pb.EndContactRequest(contact_id=record.subject)


class Totals:
    """How far each stream has been counted."""

    topics = (COUNTER.stream,)

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}

    def fold(self, record: Recorded[Any]) -> None:
        self.totals[record.subject] = record.data.total


def settings(kafka: str, prefix: str, folder: Path, **changes: Any) -> ServiceSettings:
    return ServiceSettings(
        kafka_bootstrap=kafka,
        topic_prefix=prefix,
        token_public_key_file=public_key_file(folder),
        service_token_file=token_file(folder),
        **changes,
    )


def counting_service(chosen: ServiceSettings, **parts: Any) -> Service:
    """The counter behind gRPC."""
    return Service(
        name="test",
        settings=chosen,
        rights=RIGHTS,
        servicers=lambda built: [(stubs.add_RoutingServiceServicer_to_server, Routing(built))],
        deciders=(COUNTER,),
        **parts,
    )
