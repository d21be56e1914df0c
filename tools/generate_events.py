"""Writes one module of frozen pydantic classes for each `*_events.proto`.

Reads descriptors, never text, and refuses what could not travel as both ProtoJSON and pydantic
JSON: the refusal names file, message and field. Restrictions: docs/adr/0004.
"""

import keyword
from collections.abc import Iterator, Mapping, Sequence

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from sasayaki.event import Event

SUFFIX = "_events.proto"
DURATION_UNITS = ("seconds", "secs", "minutes", "duration", "timeout")
TIMESTAMP = ".google.protobuf.Timestamp"

Kind = FieldDescriptorProto
SCALARS: Mapping[int, str] = {
    Kind.TYPE_STRING: "str",
    Kind.TYPE_BOOL: "Bool",
    Kind.TYPE_DOUBLE: "Double",
    Kind.TYPE_INT32: "Int32",
    Kind.TYPE_SINT32: "Int32",
    Kind.TYPE_SFIXED32: "Int32",
    Kind.TYPE_UINT32: "Uint32",
    Kind.TYPE_FIXED32: "Uint32",
    Kind.TYPE_INT64: "Int64",
    Kind.TYPE_SINT64: "Int64",
    Kind.TYPE_SFIXED64: "Int64",
    Kind.TYPE_UINT64: "Uint64",
    Kind.TYPE_FIXED64: "Uint64",
}
MESSAGE_FIELD = 4  # FileDescriptorProto.message_type
ENUM_FIELD = 5  # FileDescriptorProto.enum_type
INNER_FIELD = 2  # DescriptorProto.field and EnumDescriptorProto.value


class Rejected(Exception):
    """A proto file says something that an event must not."""


