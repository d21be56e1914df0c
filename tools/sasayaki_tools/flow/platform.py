"""Publishes flows on the running platform, as an administrator would."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.media_service_pb2_grpc import MediaServiceStub
from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.report.table import table
from sasayaki_tools.running import running
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import Client, read_seed
from sasayaki_tools.seed_prompts import prompt_files

ANSWER_WAIT_S = 30.0
HEADINGS = (
    ("版", "version"),
    ("公開", "published"),
    ("担当", "by"),
    ("試験", "tests"),
    ("変更", "note"),
)


@dataclass(frozen=True, slots=True)
class Doors:
    """The services that are asked, and the administrator's right to ask them."""

    callreason: CallreasonServiceStub
    media: MediaServiceStub
    metadata: tuple[tuple[str, str], ...]


def publish(client: Client, file: Path, tests: Path | None, *, note: str) -> int:
    """Uploads the prompts and publishes; every fault is printed as `file:line: reason`."""
    cases = None if tests is None else _text(tests)
    if cases == "":  # would be published as a flow that has none
        raise Failed(f"{tests}:1: the file is empty")
    with _doors() as doors:
        prompts = {
            name: str(_ask(doors.media.PutPrompt, _prompt(client, name, wav), doors).sha256)
            for name, wav in prompt_files(client).items()
        }
        row = callreason.PublishFlowRequest(
            client_id=client.id,
            source=_text(file),
            prompts=prompts,
            tests=cases or "",
            note=note,
        )
        try:
            done = _ask(doors.callreason.PublishFlow, row, doors)
        except Refused as refused:
            return _told(refused, file, tests)
    print(f"{done.flow_id}: version {done.version} is live, {done.tests_passed} test cases passed")
    return 0


def versions(flow_id: str) -> int:
    """Prints a flow's versions, newest first."""
    with _doors() as doors:
        row = callreason.ListFlowVersionsRequest(flow_id=flow_id)
        listed = _ask(doors.callreason.ListFlowVersions, row, doors)
    rows = [
        [
            f"{version.version}{' *' if version.version == listed.live_version else ''}",
            f"{version.published_at.ToDatetime():%Y-%m-%d %H:%M:%S}Z",
            version.published_by,
            str(version.tests_passed),
            version.note,
        ]
        for version in listed.versions
    ]
    print(f"{table(HEADINGS, rows)}\n* 新しい通話が始まる版 / new calls begin with it")
    return 0


def roll_back(flow_id: str, version: int) -> int:
    with _doors() as doors:
        row = callreason.RollBackFlowRequest(flow_id=flow_id, version=version)
        _ask(doors.callreason.RollBackFlow, row, doors)
    print(f"{flow_id}: new calls begin with version {version}; calls that run finish on theirs")
    return 0


class Refused(Failed):
    """The platform said no; `details` are its words."""

    def __init__(self, asked: str, code: str, details: str) -> None:
        super().__init__(f"{asked} is refused: {code}, {details}")
        self.details = details


def _told(refused: Refused, file: Path, tests: Path | None) -> int:
    """Prints the faults of a file under its name; whatever else was refused is raised again."""
    for field, place in (("source", file), ("tests", tests)):
        _, found, faults = refused.details.partition(f"{field}: ")
        if found and place is not None:
            for line in faults.splitlines():
                number, _, reason = line.removeprefix("line ").partition(": ")
                shown = f"{place}:{number}: {reason}" if number.isdigit() else f"{place}: {line}"
                print(shown, file=sys.stderr)
            return 1
    raise refused


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError as fault:
        line = file.read_bytes().count(b"\n", 0, fault.start) + 1
        raise Failed(f"{file}:{line}: not UTF-8") from None


def _prompt(client: Client, name: str, file: Path) -> media.PutPromptRequest:
    return media.PutPromptRequest(client_id=client.id, name=name, wav=file.read_bytes())


def _ask(method: Any, row: Any, doors: Doors) -> Any:
    if "request_id" in row.DESCRIPTOR.fields_by_name:
        row.request_id = str(uuid4())
    try:
        return method(row, metadata=doors.metadata, timeout=ANSWER_WAIT_S, wait_for_ready=True)
    except grpc.RpcError as refusal:
        asked = type(row).__name__.removesuffix("Request")
        raise Refused(asked, refusal.code().name, refusal.details() or "") from None


@contextmanager
def _doors() -> Iterator[Doors]:
    platform = running(Places(state_dir()))
    if platform is None or not platform.seed:
        raise Failed("no platform with a seed runs here: ./sasayaki up --seed demo --detach")
    token = platform.tokens[read_seed(platform.seed).admin.id]
    with (
        grpc.insecure_channel(platform.grpc["callreason"]) as to_callreason,
        grpc.insecure_channel(platform.grpc["media"]) as to_media,
    ):
        yield Doors(
            CallreasonServiceStub(to_callreason),
            MediaServiceStub(to_media),
            (("authorization", f"Bearer {token}"),),
        )
