"""What is wrong in the parts of a flow file, said with its line."""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sasayaki_callreason.flows.parts import KINDS, PROMPT_FIELDS, Language
from sasayaki_callreason.flows.prompts import missing
from sasayaki_callreason.flows.source import Fault, Path, Source

SHOWN_MOST = 40
"""Characters of a wrong value that a fault shows."""

_KINDS = f"{', '.join(KINDS[:-1])} and {KINDS[-1]}"
_LEADING = ("next", "otherwise", "open", "closed", "on_answer")


def parsed(validate: Callable[[Any], Any], source: Source, at: Path, faults: list[Fault]) -> Any:
    """The part of the source at `at` as its model; None and more faults when it is not one."""
    try:
        return validate(source.at(at))
    except ValidationError as error:
        faults += [_fault(source, at, detail) for detail in error.errors(include_url=False)]
        return None


def mentions(
    source: Source,
    *,
    steps: Set[str],
    languages: tuple[Language, ...],
    prompts: Mapping[str, str],
    reasons: Set[str],
    queues: Set[str] | None,
) -> Iterator[Fault]:
    """Mentions of what is not there: steps, prompts, languages, reasons, queues, kept digits.

    Faulty steps are looked through too.
    """
    kept, heard = _kept(source)
    for path, line in source.lines.items():
        value = source.at(path)
        what, known = "", frozenset[str]()
        if unlisted := _unlisted_way(source, path, languages):
            yield _at(path, line, f"the flow does not list the language {unlisted!r}")
        match path:
            case ("start",):
                what, known = "the flow has no step", frozenset(steps)
            case ("steps", _, *_, last) if last in PROMPT_FIELDS and "ways" not in path:
                for language, name in missing(value, languages, prompts):
                    lacks = f"the request gives no prompt {name[:SHOWN_MOST]!r}"
                    yield _at(path, line, lacks if name else f"no prompt in language {language!r}")
                continue
            case ("steps", _, "ways", _) | ("steps", _, *_, _) if _leads(path):
                what, known = "the flow has no step", frozenset(steps)
            case ("steps", _, *_, "reason"):
                what, known = "the client company has no reason", frozenset(reasons)
            case ("steps", _, "queue") if queues is not None:
                what, known = "the client company has no queue", frozenset(queues)
            case ("steps", _, *_, "language"):
                what, known = "the flow does not list the language", frozenset(languages)
            case ("steps", step, "name") if source.at(("steps", step, "kind")) == "branch":
                what, known = "no step keeps the digits", kept
            case ("steps", _, "digits"):
                what, known = "no step reads back and keeps the digits", heard
            case _:
                continue
        if isinstance(value, str) and value not in known:
            yield _at(path, line, f"{what} {value[:SHOWN_MOST]!r}")


def _leads(path: Path) -> bool:
    """Whether a step is named there."""
    return path[-1] in _LEADING or (len(path) == 4 and path[2] == "ways")


def _unlisted_way(source: Source, path: Path, languages: tuple[Language, ...]) -> str:
    """The language of a branch's way that no call of the flow has; empty for other parts."""
    match path:
        case ("steps", step, "ways", "ja" | "en" as language):
            by_language = source.at(("steps", step, "by")) == "language"
            return language if by_language and language not in languages else ""
        case _:
            return ""


def _kept(source: Source) -> tuple[frozenset[str], frozenset[str]]:
    """The names under which digits are kept, and those of them that are always read back."""
    steps = source.at(("steps",))
    kept, unheard = set(), set()
    for step in steps.values() if isinstance(steps, dict) else ():
        name = step.get("keep") if isinstance(step, dict) else None
        if isinstance(step, dict) and isinstance(name, str):
            kept.add(name)
            if "read_back" not in step:
                unheard.add(name)
    return frozenset(kept), frozenset(kept - unheard)


def _at(path: Path, line: int, reason: str) -> Fault:
    return Fault(line, f"{_place(path)}: {reason}")


def _place(path: Path) -> str:
    """The path as it is shown, on one line whatever the file calls its parts."""
    return ".".join(
        part if part.isprintable() else repr(part)[1:-1]
        for part in (str(part)[:SHOWN_MOST] for part in path)
    )


def _fault(source: Source, at: Path, detail: ErrorDetails) -> Fault:
    path = at
    for part in detail["loc"]:
        # Pydantic also names the kind it tried and what is missing; the file has neither.
        path = (*path, part) if source.has((*path, part)) else path
    missing_part = detail["type"] == "missing"
    shown = (*path, detail["loc"][-1]) if missing_part else path
    place = _place(shown) or "flow"
    return Fault(source.line(path), f"{place}: {_reason(shown, detail)}")


def _is_step(path: Path) -> bool:
    return len(path) == 2 and path[0] == "steps"


def _reason(path: Path, detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing" if detail["loc"][-1] in ("next", *_LEADING):
            return "missing, a step without it is a dead end"
        case "missing":
            return "missing"
        case "extra_forbidden":
            return "no such field"
        case "union_tag_not_found":
            return f"a step is a mapping with a kind: {_KINDS}"
        case "model_attributes_type" | "model_type" | "dict_type" if _is_step(path):
            return f"a step is a mapping with a kind: {_KINDS}"
        case "union_tag_invalid":
            tag = str(detail.get("ctx", {}).get("tag"))[:SHOWN_MOST]
            return f"no kind {tag!r}; there are {_KINDS}"
        case "tuple_type":
            return f"a list, not {str(detail['input'])[:SHOWN_MOST]!r}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"a mapping, not {str(detail['input'])[:SHOWN_MOST]!r}"
        case "too_short":
            return f"{detail['ctx']['min_length']} or more, not {detail['ctx']['actual_length']}"
        case "too_long":
            return f"{detail['ctx']['max_length']} at most, not {detail['ctx']['actual_length']}"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch" if path[-1] == "number":
            shown = str(detail["input"])[:SHOWN_MOST]
            return f"a number like '+81312345678', written out whole, not {shown!r}"
        case _:
            message = detail["msg"][:1].lower() + detail["msg"][1:]
            return f"{message}, not {str(detail['input'])[:SHOWN_MOST]!r}"
