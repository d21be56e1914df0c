"""JSON schemas of proto messages as they travel: proto's JSON mapping, all fields printed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

Schema: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[int, ...]

# Numbers of fields in google/protobuf/descriptor.proto, of which source locations are made.
MESSAGE, ENUM, SERVICE = 4, 5, 6
FIELD, NESTED, INNER_ENUM, VALUE, METHOD = 2, 3, 4, 2, 2

_F = FieldDescriptorProto
NUMBERS: Mapping[int, Schema] = {
    _F.TYPE_DOUBLE: {"type": "number", "format": "double"},
    _F.TYPE_FLOAT: {"type": "number", "format": "float"},
    _F.TYPE_INT32: {"type": "integer", "format": "int32"},
    _F.TYPE_UINT32: {"type": "integer", "minimum": 0},
    _F.TYPE_INT64: {"type": "string", "format": "int64"},
    _F.TYPE_UINT64: {"type": "string", "format": "uint64"},
    _F.TYPE_BOOL: {"type": "boolean"},
    _F.TYPE_STRING: {"type": "string"},
    _F.TYPE_BYTES: {"type": "string", "format": "byte"},
}
LONG = (_F.TYPE_INT64, _F.TYPE_UINT64)
WELL_KNOWN: Mapping[str, Schema] = {
    ".google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class Method:
    """An RPC with its comment."""

    descriptor: MethodDescriptorProto
    comment: str


@dataclass(slots=True)
class Contract:
    """Every message, choice and method of a set of files, with their comments."""

    messages: dict[str, tuple[DescriptorProto, FileDescriptorProto, Path]]
    enums: dict[str, tuple[EnumDescriptorProto, FileDescriptorProto, Path]]
    methods: dict[str, Method]
    _comments: dict[str, dict[Path, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, files: FileDescriptorSet) -> "Contract":
        made = cls({}, {}, {})
        for file in files.file:
            made._read(file)
        return made

    def _read(self, file: FileDescriptorProto) -> None:
        self._comments[file.name] = {
            tuple(place.path): " ".join(place.leading_comments.split())
            for place in file.source_code_info.location
        }
        for name, message, path in _messages(file.message_type, f".{file.package}", (MESSAGE,)):
            self.messages[name] = (message, file, path)
            for place, enum in enumerate(message.enum_type):
                self.enums[f"{name}.{enum.name}"] = (enum, file, (*path, INNER_ENUM, place))
        for place, enum in enumerate(file.enum_type):
            self.enums[f".{file.package}.{enum.name}"] = (enum, file, (ENUM, place))
        for place, service in enumerate(file.service):
            for at, method in enumerate(service.method):
                comment = self._comments[file.name].get((SERVICE, place, METHOD, at), "")
                name = f"/{file.package}.{service.name}/{method.name}"
                self.methods[name] = Method(method, comment)

    def is_map(self, name: str) -> bool:
        """Whether a message is an entry of a map, which travels as an object."""
        return name in self.messages and self.messages[name][0].options.map_entry

    def comment(self, file: FileDescriptorProto, path: Path) -> str:
        return self._comments[file.name].get(path, "")

    def reachable(self, roots: Iterable[str]) -> set[str]:
        """The roots and all messages that their fields lead to."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            if name in found or name in WELL_KNOWN:
                continue
            fields = self.messages[name][0].field
            if not self.is_map(name):
                found.add(name)
            waiting += [each.type_name for each in fields if each.type == _F.TYPE_MESSAGE]
        return found


def schemas(contract: Contract, requests: Iterable[str], answers: Iterable[str]) -> Schema:
    """Schemas by name: of requests, in which nothing must be given, and of answers, in which all
    is but what may be absent. A message in both is `Name` in answers and `NameInput` in requests.
    """
    asked, told = contract.reachable(requests), contract.reachable(answers)
    made: Schema = {}
    for name in sorted(asked | told):
        for is_input in (False, True):
            if name in (asked if is_input else told):
                key = _key(name, is_input and name in told)
                assert key not in made, f"two messages are called {key}"
                made[key] = _message(contract, name, told if is_input else None)
    for name in _choices(contract, asked | told):
        key = _key(name, suffix=False)
        assert key not in made, f"two things are called {key}"
        made[key] = _enum(contract, name)
    return made


def reference(name: str) -> Schema:
    """Where a root message's schema stands."""
    return {"$ref": f"#/components/schemas/{_key(name, suffix=False)}"}


def _messages(
    found: Iterable[DescriptorProto], package: str, path: Path
) -> Iterator[tuple[str, DescriptorProto, Path]]:
    for place, message in enumerate(found):
        name = f"{package}.{message.name}"
        yield name, message, (*path, place)
        yield from _messages(message.nested_type, name, (*path, place, NESTED))


def _key(name: str, suffix: bool) -> str:
    """`.sasayaki.routing.v1.Queue` is Queue; inner messages carry their outer's name."""
    short = "".join(name.split(".")[4:])
    return f"{short}Input" if suffix else short


def _message(contract: Contract, name: str, told: set[str] | None) -> Schema:
    """`told` is given for a request: the messages whose requests are called otherwise."""
    message, file, path = contract.messages[name]
    schema: Schema = {"type": "object"}
    if comment := contract.comment(file, path):
        schema["description"] = comment
    properties: Schema = {}
    required = []
    for place, each in enumerate(message.field):
        of_field = _field(contract, each, told)
        if comment := contract.comment(file, (*path, FIELD, place)):
            of_field = _described(of_field, comment)
        properties[each.json_name] = of_field
        if told is None and _always(each):
            required.append(each.json_name)
    schema["properties"] = properties
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def _always(each: FieldDescriptorProto) -> bool:
    """Whether an answer always carries the field: it tracks no presence."""
    if each.label == _F.LABEL_REPEATED:
        return True
    return each.type != _F.TYPE_MESSAGE and not each.HasField("oneof_index")


def _field(contract: Contract, each: FieldDescriptorProto, told: set[str] | None) -> Schema:
    if contract.is_map(each.type_name):
        _, value = contract.messages[each.type_name][0].field
        return {"type": "object", "additionalProperties": _field(contract, value, told)}
    if each.type_name in WELL_KNOWN:
        one = dict(WELL_KNOWN[each.type_name])
    elif each.type_name:
        one = {
            "$ref": f"#/components/schemas/{_key(each.type_name, each.type_name in (told or ()))}"
        }
    else:
        one = dict(NUMBERS[each.type])
        if told is not None and each.type in LONG:
            one = {"anyOf": [one, {"type": "integer"}]}
    return {"type": "array", "items": one} if each.label == _F.LABEL_REPEATED else one


def _described(schema: Schema, comment: str) -> Schema:
    return {**schema, "description": comment}


def _choices(contract: Contract, messages: Iterable[str]) -> list[str]:
    fields = (each for name in messages for each in contract.messages[name][0].field)
    return sorted({each.type_name for each in fields if each.type == _F.TYPE_ENUM})


def _enum(contract: Contract, name: str) -> Schema:
    enum, file, path = contract.enums[name]
    said = [
        f"{value.name}: {comment}"
        for place, value in enumerate(enum.value)
        if (comment := contract.comment(file, (*path, VALUE, place)))
    ]
    about = contract.comment(file, path)
    schema: Schema = {"type": "string", "enum": [value.name for value in enum.value]}
    text = "\n".join([*([about] if about else []), *said])
    return {**schema, "description": text} if text else schema
