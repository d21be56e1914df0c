"""A file of test cases as data: who calls when, what they do, what is expected of the flow."""

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator

from sasayaki_callreason.flows.faults import parsed
from sasayaki_callreason.flows.hours import local_time
from sasayaki_callreason.flows.parts import Language, Name, Number, Part, QueueId, ReasonId
from sasayaki_callreason.flows.source import Fault, Faulty, Source, read

CASES_BYTES_MOST = 256 * 1024
CASES_NODES_MOST = 30_000
CASES_MOST = 500
ACTS_MOST = 200
WAIT_S_MOST = 3_600
SOME_TUESDAY: Final = "2026-11-24 10:00"

OUTCOMES: Final = (
    "handled",
    "left_in_guidance",
    "left_in_flow",
    "left_in_queue",
    "released",
    "voicemail",
    "transferred_out",
    "callback",
    "not_reached",
)


def _as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


class Press(Part):
    """Presses keys as soon as keys are awaited."""

    press: Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[0-9*#]{1,32}$")]


class Wait(Part):
    """Does nothing for so many seconds."""

    wait: Annotated[int, Field(ge=1, le=WAIT_S_MOST)]


class Standing(Part):
    position: Annotated[int, Field(ge=1, le=10_000)] = 1
    minutes: Annotated[int, Field(ge=0, le=10_000)] | None = None


class Told(Part):
    """The queue says how the caller stands."""

    told: Standing


Word: TypeAlias = Literal["hang_up", "silence", "talk", "reached", "unreached", "answer_callback"]


def _kind(value: Any) -> str | None:
    if isinstance(value, str):
        return "word"
    keys = ("press", "wait", "told")
    return next((key for key in keys if key in value), None) if isinstance(value, dict) else None


Act: TypeAlias = Annotated[
    Annotated[Word, Tag("word")]
    | Annotated[Press, Tag("press")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Told, Tag("told")],
    Discriminator(
        _kind,
        custom_error_type="act",
        custom_error_message="an act is press, wait, told, hang_up, silence, talk, reached, "
        "unreached or answer_callback",
    ),
]


class Expected(Part):
    """What is not given is not looked at."""

    path: tuple[Name, ...] | None = None
    reason: ReasonId | Literal["none"] | None = None
    queue: QueueId | Literal["none"] | None = None
    language: Language | None = None
    outcome: Literal[OUTCOMES] | None = None  # type: ignore[valid-type]


class Case(Part):
    """One caller; times are those of Tokyo."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    at: str = SOME_TUESDAY
    caller: Literal["known", "withheld"] = "known"
    dialled: Number = "+81300000000"
    acts: Annotated[tuple[Act, ...], Field(max_length=ACTS_MOST)] = ()
    expect: Expected

    @field_validator("at")
    @classmethod
    def _is_a_time(cls, at: str) -> str:
        local_time(at)
        return at

    @field_validator("expect")
    @classmethod
    def _expects_something(cls, expect: Expected) -> Expected:
        if not expect.model_fields_set:
            raise ValueError("nothing is expected")
        return expect


class _Head(Part):
    flow: str
    cases: Annotated[tuple[Any, ...], Field(min_length=1, max_length=CASES_MOST)]


def cases_of(text: str | bytes, flow_id: str) -> tuple[tuple[Case, int], ...]:
    """The cases, each with its line; raises Faulty with everything that is wrong in the file."""
    source = read(text, bytes_most=CASES_BYTES_MOST, nodes_most=CASES_NODES_MOST)
    if not isinstance(source.tree, dict):
        raise Faulty(Fault(1, "test cases are a mapping of flow and cases"))
    faults = list(source.faults)
    head: _Head | None = parsed(_Head.model_validate, source, (), faults)
    if head is None:
        raise Faulty(*faults)
    if head.flow != flow_id:
        why = f"flow: these are cases of {head.flow[:40]!r}, not of {flow_id!r}"
        faults.append(Fault(source.line(("flow",)), why))
    found = [_case(source, number, faults) for number in range(len(head.cases))]
    cases = tuple((case, line) for case, line in found if case is not None)
    names: dict[str, int] = {}
    for case, line in cases:
        if case.name in names:
            faults.append(
                Fault(line, f"{case.name!r} stands twice, first on line {names[case.name]}")
            )
        names.setdefault(case.name, line)
    if faults:
        raise Faulty(*faults)
    return cases


def _case(source: Source, number: int, faults: list[Fault]) -> tuple[Case | None, int]:
    at = ("cases", number)
    case: Case | None = parsed(Case.model_validate, source, at, faults)
    return case, source.line(at)
