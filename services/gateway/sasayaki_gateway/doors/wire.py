"""Proto messages as JSON and back: proto's mapping, camelCase, fields without presence printed."""

import json

from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sasayaki_gateway.faults import Fault

DEPTH_MOST = 20
"""Of nested JSON."""


def read_request(method: MethodDescriptor, body: bytes) -> Message:
    """The request that a body holds; raises Fault that names what is wrong."""
    request: Message = GetMessageClass(method.input_type)()
    try:
        text = body.decode() or "{}"
        if not text.lstrip().startswith("{"):  # the parser takes "" and [] for an empty message
            raise ValueError("no JSON object")
        json_format.Parse(text, request, max_recursion_depth=DEPTH_MOST)
    except (json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Fault(
            "INVALID_ARGUMENT", f"the body is no {method.input_type.name}: {error}"
        ) from None
    return request


def to_json(message: Message) -> str:
    """One line of JSON."""
    made = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
