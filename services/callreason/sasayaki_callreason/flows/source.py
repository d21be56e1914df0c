"""A flow file as text: YAML without its traps, and the line of everything in it.

YAML can do more than a flow needs, and most of that hurts: aliases that unfold to gigabytes, tags
that name Python objects, keys given twice of which one is dropped silently, `on` that is a
boolean. So events are read from PyYAML's parser one by one and everything that is not a plain
tree of mappings, lists and scalars is refused where it stands. Nothing is built from a tag.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

SOURCE_BYTES_MOST = 64 * 1024
NODES_MOST = 5_000
"""Mappings, lists and scalars in one file; 64 KiB of real steps hold about 4,000."""
DEPTH_MOST = 12

Value: TypeAlias = "str | int | bool | tuple[Value, ...] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
# YAML 1.1 takes these for booleans; half of the world's readers still do.
_DOUBTFUL = re.compile(r"y|yes|n|no|on|off|true|false", re.IGNORECASE)
# And these for a number to the base of 8 or of 60, or a day.
_TRAP = re.compile(
    r"[-+]?0[0-9_]+|\+[0-9]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
)
_EMPTY = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """What is wrong in a flow file and where; lines count from 1."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Faulty(Exception):
    """A flow file that cannot be used, with everything that was found wrong."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(sorted(set(faults)))


@dataclass(frozen=True, slots=True)
class Source:
    """A flow file's tree, the line on which each part of it stands, and what is doubtful in it."""

    tree: Value
    lines: Mapping[Path, int]
    faults: tuple[Fault, ...]

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest part around it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def has(self, path: Path) -> bool:
        return path in self.lines

    def at(self, path: Path) -> Value:
        """What stands at a path; None where nothing does."""
        value: Value = self.tree
        for part in path:
            match value, part:
                case dict(), str():
                    value = value.get(part)
                case tuple(), int() if part < len(value):
                    value = value[part]
                case _:
                    return None
        return value


def read(
    text: str | bytes, *, bytes_most: int = SOURCE_BYTES_MOST, nodes_most: int = NODES_MOST
) -> Source:
    """The tree of one YAML document.

    Raises Faulty for what stops the reading: bad YAML, an alias, too deep. Doubled keys and words
    that may be read in two ways are the source's faults: the rest can still be looked at.
    """
    reader = _Reader(_decoded(text, bytes_most), nodes_most)
    try:
        tree = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        begun = f" {error.context} begun on line {_line(error.context_mark)}"
        where = begun if error.context and error.context_mark else ""
        raise Faulty(Fault(_line(mark), f"not YAML: {error.problem}{where}")) from error
    except (ValueError, OverflowError) as error:
        # PyYAML's own: `"\UFFFFFFFF"` is no character, `%YAML` with 5,000 digits is no number.
        raise Faulty(
            Fault(max(reader.lines.values(), default=1), "not YAML: no such value")
        ) from error
    return Source(tree, reader.lines, tuple(reader.faults))


def _decoded(text: str | bytes, bytes_most: int) -> str:
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(data) > bytes_most:
        raise Faulty(Fault(1, f"{len(data)} bytes, more than {bytes_most}"))
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Faulty(Fault(line, f"not UTF-8: byte 0x{data[error.start]:02x}")) from error
    if strange := yaml.reader.Reader.NON_PRINTABLE.search(decoded):
        line = decoded.count("\n", 0, strange.start()) + 1
        raise Faulty(Fault(line, f"a control character {strange.group()!r}"))
    return decoded


def _line(mark: object) -> int:
    line = getattr(mark, "line", 0)
    return int(line) + 1


class _Reader:
    """Goes through a document's events once, noting lines and faults."""

    def __init__(self, text: str, nodes_most: int) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._nodes = 0
        self._nodes_most = nodes_most

    def document(self) -> Value:
        next(self._events)
        begun = next(self._events)
        if isinstance(begun, StreamEndEvent):
            raise Faulty(Fault(1, "the file is empty"))
        if isinstance(begun, DocumentStartEvent) and begun.tags:
            raise self._stopped(begun, "a %TAG directive")
        tree = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(after := next(self._events), StreamEndEvent):
            raise self._stopped(after, "a second document")
        return tree

    def _value(self, event: Event, path: Path) -> Value:
        self._check(event, path)
        self.lines.setdefault(path, _line(event.start_mark))
        match event:
            case ScalarEvent():
                return self._scalar(event)
            case SequenceStartEvent():
                return self._list(path)
            case _:
                return self._mapping(path)

    def _list(self, path: Path) -> tuple[Value, ...]:
        values: list[Value] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return tuple(values)

    def _mapping(self, path: Path) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while isinstance(event := next(self._events), NodeEvent):
            key = self._key(event, path)
            line = _line(event.start_mark)
            if key in values:
                first = self.lines[(*path, key)]
                self._fault(event, f"key {key[:40]!r} stands twice, first on line {first}")
                self._value(next(self._events), (*path, key, "again", len(self.faults)))
                continue
            self.lines[(*path, key)] = line
            values[key] = self._value(next(self._events), (*path, key))
        return values

    def _key(self, event: Event, path: Path) -> str:
        self._check(event, path)
        if not isinstance(event, ScalarEvent):
            raise self._stopped(event, "a list or mapping as a key")
        text: str = event.value
        if not event.implicit[0]:
            return text
        if _DOUBTFUL.fullmatch(text):
            self._fault(event, f"key {text!r} may be read as a boolean; put it in quotes")
        elif _TRAP.fullmatch(text):
            self._fault(event, f"key {text[:40]!r} may be read as a number; put it in quotes")
        elif text in _EMPTY or text == "<<":
            self._fault(event, f"key {text!r} is not a word; put it in quotes if it is meant")
        return text

    def _scalar(self, event: ScalarEvent) -> Value:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in ("true", "false"):
            return text == "true"
        if _DOUBTFUL.fullmatch(text):
            self._fault(event, f"{text!r} is doubtful; write true or false, or put it in quotes")
        if _TRAP.fullmatch(text):
            self._fault(event, f"{text[:40]!r} may be read as another number; put it in quotes")
        if text in _EMPTY:
            return None
        return int(text) if _INTEGER.fullmatch(text) else text

    def _check(self, event: Event, path: Path) -> None:
        """Refuses what a flow never needs, before anything is built from it."""
        self._nodes += 1
        if isinstance(event, AliasEvent):
            raise self._stopped(event, f"an alias *{str(event.anchor)[:40]}")
        assert isinstance(event, ScalarEvent | CollectionStartEvent)
        if event.anchor is not None:
            raise self._stopped(event, f"an anchor &{event.anchor[:40]}")
        if event.tag is not None:
            raise self._stopped(event, f"a tag {event.tag[:40]!r}")
        if len(path) > DEPTH_MOST:
            raise self._stopped(event, f"nested deeper than {DEPTH_MOST}")
        if self._nodes > self._nodes_most:
            raise self._stopped(event, f"more than {self._nodes_most} entries")

    def _fault(self, event: Event, reason: str) -> None:
        self.faults.append(Fault(_line(event.start_mark), reason))

    @staticmethod
    def _stopped(event: Event, reason: str) -> Faulty:
        return Faulty(Fault(_line(event.start_mark), f"{reason} is not taken here"))
