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
from sasayaki.callreason.v1 import knowledge_service_pb2 as knowledge
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.callreason.v1.knowledge_service_pb2_grpc import KnowledgeServiceStub
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki.recording.v1.policy_events_pb2 import ReasonRetention
from sasayaki.recording.v1.recording_service_pb2_grpc import RecordingServiceStub
from sasayaki.routing.v1 import pool_events_pb2 as pool_events
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.routing_service_pb2_grpc import RoutingServiceStub
from sasayaki_tools.paths import ROOT
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import (
    Article,
    Client,
    Outbound,
    Queue,
    Retention,
    Script,
    Seed,
    User,
    read_knowledge,
)
from sasayaki_tools.seed_prompts import prompt_files

ANSWER_WAIT_S = 20.0
LEVEL_USUAL = 3
FLOWS = ROOT / "seed" / "flows"
KNOWLEDGE = ROOT / "seed" / "knowledge"
REASON_KINDS = {
    "ordinary": None,
    "wrong_number": client_events.REASON_KIND_WRONG_NUMBER,
    "prank": client_events.REASON_KIND_PRANK,
}
RECORDING_RULES = {
    "all": client_events.RECORDING_RULE_ALL,
    "none": client_events.RECORDING_RULE_NONE,
    "sample": client_events.RECORDING_RULE_SAMPLE,
    "on_alert": client_events.RECORDING_RULE_ON_ALERT,
}
FIELD_KINDS = {
    "text": client_events.FIELD_KIND_TEXT,
    "choice": client_events.FIELD_KIND_CHOICE,
    "number": client_events.FIELD_KIND_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Doors:
    """The services that take a seed, and the admin's right to ask them."""

    callreason: CallreasonServiceStub
    knowledge: KnowledgeServiceStub
    media: MediaServiceStub
    recording: RecordingServiceStub
    routing: RoutingServiceStub
    metadata: tuple[tuple[str, str], ...]


def apply(seed: Seed, platform: Endpoints) -> None:
    """Brings a platform to what the seed says; raises Failed with the first refusal."""
    with _doors(platform, seed) as doors:
        for client in seed.clients:
            _ask(doors.callreason.PutClient, client_row(client), doors)
            named = {
                name: _put_prompt(doors, client, name, wav)
                for name, wav in prompt_files(client).items()
            }
            for flow in client.flows:
                _publish(doors, client, FLOWS / flow, named)
            for file in client.knowledge:
                _teach(doors, client, KNOWLEDGE / file)
            if client.retention:
                _ask(doors.recording.SetRetention, retention_row(client, client.retention), doors)
            if client.outbound:
                _ask(doors.media.SetOutboundRule, outbound_row(client, client.outbound), doors)
        for queue in seed.queues:
            _ask(doors.routing.PutQueue, queue_row(queue), doors)
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
            client_events.Reason(
                reason_id=reason.id,
                label_ja=reason.ja,
                label_en=reason.en,
                parent_id=reason.parent or None,
                kind=REASON_KINDS[reason.kind],
            )
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
        recording=RECORDING_RULES[client.recording],
        sample_percent=client.sample_percent,
    )


def script_row(client: Client, script: Script) -> knowledge.PutScriptRequest:
    """The request that makes a greeting and script."""
    return knowledge.PutScriptRequest(
        client_id=client.id,
        script_id=script.id,
        number=script.number,
        reason_id=script.reason,
        greeting_ja=script.greeting_ja,
        greeting_en=script.greeting_en,
        body_ja=script.ja,
        body_en=script.en,
    )


def article_row(client: Client, article: Article) -> knowledge.PutArticleRequest:
    """The request that makes an article."""
    return knowledge.PutArticleRequest(
        client_id=client.id,
        article_id=article.id,
        title_ja=article.title_ja,
        title_en=article.title_en,
        body_ja=article.ja,
        body_en=article.en,
        reason_ids=article.reasons,
        keywords=article.keywords,
    )


def retention_row(client: Client, kept: Retention) -> recording.SetRetentionRequest:
    """The request that says how long recordings are kept."""
    return recording.SetRetentionRequest(
        client_id=client.id,
        days=kept.days,
        by_reason=[
            ReasonRetention(reason_id=reason_id, days=days)
            for reason_id, days in kept.reasons.items()
        ],
    )


def outbound_row(client: Client, rule: Outbound) -> media.SetOutboundRuleRequest:
    """The request that says whom the company may have called."""
    return media.SetOutboundRuleRequest(
        client_id=client.id,
        prefixes=rule.prefixes,
        denied_prefixes=rule.denied,
        concurrent_max=rule.concurrent,
        per_minute_max=rule.per_minute,
        per_day_max=rule.per_day,
    )


def queue_row(queue: Queue) -> routing.PutQueueRequest:
    """The request that makes a queue."""
    return routing.PutQueueRequest(
        queue_id=queue.id,
        rings=[
            pool_events.Ring(
                after_ms=ring.after_ms,
                level_least=ring.level_least,
                team_ids=ring.teams,
                overflow=ring.overflow,
            )
            for ring in queue.rings
        ],
        tell_every_ms=queue.tell_every_ms,
        service_ms=queue.service_ms,
        raise_after_ms=queue.raise_after_ms,
        callback_attempts_most=queue.callback_attempts_most,
        callback_pause_ms=queue.callback_pause_ms,
        label_ja=queue.ja,
        label_en=queue.en,
    )


def operator_row(user: User) -> routing.PutOperatorRequest:
    """The request that makes an operator's profile; the name stays here."""
    levels = [user.levels.get(skill, LEVEL_USUAL) for skill in user.skills]
    return routing.PutOperatorRequest(
        operator_id=user.id,
        team_id=user.team,
        skills=user.skills,
        client_ids=user.clients,
        skill_levels=levels if user.levels else (),
    )


def request_id(row: Message) -> str:
    """The hash of a row."""
    content = type(row).__name__.encode() + b"\0" + row.SerializeToString(deterministic=True)
    return f"seed-{sha256(content).hexdigest()[:32]}"


def _put_prompt(doors: Doors, client: Client, name: str, file: Path) -> str:
    row = media.PutPromptRequest(client_id=client.id, name=name, wav=file.read_bytes())
    return str(_ask(doors.media.PutPrompt, row, doors).sha256)


def _publish(doors: Doors, client: Client, file: Path, prompts: dict[str, str]) -> None:
    tests = file.with_name(f"{file.stem}.test.yaml")
    row = callreason.PublishFlowRequest(
        client_id=client.id,
        source=file.read_text(),
        prompts=prompts,
        tests=tests.read_text() if tests.is_file() else "",
    )
    _ask(doors.callreason.PublishFlow, row, doors)


def _teach(doors: Doors, client: Client, file: Path) -> None:
    known = read_knowledge(file)
    for script in known.scripts:
        _ask(doors.knowledge.PutScript, script_row(client, script), doors)
    for article in known.articles:
        _ask(doors.knowledge.PutArticle, article_row(client, article), doors)


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
        grpc.insecure_channel(platform.grpc["recording"]) as to_recording,
        grpc.insecure_channel(platform.grpc["routing"]) as to_routing,
    ):
        token = platform.tokens[seed.admin.id]
        yield Doors(
            CallreasonServiceStub(to_callreason),
            KnowledgeServiceStub(to_callreason),
            MediaServiceStub(to_media),
            RecordingServiceStub(to_recording),
            RoutingServiceStub(to_routing),
            (("authorization", f"Bearer {token}"),),
        )
