"""Every route of the OpenAPI document, asked what the document allows and what it does not."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.component.gateway.centre import METHODS, RIGHTS, ROLES, Gateway
from tests.component.gateway.test_phone import stored

from sasayaki_gateway.contract.methods import OPEN
from sasayaki_gateway.doors.streams import STREAMS
from sasayaki_gateway.doors.upstream import described
from sasayaki_gateway.sessions import paces, sessions

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "console/openapi.json").read_text())
SEED = 20_261_122
EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 4}
"""Of each route: the whole takes half a minute."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_F = FieldDescriptor
VALUES: defaultdict[int, Any] = defaultdict(
    lambda: 7, {_F.TYPE_STRING: "字", _F.TYPE_BYTES: b"\xff", _F.TYPE_BOOL: True}
)
TOKEN_BEGINS = b"eyJ"
"""A token towards services, which no browser ever sees."""
DEEP_MOST = 4
"""Messages within messages of an answer."""


# Sound is bytes to who makes examples.
schemathesis.serializer.alias("audio/wav", "application/octet-stream")


class Signed:
    """Sessions by role, opened when they are asked for and again when they are over."""

    def __init__(self, address: str) -> None:
        self.base = f"http://{address}"
        self._open: dict[str, tuple[dict[str, str], dict[str, str]]] = {}

    def headers(self, role: str) -> dict[str, Any]:
        if role not in self._open:
            asked = {"userId": f"usr_{role}"}
            answer = requests.post(f"{self.base}/api/session/demo", json=asked, timeout=10)
            csrf = {"X-Sasayaki-Csrf": answer.json()["csrf"]}
            self._open[role] = (csrf, dict(answer.cookies))
        headers, cookies = self._open[role]
        return {"headers": headers, "cookies": cookies}

    def over(self, role: str) -> None:
        self._open.pop(role, None)


def role_of(path: str) -> str:
    """Somebody who may."""
    method = OPEN.get(path.removeprefix("/api/rpc/"))
    rights = RIGHTS.get(method.path, ()) if method else ("supervisor",)
    if path.startswith("/api/accounts"):
        return "admin"
    return next((role for role in ROLES if role in rights), "admin")


def operations() -> Iterator[Any]:
    """Every operation but streams, which do not end, and the phone's socket."""
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations():
        operation = found.ok()
        if not operation.path.startswith("/api/stream/") and operation.path != "/api/phone":
            yield operation


def filled(of: Descriptor, deep: int = 0) -> Message:
    """A message with a value in every field."""
    made: Message = GetMessageClass(of)()
    for field in of.fields:
        inner = field.message_type
        if inner is None:
            value = field.enum_type.values[-1].number if field.enum_type else VALUES[field.type]
            if field.is_repeated:
                getattr(made, field.name).append(value)
            else:
                setattr(made, field.name, value)
        elif inner.GetOptions().map_entry:
            getattr(made, field.name)[VALUES[inner.fields[0].type]] = VALUES[inner.fields[1].type]
        elif deep < DEEP_MOST and field.is_repeated:
            getattr(made, field.name).append(filled(inner, deep + 1))
        elif deep < DEEP_MOST:
            getattr(made, field.name).CopyFrom(filled(inner, deep + 1))
    return made


@pytest.fixture
async def full(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """A gateway whose services have a value in every field of what they answer."""
    monkeypatch.setattr(paces, "BURST_MOST", 10**9)
    monkeypatch.setattr(sessions, "OF_A_PERSON_MOST", 10**6)
    for method in METHODS:
        message = filled(described(method).output_type)
        if method.short in STREAMS:
            gateway.services.first |= {method.short: message, f"{method.short}#1": message}
            gateway.services.first[f"{method.short}#2"] = message
        else:
            gateway.services.answers[method.short] = message
    stored(gateway)
    return gateway


@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
async def test_every_answer_is_one_that_the_document_promises(
    full: Gateway, mode: GenerationMode
) -> None:
    signed = Signed(full.address)
    asked: list[str] = []

    def ask_all() -> list[str]:
        found = []
        for operation in operations():
            try:
                ask(operation)
            except FailureGroup as failures:
                found += [f"{operation.method} {operation.path}: {failures.exceptions}"]
            except Unsatisfiable:  # what takes nothing has nothing that could be wrong
                asked.append(f"{operation.method} {operation.path}")
        return found

    def ask(operation: Any) -> None:
        role = role_of(operation.path)

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES[mode],
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Case) -> None:
            answer = case.call(
                base_url=signed.base, allow_redirects=False, timeout=10, **signed.headers(role)
            )
            if answer.status_code == 401 or operation.path.startswith("/api/session"):
                signed.over(role)
            asked.append(f"{operation.method} {operation.path}")
            assert TOKEN_BEGINS not in answer.content
            case.validate_response(answer, checks=CHECKS)

        one()

    assert await asyncio.to_thread(ask_all) == []
    assert len(set(asked)) == len(list(operations()))


@pytest.mark.parametrize("name", sorted(STREAMS))
async def test_the_first_event_of_a_stream_is_what_the_document_promises(
    full: Gateway, name: str
) -> None:
    answer = DOCUMENT["paths"][f"/api/stream/{name}"]["get"]["responses"]["200"]
    schema = {**answer["content"]["text/event-stream"]["schema"], **DOCUMENT}
    role = next(each for each in ROLES if each in RIGHTS[OPEN[name].path])
    async with full.browser(f"usr_{role}") as browser, browser.events(name) as events:
        kind, _, data = await anext(events)

    assert kind == "snapshot"
    Draft202012Validator(schema).validate(data)
