"""What callreason sees of the world: calls that somebody writes, and peers that take requests.

The stand-in owns `media.call` as media does, by the chassis's own owner, and writes what a test
says has happened. It answers media's and routing's methods and keeps what was asked.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc.aio
from google.protobuf.message import Message
from tests.harness.tokens import public_key_file, token, token_file
from tests.harness.waiting import until
from tests.unit.callreason.flows import SHA, SOURCE

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import client_events_pb2
from sasayaki.event import Event
from sasayaki.media.v1 import call_events, outbound_events
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1 import media_service_pb2_grpc as media_rpc
from sasayaki.routing.v1 import pool_events
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1 import routing_service_pb2_grpc as routing_rpc
from sasayaki_callreason.app import build
from sasayaki_callreason.settings import Settings
from sasayaki_chassis.decider import Decider
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Context
from sasayaki_chassis.service import Built, Service, running
from sasayaki_chassis.settings import ServiceSettings

TENANT = "out_test"
NUMBER = "+81312345678"
BEGINNING = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Happen:
    """Something has happened in a call."""

    event: Event


def _decide(state: None, command: Happen, now: datetime) -> Sequence[Event]:
    return (command.event,)


CALLS: Decider[None, Happen, Event] = Decider(
    stream="media.call",
    initial=None,
    decide=_decide,
    evolve=lambda state, event: None,
    deadline=lambda state: None,
    events=call_events.EVENTS,
    partitions=12,
)


POOLS: Decider[None, Happen, Event] = Decider(
    stream="routing.pool",
    initial=None,
    decide=_decide,
    evolve=lambda state, event: None,
    deadline=lambda state: None,
    events=pool_events.EVENTS,
)

OUTBOUND: Decider[None, Happen, Event] = Decider(
    stream="media.outbound",
    initial=None,
    decide=_decide,
    evolve=lambda state, event: None,
    deadline=lambda state: None,
    events=outbound_events.EVENTS,
)


class Asked(media_rpc.MediaServiceServicer, routing_rpc.RoutingServiceServicer):
    """Takes what media and routing are asked; keeps each request once, as they would."""

    def __init__(self) -> None:
        self.requests: dict[str, Message] = {}

    def of(self, contact_id: str) -> list[Any]:
        """What was asked about a contact, in order."""
        return [
            request
            for request in self.requests.values()
            if getattr(request, "contact_id", "") == contact_id
        ]

    async def Answer(self, request: media.AnswerRequest, context: Context) -> media.AnswerResponse:
        self.requests.setdefault(request.request_id, request)
        return media.AnswerResponse()

    async def PlayPrompt(
        self, request: media.PlayPromptRequest, context: Context
    ) -> media.PlayPromptResponse:
        self.requests.setdefault(request.request_id, request)
        return media.PlayPromptResponse()

    async def DialOutside(
        self, request: media.DialOutsideRequest, context: Context
    ) -> media.DialOutsideResponse:
        self.requests.setdefault(request.request_id, request)
        return media.DialOutsideResponse()

    async def HangUp(self, request: media.HangUpRequest, context: Context) -> media.HangUpResponse:
        self.requests.setdefault(request.request_id, request)
        return media.HangUpResponse()

    async def QueueContact(
        self, request: routing.QueueContactRequest, context: Context
    ) -> routing.QueueContactResponse:
        self.requests.setdefault(request.request_id, request)
        return routing.QueueContactResponse()


@dataclass
class Centre:
    """callreason, and what it can see of the world around it."""

    settings: Settings
    world: Built
    asked: Asked
    happened: int = 0
    keys: Path = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.settings.keys

    @asynccontextmanager
    async def callreason(self) -> AsyncIterator[rpc_pb.CallreasonServiceAsyncStub]:
        """callreason, from its start to its end; may be started again."""
        async with running(build(self.settings, BEGINNING)):
            async with grpc.aio.insecure_channel(self.settings.grpc_address) as channel:
                yield rpc_pb.CallreasonServiceStub(channel)

    async def happen(self, contact_id: str, event: type[Event], **said: Any) -> None:
        """Writes down that something happened in a call."""
        self.happened += 1
        await self.world.owners[CALLS.stream].handle(
            contact_id,
            Happen(event.model_validate(said)),
            request_id=f"happening-{self.happened}",
            meta=Meta(tenant_id=TENANT, correlation_id=contact_id),
        )

    async def pool(self, event: type[Event], **said: Any) -> None:
        """Writes down that something happened in the pool."""
        self.happened += 1
        await self.world.owners[POOLS.stream].handle(
            "pol_1",
            Happen(event.model_validate(said)),
            request_id=f"happening-{self.happened}",
            meta=Meta(tenant_id=TENANT, client_id="cli_acme"),
        )

    async def refuse_outside(self, contact_id: str) -> None:
        """Writes down that nobody outside may be called for the contact's flow."""
        refusal = "OUTBOUND_REFUSAL_NUMBER_NOT_ALLOWED"
        said = {"refusal": refusal, "contact_id": contact_id}
        self.happened += 1
        await self.world.owners[OUTBOUND.stream].handle(
            "cli_acme",
            Happen(outbound_events.OutboundRefused.model_validate(said)),
            request_id=f"happening-{self.happened}",
            meta=Meta(tenant_id=TENANT, client_id="cli_acme"),
        )

    async def asks(self, contact_id: str, *kinds: type[Message]) -> list[Any]:
        """What was asked about the contact, as soon as it is as much as `kinds`."""
        await until(lambda: len(self.asked.of(contact_id)) >= len(kinds))
        asked = self.asked.of(contact_id)
        assert [type(request) for request in asked] == list(kinds)
        return asked


