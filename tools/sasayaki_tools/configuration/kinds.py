"""The kinds of things that people set up: the event that says each, and the request that makes it.

Events and requests bear the same field names, so a row is the request's fields: ProtoJSON with
proto names, without its request id and without zero values.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
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


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `names`: the fields that tell one of them from another.

    `of_client`: the company is the stream's key, not a field of the event.
    """

    folder: str
    topic: str
    event: str
    request: type[Message]
    names: tuple[str, ...]
    of_client: bool = field(default=False, kw_only=True)
    withdrawn: str = field(default="", kw_only=True)

    @property
    def path(self) -> str:
        """The method's path on the wire."""
        name = self.request.__name__.removesuffix("Request")
        services = self.request.DESCRIPTOR.file.services_by_name.values()
        (service,) = (each for each in services if name in each.methods_by_name)
        return f"/{service.full_name}/{name}"

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

    def after(self, before: Row | None, row: Row) -> Row:
        """What is set up when an event says this after what there was before."""
        return row

    def messages(self, row: Mapping[str, Any], prompts: Path) -> Iterator[Message]:
        """The requests that make a row; sounds are read from the folder."""
        yield self.message(row)

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
    """Flows: what their authors wrote, with the test cases.

    Of those from before that was kept, which is told by an event of its own, only the definition
    is known. It names its prompts by their hashes, and so does its row's source.
    """

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

    def written(self, data: Mapping[str, Any]) -> Row:
        """The row of a file that its author wrote."""
        prompts = {each["name"]: each["sha256"] for each in data.get("prompts", ())}
        kept = {name: data.get(name, "") for name in ("client_id", "source", "tests")}
        return self.plain({**kept, "prompts": prompts})

    def name(self, row: Mapping[str, Any]) -> str:
        found = yaml.safe_load(str(row.get("source")))
        return str(found.get("flow", "")) if isinstance(found, dict) else ""


class Sounds(Kind):
    """What a client company calls its sounds: name to the newest one's SHA-256."""

    __slots__ = ()

    def of(self, subject: str, data: Mapping[str, Any]) -> Row:
        return {"client_id": subject, "prompts": {data["name"]: data["sha256"]}}

    def after(self, before: Row | None, row: Row) -> Row:
        prompts = before["prompts"] if before is not None else {}
        return {**row, "prompts": {**prompts, **row["prompts"]}}

    def plain(self, row: Mapping[str, Any]) -> Row:
        if fields := row.keys() ^ {"client_id", "prompts"}:
            raise ValueError(f"client_id and prompts are its fields: {', '.join(sorted(fields))}")
        if not isinstance(row["prompts"], dict):
            raise ValueError("prompts: a mapping of names to SHA-256s")
        for name, each in row["prompts"].items():
            if not (isinstance(name, str) and isinstance(each, str) and HASH.fullmatch(each)):
                raise ValueError(f"prompts.{name}: a SHA-256, not {each!r}")
        return dict(row)

    def messages(self, row: Mapping[str, Any], prompts: Path) -> Iterator[Message]:
        for name, each in row["prompts"].items():
            wav = (prompts / f"{each}.wav").read_bytes()
            yield media.PutPromptRequest(client_id=row["client_id"], name=name, wav=wav)


COMPANY = ("client_id",)
KINDS = (
    Kind("clients", "callreason.client", "ClientPut", callreason.PutClientRequest, COMPANY),
    Sounds("sounds", "media.prompt", "PromptPut", media.PutPromptRequest, COMPANY),
    Flows("flows", "callreason.flow", "FlowPublished", callreason.PublishFlowRequest, ("source",)),
    Kind("queues", "routing.pool", "QueuePut", routing.PutQueueRequest, ("queue_id",)),
    Kind("operators", "routing.pool", "OperatorPut", routing.PutOperatorRequest, ("operator_id",)),
    Kind(
        "alertladder",
        "monitoring.policy",
        "AlertLadderSet",
        monitoring.SetAlertLadderRequest,
        COMPANY,
    ),
    Kind(
        "supervisionpolicy",
        "monitoring.policy",
        "SupervisionPolicySet",
        monitoring.SetSupervisionPolicyRequest,
        COMPANY,
    ),
    Kind(
        "alertrule",
        "monitoring.policy",
        "AlertRuleSet",
        monitoring.SetAlertRuleRequest,
        ("client_id", "kind"),
    ),
    Kind(
        "outbound",
        "media.outbound",
        "OutboundRuleSet",
        media.SetOutboundRuleRequest,
        COMPANY,
        of_client=True,
    ),
    Kind(
        "retention",
        "recording.policy",
        "RetentionSet",
        recording.SetRetentionRequest,
        COMPANY,
        of_client=True,
    ),
    Kind(
        "scripts",
        "callreason.knowledge",
        "ScriptPut",
        knowledge.PutScriptRequest,
        ("client_id", "script_id"),
        of_client=True,
        withdrawn="ScriptWithdrawn",
    ),
    Kind(
        "articles",
        "callreason.knowledge",
        "ArticlePut",
        knowledge.PutArticleRequest,
        ("client_id", "article_id"),
        of_client=True,
        withdrawn="ArticleWithdrawn",
    ),
)
"""In the order in which they are made: what is named by others comes before them."""


def kind_of(folder: str) -> Kind | None:
    """The kind whose rows lie in a folder."""
    return next((kind for kind in KINDS if kind.folder == folder), None)
