"""The kinds of things that people set up: the event that says each, and the request that makes it.

Events and requests bear the same field names, so a row is the request's fields: ProtoJSON with
proto names, without its request id and without zero values.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from google.protobuf import json_format
from google.protobuf.message import Message

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1 import knowledge_service_pb2 as knowledge
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki.routing.v1 import routing_service_pb2 as routing

Row = dict[str, Any]
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
"""What no reader of YAML takes for anything but text, unless the writer knows it to be."""
HASH = re.compile(r"\b[0-9a-f]{64}\b")
"""A prompt's SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. `names`: the fields that tell one of them from another.

    `of_client`: the company is the stream's key, not a field of the event.
    """

    folder: str
    topic: str
    event: str
    request: type[Message]
    service: str
    names: tuple[str, ...]
    of_client: bool = False
    withdrawn: str = ""

    @property
    def path(self) -> str:
        """The method's path on the wire."""
        package = self.request.DESCRIPTOR.file.package
        return f"/{package}.{self.service}/{self.request.__name__.removesuffix('Request')}"

    @property
    def process(self) -> str:
        """Which service answers."""
        return str(self.request.DESCRIPTOR.file.package).split(".")[1]

    def of(self, subject: str, data: Mapping[str, Any]) -> Row:
        """The row that an event says."""
        known = {field.name for field in self.request.DESCRIPTOR.fields}
        said = {name: value for name, value in data.items() if name in known}
        return self.plain({**said, "client_id": subject} if self.of_client else said)

    def name(self, row: Mapping[str, Any]) -> str:
        """What a row is called, also in its file's name."""
        return ".".join(str(row.get(name, "")) for name in self.names)

    def plain(self, row: Mapping[str, Any]) -> Row:
        """A row in its one form; raises ValueError naming what is wrong."""
        message = self.message(row)
        return json_format.MessageToDict(message, preserving_proto_field_name=True)

    def message(self, row: Mapping[str, Any]) -> Message:
        """The request of a row; raises ValueError naming what is wrong."""
        try:
            return json_format.ParseDict(dict(row), self.request())
        except json_format.ParseError as error:
            raise ValueError(str(error)) from None


class Quoting(yaml.SafeDumper):
    """Quotes what may be read in two ways, as `090` or `y`: flows with that are refused."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if PLAIN.fullmatch(value) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Quoting.add_representer(str, _text)


class Flows(Kind):
    """Flows. A published one names its prompts by their hashes, and so does its row's source."""

    __slots__ = ()

    def of(self, subject: str, data: Mapping[str, Any]) -> Row:
        flow = json.loads(data["definition"])
        # What steps say of themselves is found by name again when the flow is published.
        words = flow.pop("words", {})
        source = yaml.dump(flow, Dumper=Quoting, allow_unicode=True)
        prompts = {each: each for each in sorted(HASH.findall(source))}
        prompts |= {
            f"{name}_{language}": each
            for language, named in words.items()
            for name, each in named.items()
        }
        return self.plain({"client_id": data["client_id"], "source": source, "prompts": prompts})

    def name(self, row: Mapping[str, Any]) -> str:
        found = yaml.safe_load(str(row.get("source")))
        return str(found.get("flow", "")) if isinstance(found, dict) else ""


def kind_of(folder: str) -> Kind | None:
    """The kind whose rows lie in a folder."""
    return next((kind for kind in KINDS if kind.folder == folder), None)


def _kinds() -> Iterator[Kind]:
    """In the order in which they are made: what is named by others comes before them."""
    yield Kind(
        folder="clients",
        topic="callreason.client",
        event="ClientPut",
        request=callreason.PutClientRequest,
        service="CallreasonService",
        names=("client_id",),
    )
    yield Flows(
        folder="flows",
        topic="callreason.flow",
        event="FlowPublished",
        request=callreason.PublishFlowRequest,
        service="CallreasonService",
        names=("source",),
    )
    yield Kind(
        folder="queues",
        topic="routing.pool",
        event="QueuePut",
        request=routing.PutQueueRequest,
        service="RoutingService",
        names=("queue_id",),
    )
    yield Kind(
        folder="operators",
        topic="routing.pool",
        event="OperatorPut",
        request=routing.PutOperatorRequest,
        service="RoutingService",
        names=("operator_id",),
    )
    for event, request, names in (
        ("AlertLadderSet", monitoring.SetAlertLadderRequest, ("client_id",)),
        ("SupervisionPolicySet", monitoring.SetSupervisionPolicyRequest, ("client_id",)),
        ("AlertRuleSet", monitoring.SetAlertRuleRequest, ("client_id", "kind")),
    ):
        yield Kind(
            folder=request.__name__.removeprefix("Set").removesuffix("Request").lower(),
            topic="monitoring.policy",
            event=event,
            request=request,
            service="MonitoringService",
            names=names,
        )
    yield Kind(
        folder="outbound",
        topic="media.outbound",
        event="OutboundRuleSet",
        request=media.SetOutboundRuleRequest,
        service="MediaService",
        names=("client_id",),
        of_client=True,
    )
    yield Kind(
        folder="retention",
        topic="recording.policy",
        event="RetentionSet",
        request=recording.SetRetentionRequest,
        service="RecordingService",
        names=("client_id",),
        of_client=True,
    )
    for what in ("Script", "Article"):
        yield Kind(
            folder=f"{what.lower()}s",
            topic="callreason.knowledge",
            event=f"{what}Put",
            request=getattr(knowledge, f"Put{what}Request"),
            service="KnowledgeService",
            names=("client_id", f"{what.lower()}_id"),
            of_client=True,
            withdrawn=f"{what}Withdrawn",
        )


KINDS = tuple(_kinds())