@asynccontextmanager
async def running_centre(kafka: str, prefix: str, folder: Path) -> AsyncIterator[Centre]:
    """The world without callreason, which the test starts."""
    asked = Asked()  # type: ignore[abstract]  # what it lacks answers UNIMPLEMENTED
    service = Service(
        name="media",
        settings=ServiceSettings(
            kafka_bootstrap=kafka,
            topic_prefix=prefix,
            token_public_key_file=public_key_file(folder),
            http_address="127.0.0.1:0",
        ),
        rights={
            f"/sasayaki.media.v1.MediaService/{name}": frozenset(("service",))
            for name in ("Answer", "PlayPrompt", "HangUp", "DialOutside")
        }
        | {"/sasayaki.routing.v1.RoutingService/QueueContact": frozenset(("service",))},
        servicers=lambda built: [
            (media_rpc.add_MediaServiceServicer_to_server, asked),
            (routing_rpc.add_RoutingServiceServicer_to_server, asked),
        ],
        deciders=[CALLS, POOLS, OUTBOUND],
    )
    async with running(service) as world:
        own = f"127.0.0.1:{_free_port()}"
        peer = f"127.0.0.1:{world.ports['grpc']}"
        settings = Settings(
            kafka_bootstrap=kafka,
            topic_prefix=prefix,
            grpc_address=own,
            http_address="127.0.0.1:0",
            callreason_address=own,
            media_address=peer,
            routing_address=peer,
            token_public_key_file=folder / "token.pub.pem",
            service_token_file=token_file(folder),
            keys=folder / "keys",
        )
        yield Centre(settings, world, asked)


def bearer(role: str, user_id: str = "usr_test", **claims: Any) -> tuple[tuple[str, str], ...]:
    """The metadata of a caller."""
    return (("authorization", f"Bearer {token(role=role, sub=user_id, **claims)}"),)


ADMIN = bearer("admin", "usr_admin")
SERVICE = bearer("service", "svc_media")
MORI = bearer("operator", "usr_mori")
SATO = bearer("operator", "usr_sato")
SUPERVISOR = bearer("supervisor", "usr_sv01")


def acme(request_id: str, **changes: Any) -> pb.PutClientRequest:
    """The client company of these tests."""
    said = {
        "client_id": "cli_acme",
        "name": "Acme Electric",
        "numbers": [client_events_pb2.Number(number=NUMBER, flow_id="flw_acme")],
        "reasons": [
            client_events_pb2.Reason(reason_id=name, label_ja=name, label_en=name)
            for name in ("rsn_billing", "rsn_contract")
        ],
        "wrap_up_form": [
            client_events_pb2.FormField(
                key="outcome",
                label_ja="結果",
                label_en="Outcome",
                kind=client_events_pb2.FIELD_KIND_CHOICE,
                required=True,
                choices=["resolved", "callback"],
            )
        ],
        "queue_ids": ["que_billing", "que_contract"],
        **changes,
    }
    return pb.PutClientRequest(request_id=request_id, **said)


def flow(request_id: str, source: str = SOURCE) -> pb.PublishFlowRequest:
    """The flow of the unit tests, or another of the same company."""
    return pb.PublishFlowRequest(
        request_id=request_id, client_id="cli_acme", source=source, prompts=SHA
    )


async def furnish(stub: rpc_pb.CallreasonServiceAsyncStub, **changes: Any) -> None:
    """Makes the company and publishes its flow."""
    await stub.PutClient(acme("put-1", **changes), metadata=ADMIN)
    await stub.PublishFlow(flow("publish-1"), metadata=ADMIN)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
