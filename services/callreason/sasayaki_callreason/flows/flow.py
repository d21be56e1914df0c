"""A flow as data: what it may say, how it is checked, and its canonical form.

A flow is a graph of steps. It is refused with all its faults at once, each with its line: unknown
steps, steps that nothing leads to, dead ends, loops that nobody has to be awake for, prompts,
reasons and queues that do not exist, and a way to an operator on which the customer would not hear
the recording guidance (the law wants it heard before anything is recorded).
"""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sasayaki_callreason.flows.source import Fault, Faulty, Path, Source, read

STEPS_MOST = 200
ATTEMPTS_MOST = 9
WAIT_MS_LEAST = 500
WAIT_MS_MOST = 60_000
SKILLS_MOST = 16
SHOWN_MOST = 40
"""Characters of a wrong value that a fault shows."""

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FlowId: TypeAlias = Annotated[str, Field(pattern=r"^flw_[a-z0-9_]{1,60}$")]
ReasonId: TypeAlias = Annotated[str, Field(pattern=r"^rsn_[a-z0-9_]{1,60}$")]
QueueId: TypeAlias = Annotated[str, Field(pattern=r"^que_[a-z0-9_]{1,60}$")]
Key: TypeAlias = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Prompt: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,64}$")]
"""A prompt's name in a flow file, its SHA-256 in a published flow."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)


class Announce(_Part):
    """Plays a prompt to its end. With `guidance` it is the recording guidance."""

    kind: Literal["announce"]
    prompt: Prompt
    guidance: bool = False
    next: Name


class Choice(_Part):
    """What a key of a menu means."""

    reason: ReasonId | None = None
    next: Name


class Menu(_Part):
    """Plays a prompt and waits for one key, `attempts` times at most, then goes to `otherwise`."""

    kind: Literal["menu"]
    prompt: Prompt
    wait_ms: Annotated[int, Field(ge=WAIT_MS_LEAST, le=WAIT_MS_MOST)] = 5_000
    attempts: Annotated[int, Field(ge=1, le=ATTEMPTS_MOST)] = 3
    keys: Annotated[dict[Key, Choice], Field(min_length=1)]
    otherwise: Name


class Route(_Part):
    """Sends the contact to a queue; ends the flow. Priority 0 to 9, higher first."""

    kind: Literal["route"]
    queue: QueueId
    skills: Annotated[tuple[Name, ...], Field(max_length=SKILLS_MOST)] = ()
    priority: Annotated[int, Field(ge=0, le=9)] = 5


class HangUp(_Part):
    """Ends the call; ends the flow."""

    kind: Literal["hang_up"]


Step: TypeAlias = Annotated[Announce | Menu | Route | HangUp, Field(discriminator="kind")]


class Flow(_Part):
    """A checked flow."""

    flow_id: FlowId = Field(alias="flow")
    start: Name
    steps: dict[Name, Step]

    def canonical(self) -> str:
        """JSON that is equal for equal flows, defaults written out."""
        return json.dumps(
            self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":")
        )

    @classmethod
    def of(cls, definition: str) -> "Flow":
        """The flow of a published definition."""
        return cls.model_validate_json(definition)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a client company's flows may name; `queues` None: any. Prompts: name to SHA-256."""

    reasons: frozenset[str]
    queues: frozenset[str] | None
    prompts: Mapping[str, str]


_STEP: TypeAdapter[Step] = TypeAdapter(Step)


class _Head(_Part):
    flow: FlowId
    start: Name
    steps: Annotated[dict[str, Any], Field(min_length=1, max_length=STEPS_MOST)]


def checked(text: str | bytes, declared: Declared) -> Flow:
    """The flow that a file holds, its prompts by SHA-256; raises Faulty with everything wrong."""
    source = read(text)
    if not isinstance(source.tree, dict):
        raise Faulty(Fault(1, "a flow is a mapping of flow, start and steps"))
    faults = list(source.faults)
    head = _parsed(_Head.model_validate, source, (), faults)
    listed = source.at(("steps",))
    names = tuple(listed) if isinstance(listed, dict) and len(listed) <= STEPS_MOST else ()
    steps = {
        name: step
        for name in names
        if (step := _parsed(_STEP.validate_python, source, ("steps", name), faults)) is not None
    }
    if names:
        faults += _unknown(source, declared, frozenset(names))
    if head is not None and not faults:
        faults += [Fault(source.line(path), why) for path, why in _ways(steps, head.start)]
    if head is None or faults:
        raise Faulty(*faults)
    return Flow(flow_id=head.flow, start=head.start, steps=_published(steps, declared.prompts))


