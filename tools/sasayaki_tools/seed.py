"""Applies a seed to a running platform by ordinary RPCs, as an admin would.

A row's request id is the hash of the row, so that applying a seed again changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1 import client_events_pb2 as client_events
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.routing_service_pb2_grpc import RoutingServiceStub
from sasayaki_tools.paths import ROOT
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import Client, Seed, User

ANSWER_WAIT_S = 20.0
PROMPTS = ROOT / "seed" / "prompts"
FLOWS = ROOT / "seed" / "flows"
FIELD_KINDS = {
    "text": client_events.FIELD_KIND_TEXT,
    "choice": client_events.FIELD_KIND_CHOICE,
    "number": client_events.FIELD_KIND_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Doors:
    """The services that take a seed, and the admin's right to ask them."""

    callreason: CallreasonServiceStub
    media: MediaServiceStub
    routing: RoutingServiceStub
    metadata: tuple[tuple[str, str], ...]


def apply(seed: Seed, platform: Endpoints) -> None:
    """Brings a platform to what the seed says; raises Failed with the first refusal."""
    with _doors(platform, seed) as doors:
        for client in seed.clients:
            _ask(doors.callreason.PutClient, client_row(client), doors)
            named = {
                Path(file).stem: _put_prompt(doors, PROMPTS / client.language / file)
                for file in client.prompts
            }
            for flow in client.flows:
                _publish(doors, client, FLOWS / flow, named)
        for user in seed.operators:
            _ask(doors.routing.PutOperator, operator_row(user), doors)


def client_row(client: Client) -> callreason.PutClientRequest:
    """The request that makes a client company."""
    return callreason.PutClientRequest(
        client_id=client.id,
        name=client.name,
        numbers=[
            client_events.Number(number=number, flow_id=flow)
            for number, flow in client.numbers.items()
        ],
        reasons=[
            client_events.Reason(reason_id=reason.id, label_ja=reason.ja, label_en=reason.en)
            for reason in client.reasons
        ],
        wrap_up_form=[
            client_events.FormField(
                key=field.key,
                label_ja=field.ja,
                label_en=field.en,
                kind=FIELD_KINDS[field.kind],
                required=field.required,
                choices=field.choices,
            )
            for field in client.wrap_up_form
        ],
        wrap_up_ms_max=client.wrap_up_ms_max,
        queue_ids=client.queues,
    )


def operator_row(user: User) -> routing.PutOperatorRequest:
    """The request that makes an operator's profile; the name stays here."""
    return routing.PutOperatorRequest(
        operator_id=user.id, team_id=user.team, skills=user.skills, client_ids=user.clients
    )


def request_id(row: Message) -> str:
    """The hash of a row."""
    content = type(row).__name__.encode() + b"\0" + row.SerializeToString(deterministic=True)
    return f"seed-{sha256(content).hexdigest()[:32]}"


def _put_prompt(doors: Doors, file: Path) -> str:
    row = media.PutPromptRequest(wav=file.read_bytes())
    return str(_ask(doors.media.PutPrompt, row, doors).sha256)


def _publish(doors: Doors, client: Client, file: Path, prompts: dict[str, str]) -> None:
    row = callreason.PublishFlowRequest(
        client_id=client.id, source=file.read_text(), prompts=prompts
    )
    _ask(doors.callreason.PublishFlow, row, doors)


def _ask(method: Any, row: Any, doors: Doors) -> Any:
    """Sends one request, its id made of its content; a refusal is the user's to read."""
    row.request_id = request_id(row)
    try:
        return method(row, metadata=doors.metadata, timeout=ANSWER_WAIT_S, wait_for_ready=True)
    except grpc.RpcError as refusal:
        raise Failed(
            f"{type(row).__name__} is refused: {refusal.code().name}, {refusal.details()}"
        ) from None


@contextmanager
def _doors(platform: Endpoints, seed: Seed) -> Iterator[Doors]:
    with (
        grpc.insecure_channel(platform.grpc["callreason"]) as to_callreason,
        grpc.insecure_channel(platform.grpc["media"]) as to_media,
        grpc.insecure_channel(platform.grpc["routing"]) as to_routing,
    ):
        token = platform.tokens[seed.admin.id]
        yield Doors(
            CallreasonServiceStub(to_callreason),
            MediaServiceStub(to_media),
            RoutingServiceStub(to_routing),
            (("authorization", f"Bearer {token}"),),
        )