class EventModule:
    """One `*_events.proto` on its way to becoming a Python module."""

    def __init__(self, file: FileDescriptorProto, homes: Mapping[str, FileDescriptorProto]) -> None:
        self.file = file
        self._homes = homes
        self._used: set[str] = set()
        self._imports: dict[str, set[str]] = {}
        self._comments = {
            tuple(place.path): place.leading_comments.strip("\n")
            for place in file.source_code_info.location
            if place.leading_comments
        }
        self._parts = {
            field.type_name
            for message in file.message_type
            for field in message.field
            if field.type == Kind.TYPE_MESSAGE
        }

    def text(self) -> str:
        """The module's source."""
        self._check()
        enums = [line for i, e in enumerate(self.file.enum_type) for line in self._enum(i, e)]
        classes: list[str] = []
        indexed = list(enumerate(self.file.message_type))
        for index, message in sorted(indexed, key=lambda pair: not self._is_part(pair[1])):
            classes += self._message(index, message)
        events = [m.name for m in self.file.message_type if not self._is_part(m)]
        if not events:
            raise Rejected(f"{self.file.name}: no event in it")
        return "\n".join([*self._head(), *enums, *classes, *self._union(events)]) + "\n"

    def _head(self) -> Iterator[str]:
        about = self._comments.get((2,), self._comments.get((12,), "")) or f"{self.file.name}."
        yield from _docstring(about, indent="")
        yield ""
        yield f"# Generated from {self.file.name}. Change that file and run `./sasayaki gen`."
        yield ""
        yield "from typing import TypeAlias"
        yield ""
        names = sorted({"Event", "Recorded"} | self._used, key=lambda name: (name.lower(), name))
        yield "from sasayaki.event import ("
        yield from (f"    {name}," for name in names)
        yield ")"
        for module, imported in sorted(self._imports.items()):
            yield f"from {module} import {', '.join(sorted(imported))}"

    def _union(self, events: Sequence[str]) -> Iterator[str]:
        stream = self.file.name.rsplit("/", 1)[1].removesuffix(SUFFIX)
        name = "".join(word.capitalize() for word in stream.split("_"))
        yield from ("", "", f"{name}Event: TypeAlias = (", f"    {events[0]}")
        yield from (f"    | {event}" for event in events[1:])
        yield from (")", f"{name}Record: TypeAlias = Recorded[{name}Event]", "")
        yield "EVENTS: tuple[type[Event], ...] = ("
        yield from (f"    {event}," for event in events)
        yield ")"

    def _enum(self, index: int, enum: EnumDescriptorProto) -> Iterator[str]:
        self._used.add("OpenEnum")
        prefix = _constant(enum.name)
        if enum.value[0].name != f"{prefix}_UNSPECIFIED" or enum.value[0].number != 0:
            raise self._rejected(enum.name, enum.value[0].name, f"zero is {prefix}_UNSPECIFIED")
        yield from ("", "", f"class {enum.name}(OpenEnum):")
        yield from _docstring(self._comment(enum.name, ENUM_FIELD, index), indent="    ")
        yield ""
        for position, value in enumerate(enum.value):
            if not value.name.startswith(f"{prefix}_"):
                raise self._rejected(enum.name, value.name, f"values start with {prefix}_")
            comment = self._comments.get((ENUM_FIELD, index, INNER_FIELD, position), "")
            yield f'    {value.name.removeprefix(f"{prefix}_")} = "{value.name}"'
            yield from _docstring(comment, indent="    ") if comment else ()

    def _message(self, index: int, message: DescriptorProto) -> Iterator[str]:
        if self._is_part(message):
            self._used.add("Message")
            yield from ("", "", f"class {message.name}(Message):")
        else:
            full = f"{self.file.package}.{message.name}"
            yield from ("", "", f'class {message.name}(Event, type="{full}"):')
        yield from _docstring(self._comment(message.name, MESSAGE_FIELD, index), indent="    ")
        if message.field:
            yield ""
        for position, field in enumerate(message.field):
            comment = self._comments.get((MESSAGE_FIELD, index, INNER_FIELD, position), "")
            yield f"    {field.name}: {self._annotation(message, field)}"
            yield from _docstring(comment, indent="    ") if comment else ()

    def _annotation(self, message: DescriptorProto, field: FieldDescriptorProto) -> str:
        plain = self._plain(message, field)
        if field.label == Kind.LABEL_REPEATED:
            return f"tuple[{plain}, ...]"
        return f"{plain} | None = None" if field.proto3_optional else plain

    def _plain(self, message: DescriptorProto, field: FieldDescriptorProto) -> str:
        if field.type in SCALARS:
            name = SCALARS[field.type]
            if name != "str":
                self._used.add(name)
            return name
        if field.type_name == TIMESTAMP:
            self._used.add("Instant")
            return "Instant"
        home = self._homes.get(field.type_name)
        if home is None or field.type not in (Kind.TYPE_ENUM, Kind.TYPE_MESSAGE):
            kind = Kind.Type.Name(field.type).removeprefix("TYPE_").lower()
            raise self._rejected(message.name, field.name, f"{kind} {field.type_name}".strip())
        short = field.type_name.rsplit(".", 1)[1]
        if home is not self.file:
            if field.type == Kind.TYPE_MESSAGE:
                raise self._rejected(message.name, field.name, "a message of another file")
            module = home.name.removesuffix(".proto").replace("/", ".")
            self._imports.setdefault(module, set()).add(short)
        return short

    def _check(self) -> None:
        for message in self.file.message_type:
            if message.nested_type or message.enum_type:
                inner = _declared(message)[0].name
                raise self._rejected(message.name, inner, "maps and inner types are not allowed")
            for field in message.field:
                self._check_field(message, field)

    def _check_field(self, message: DescriptorProto, field: FieldDescriptorProto) -> None:
        if field.HasField("oneof_index") and not field.proto3_optional:
            raise self._rejected(message.name, field.name, "oneof is not allowed")
        if keyword.iskeyword(field.name) or hasattr(Event, field.name):
            raise self._rejected(message.name, field.name, "the name is taken in Python")
        if field.name != field.name.lower():
            raise self._rejected(message.name, field.name, "field names are snake_case")
        if field.type in SCALARS and field.name.endswith(DURATION_UNITS):
            raise self._rejected(message.name, field.name, "durations are integers `_ms`")
        if field.name.endswith("_ms") and not SCALARS.get(field.type, "").endswith(("32", "64")):
            raise self._rejected(message.name, field.name, "durations are integers `_ms`")
        inside = field.type == Kind.TYPE_MESSAGE and field.type_name != TIMESTAMP
        if inside and self._is_part(message):
            raise self._rejected(message.name, field.name, "messages nest one level deep")

    def _is_part(self, message: DescriptorProto) -> bool:
        return f".{self.file.package}.{message.name}" in self._parts

    def _comment(self, name: str, *path: int) -> str:
        if comment := self._comments.get(path):
            return comment
        raise Rejected(f"{self.file.name}: {name}: no comment; it is the user's documentation")

    def _rejected(self, message: str, field: str, why: str) -> Rejected:
        return Rejected(f"{self.file.name}: {message}.{field}: {why}")


def modules(descriptors: FileDescriptorSet) -> dict[str, str]:
    """Python sources by path relative to the contract's root."""
    events = [file for file in descriptors.file if file.name.endswith(SUFFIX)]
    homes = {f".{file.package}.{kind.name}": file for file in events for kind in _declared(file)}
    return {file.name.replace(".proto", ".py"): EventModule(file, homes).text() for file in events}


def _declared(
    owner: FileDescriptorProto | DescriptorProto,
) -> list[DescriptorProto | EnumDescriptorProto]:
    messages = owner.message_type if isinstance(owner, FileDescriptorProto) else owner.nested_type
    return [*messages, *owner.enum_type]


def _constant(name: str) -> str:
    """`SupervisionMode` as `SUPERVISION_MODE`."""
    split = "".join(f"_{c}" if c.isupper() and i else c for i, c in enumerate(name))
    return split.upper()


def _docstring(comment: str, indent: str) -> Iterator[str]:
    lines = [line.removeprefix(" ").replace("\\", "\\\\") for line in comment.split("\n")]
    if len(lines) == 1:
        yield f'{indent}"""{lines[0]}"""'
        return
    yield f'{indent}"""{lines[0]}'
    yield from (f"{indent}{line}".rstrip() for line in lines[1:])
    yield f'{indent}"""'