def _parsed(validate: Any, source: Source, at: Path, faults: list[Fault]) -> Any:
    """The part of the source at `at` as its model; None and more faults when it is not one."""
    try:
        return validate(source.at(at))
    except ValidationError as error:
        faults += [_fault(source, at, detail) for detail in error.errors(include_url=False)]
        return None


def _fault(source: Source, at: Path, detail: ErrorDetails) -> Fault:
    path = at
    for part in detail["loc"]:
        # Pydantic also names the kind it tried and what is missing; the file has neither.
        path = (*path, part) if source.has((*path, part)) else path
    missing = detail["type"] == "missing"
    shown = (*path, detail["loc"][-1]) if missing else path
    place = ".".join(str(part)[:SHOWN_MOST] for part in shown) or "flow"
    return Fault(source.line(path), f"{place}: {_reason(detail)}")


def _reason(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing" if detail["loc"][-1] in ("next", "otherwise"):
            return "missing, a step without it is a dead end"
        case "missing":
            return "missing"
        case "extra_forbidden":
            return "no such field"
        case "union_tag_not_found" | "model_attributes_type" | "model_type":
            return "a step is a mapping with a kind: announce, menu, route or hang_up"
        case "union_tag_invalid":
            tag = str(detail.get("ctx", {}).get("tag"))[:SHOWN_MOST]
            return f"no kind {tag!r}; there are announce, menu, route and hang_up"
        case _:
            message = detail["msg"][:1].lower() + detail["msg"][1:]
            return f"{message}, not {str(detail['input'])[:SHOWN_MOST]!r}"


def _unknown(source: Source, declared: Declared, steps: frozenset[str]) -> Iterator[Fault]:
    """Mentions of steps, prompts, reasons and queues that are not there, in faulty steps too."""
    for path, line in source.lines.items():
        value = source.at(path)
        if not isinstance(value, str):
            continue
        known: Set[str] | None
        match path:
            case ("start",) | ("steps", _, "next" | "otherwise") | ("steps", _, "keys", _, "next"):
                what, known = "the flow has no step", steps
            case ("steps", _, "prompt"):
                what, known = "the request gives no prompt", declared.prompts.keys()
            case ("steps", _, "keys", _, "reason"):
                what, known = "the client company has no reason", declared.reasons
            case ("steps", _, "queue"):
                what, known = "the client company has no queue", declared.queues
            case _:
                continue
        if known is not None and value not in known:
            place = ".".join(str(part)[:SHOWN_MOST] for part in path)
            yield Fault(line, f"{place}: {what} {value[:SHOWN_MOST]!r}")


def _ways(steps: Mapping[str, Step], start: str) -> Iterator[tuple[Path, str]]:
    """Faults of the graph as a whole; every step that is mentioned exists."""
    edges = {name: _next(step) for name, step in steps.items()}
    for name in steps.keys() - _reached(edges, start):
        yield ("steps", name), f"nothing leads to step {name!r}"
    for loop in _endless(steps):
        way = " → ".join((*loop, loop[0]))
        yield ("steps", loop[0]), f"endless without a key of the customer: {way}"
    for name, step in steps.items():
        if isinstance(step, Announce) and step.guidance:
            edges[name] = ()
    for name in _reached(edges, start):
        if isinstance(steps[name], Route):
            yield ("steps", name), f"step {name!r} can be reached without the recording guidance"


def _next(step: Step) -> tuple[str, ...]:
    """Where a step may lead, the way without a key first."""
    match step:
        case Announce():
            return (step.next,)
        case Menu():
            return (step.otherwise, *(choice.next for choice in step.keys.values()))
        case Route() | HangUp():
            return ()


def _reached(edges: Mapping[str, tuple[str, ...]], start: str) -> set[str]:
    reached, ahead = {start}, [start]
    while ahead:
        new = set(edges[ahead.pop()]) - reached
        reached |= new
        ahead += new
    return reached


def _endless(steps: Mapping[str, Step]) -> Iterator[tuple[str, ...]]:
    """Loops that a silent line goes through for ever.

    Without a key a step leads to one other at most, so following it from each step once suffices.
    """
    seen: set[str] = set()
    for first in steps:
        way: list[str] = []
        name: str | None = first
        while name is not None and name not in seen:
            seen.add(name)
            way.append(name)
            name = next(iter(_next(steps[name])), None)
        if name in way:
            yield tuple(way[way.index(name) :])


def _published(steps: Mapping[str, Step], prompts: Mapping[str, str]) -> dict[str, Step]:
    """The steps with their prompts by SHA-256."""
    return {
        name: step.model_copy(update={"prompt": prompts[step.prompt]})
        if isinstance(step, Announce | Menu)
        else step
        for name, step in steps.items()
    }
