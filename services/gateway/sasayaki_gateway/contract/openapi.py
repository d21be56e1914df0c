"""The OpenAPI document of what browsers may ask, made from the protos and the open methods.

Pure: `./sasayaki gen` writes it to `console/openapi.json`, from which the console's types are made.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from sasayaki_gateway.contract import own_routes, phone, shapes
from sasayaki_gateway.contract.messages import Contract, Method, Schema, reference, schemas
from sasayaki_gateway.contract.methods import OPEN, OpenMethod

ABOUT = """\
The same RPCs that integrators call by gRPC, as JSON (proto's JSON mapping). Writes carry the
session's `X-Sasayaki-Csrf`; a command's `requestId` is made by the browser, so a repeat is
harmless. The roles named are those that usually call a method; the service decides.
"""


def document(files: FileDescriptorSet) -> Schema:
    """The whole document, for files that carry their comments."""
    contract = Contract.of(files)
    found = {name: contract.methods[each.path] for name, each in sorted(OPEN.items())}
    paths: Schema = {}
    for name, method in found.items():
        streams = method.descriptor.server_streaming
        make = _stream if streams else _rpc
        kind = "stream" if streams else "rpc"
        paths[f"/api/{kind}/{name}"] = make(OPEN[name], method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sasayaki gateway", "version": "1", "description": ABOUT},
        "paths": {**own_routes.paths(), **paths},
        "components": {
            "schemas": {
                **schemas(
                    contract,
                    (m.descriptor.input_type for m in found.values()),
                    (
                        *(m.descriptor.output_type for m in found.values()),
                        contract.methods[own_routes.PUT_PROMPT].descriptor.output_type,
                    ),
                ),
                **_own_schemas(),
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "sasayaki_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-Sasayaki-Csrf"},
            },
        },
    }


def _rpc(method: OpenMethod, found: Method) -> Schema:
    asked, told = found.descriptor.input_type, found.descriptor.output_type
    return {
        "post": {
            **_head(method, found),
            "security": [{"session": [], "csrf": []}],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": reference(asked)}},
            },
            "responses": {
                "200": {
                    "description": "The service's answer.",
                    "content": {"application/json": {"schema": reference(told)}},
                },
                "default": own_routes.FAULT,
            },
        }
    }


def _stream(method: OpenMethod, found: Method) -> Schema:
    return {
        "get": {
            **_head(method, found),
            "security": [{"session": []}],
            "parameters": [own_routes.LAST_EVENT_ID],
            "responses": {
                "200": {
                    "description": "Server-sent events; each `data` is one such message, `id` is "
                    "given back as Last-Event-ID. `event: snapshot` replaces all that was known.",
                    "content": {
                        "text/event-stream": {"schema": reference(found.descriptor.output_type)}
                    },
                },
                "default": own_routes.FAULT,
            },
        }
    }


def _head(method: OpenMethod, found: Method) -> Schema:
    return {
        "operationId": f"{method.service}_{method.name}",
        "tags": [method.service],
        "description": f"{found.comment}\n\nUsually: {', '.join(sorted(method.roles))}.",
    }


def _own_schemas() -> Schema:
    models = [
        each
        for module in (shapes, phone)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, shapes.Shape) and each is not shapes.Shape
    ]
    _, made = models_json_schema(
        [(each, "validation") for each in models], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = made["$defs"]
    says = TypeAdapter(phone.PhoneSays).json_schema(ref_template="#/components/schemas/{model}")
    says.pop("$defs")
    told = ("PhoneAnswer", "PhoneState", "PhoneFault")
    hears = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in told]}
    state = phone.phone_state_schema()
    return {**found, "PhoneState": state, "PhoneSays": says, "PhoneHears": hears}
