"""Writes docs/reference/events.md: every stream, event, field and choice, from proto comments."""

from collections.abc import Iterator

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from generate_events import ENUM_FIELD, INNER_FIELD, MESSAGE_FIELD, SUFFIX

HEAD = """\
# Events

Written by `./sasayaki gen` from the comments in `proto/`. An event is the `data` of a record;
[ADR 0003](../adr/0003-one-writer-per-stream.md) says which records count, and
[ADR 0004](../adr/0004-proto-declares-json-travels.md) how they are written. A field marked
optional may be absent; every other field that is absent has its zero value.
"""


def events_page(descriptors: FileDescriptorSet) -> str:
    """The page as Markdown."""
    lines = [HEAD]
    for file in descriptors.file:
        if file.name.endswith(SUFFIX):
            lines += _Stream(file).lines()
    return "\n".join(lines)


class _Stream:
    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._comments = {
            tuple(place.path): " ".join(place.leading_comments.split())
            for place in file.source_code_info.location
        }
        self._parts = {field.type_name for each in file.message_type for field in each.field}

    def lines(self) -> Iterator[str]:
        service, stream = self._file.package.split(".")[1], self._file.name.rsplit("/", 1)[1]
        topic = f"{service}.{stream.removesuffix(SUFFIX)}"
        about = self._comments.get((2,)) or self._comments.get((12,), "")
        yield from (f"## `{topic}`", "", f"{about} Written by {service}.", "")
        for index, message in enumerate(self._file.message_type):
            yield from self._message(index, message)
        for index, enum in enumerate(self._file.enum_type):
            yield from self._enum(index, enum)

    def _message(self, index: int, message: DescriptorProto) -> Iterator[str]:
        part = f".{self._file.package}.{message.name}" in self._parts
        yield from (f"### {message.name}{' (part of events)' if part else ''}", "")
        yield from (self._comments.get((MESSAGE_FIELD, index), ""), "")
        if not message.field:
            return
        yield from ("| field | type | meaning |", "|---|---|---|")
        for position, field in enumerate(message.field):
            meaning = self._comments.get((MESSAGE_FIELD, index, INNER_FIELD, position), "")
            yield f"| `{field.name}` | {_type(field)} | {_cell(meaning)} |"
        yield ""

    def _enum(self, index: int, enum: EnumDescriptorProto) -> Iterator[str]:
        about = self._comments.get((ENUM_FIELD, index), "")
        yield from (f"### {enum.name} (choice)", "", about, "")
        yield from ("| value | meaning |", "|---|---|")
        for position, value in enumerate(enum.value[1:], start=1):
            meaning = self._comments.get((ENUM_FIELD, index, INNER_FIELD, position), "")
            yield f"| `{value.name}` | {_cell(meaning)} |"
        yield ""


def _type(field: FieldDescriptorProto) -> str:
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    named = field.type_name.rsplit(".", 1)[-1] or kind
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"list of {named}"
    return f"{named}, optional" if field.proto3_optional else named


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
