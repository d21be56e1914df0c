"""A flow as data: how a file of it is checked, and its canonical form.

A flow is a graph of steps. It is refused with all its faults at once, each with its line: unknown
steps, steps that nothing leads to, dead ends, loops that nobody has to be awake for, prompts,
languages, reasons and queues that do not exist, reasons that come to nobody, and a way to an
operator on which the customer would not hear the recording guidance (the law wants it heard before
anything is recorded).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from sasayaki_callreason.flows import prompts as sounds
from sasayaki_callreason.flows import ways
from sasayaki_callreason.flows.faults import mentions, parsed
from sasayaki_callreason.flows.parts import (
    Callback,
    Language,
    Name,
    Part,
    Route,
    Step,
    TransferOut,
    Voicemail,
)
from sasayaki_callreason.flows.source import Fault, Faulty, Source, read

STEPS_MOST = 200

FlowId: TypeAlias = Annotated[str, Field(pattern=r"^flw_[a-z0-9_]{1,60}$")]
Languages: TypeAlias = Annotated[tuple[Language, ...], Field(min_length=1, max_length=2)]


class Flow(Part):
    """A checked flow. New calls begin in the first of its languages."""

    flow_id: FlowId = Field(alias="flow")
    start: Name
    languages: Languages = ("ja",)
    steps: dict[Name, Step]
    words: dict[Language, dict[str, str]] = Field(default_factory=dict)
    """What steps say of themselves, digits and numbers: name to SHA-256."""

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
    """What a client company's flows may name; `queues` None: any. Prompts: name to SHA-256.

    `endings` are the reasons that need nobody, wrong numbers and pranks; `stated` those that a
    menu would ask for: the first level of the others. Without `recorded`, that every call is
    recorded, there are no voicemails. `staff` are the skills of each operator who serves the
    company, `prefixes` the numbers that its outbound rule lets be called; None where nobody knows.
    """

    reasons: frozenset[str]
    queues: frozenset[str] | None
    prompts: Mapping[str, str]
    endings: frozenset[str] = frozenset()
    stated: frozenset[str] = frozenset()
    recorded: bool = True
    staff: tuple[frozenset[str], ...] | None = None
    prefixes: tuple[str, ...] | None = None


_STEP: TypeAdapter[Step] = TypeAdapter(Step)


class _Head(Part):
    flow: FlowId
    start: Name
    languages: Languages = ("ja",)
    steps: Annotated[dict[str, Any], Field(min_length=1, max_length=STEPS_MOST)]


def looked_over(text: str | bytes, declared: Declared) -> tuple[Flow, tuple[Fault, ...]]:
    """The flow that a file holds, its prompts by SHA-256; raises Faulty with everything wrong.

    Beside it, what is not wrong in it but may be meant otherwise.
    """
    source = read(text)
    if not isinstance(source.tree, dict):
        raise Faulty(Fault(1, "a flow is a mapping of flow, start and steps"))
    faults = list(source.faults)
    head: _Head | None = parsed(_Head.model_validate, source, (), faults)
    listed = source.at(("steps",))
    names = tuple(listed) if isinstance(listed, dict) and len(listed) <= STEPS_MOST else ()
    steps: dict[str, Step] = {
        name: step
        for name in names
        if (step := parsed(_STEP.validate_python, source, ("steps", name), faults)) is not None
    }
    languages: tuple[Language, ...] = head.languages if head is not None else ("ja",)
    if names:
        faults += mentions(
            source,
            steps=frozenset(names),
            languages=languages,
            prompts=declared.prompts,
            reasons=declared.reasons,
            queues=declared.queues,
        )
    faults += _unspoken(source, steps, languages, declared)
    if head is not None and not faults:
        whole = ways.faults(steps, head.start, declared.endings)
        faults += [Fault(source.line(path), why) for path, why in whole]
    if head is None or faults:
        raise Faulty(*faults)
    flow = Flow(
        flow_id=head.flow,
        start=head.start,
        languages=languages,
        steps=sounds.published(steps, languages, declared.prompts),
        words=sounds.words(steps, languages, declared.prompts),
    )
    return flow, tuple(_doubts(source, steps, declared))


def _unspoken(
    source: Source,
    steps: Mapping[str, Step],
    languages: tuple[Language, ...],
    declared: Declared,
) -> list[Fault]:
    """Words that a step would have to say and nobody has recorded; voicemails nobody would."""
    faults = []
    for name, word in sounds.spoken(steps):
        for _, lacking in sounds.missing(word, languages, declared.prompts):
            why = f"steps.{name}: the request gives no prompt {lacking!r}, which it says"
            faults.append(Fault(source.line(("steps", name)), why))
    if not declared.recorded:
        faults += [
            Fault(
                source.line(("steps", name)),
                f"steps.{name}: a voicemail is a recording, and not every call is recorded",
            )
            for name, step in steps.items()
            if isinstance(step, Voicemail)
        ]
    return faults


def _doubts(source: Source, steps: Mapping[str, Step], declared: Declared) -> list[Fault]:
    """What may be meant otherwise."""
    return [
        *_forgotten(source, steps, declared),
        *_unstaffed(source, steps, declared),
        *_uncalled(source, steps, declared),
    ]


def _forgotten(source: Source, steps: Mapping[str, Step], declared: Declared) -> list[Fault]:
    """Reasons that a flow forgets which asks for others."""
    unstated = ways.unstated(steps, declared.reasons)
    if len(unstated) == len(declared.reasons):
        return []
    line = source.line(("steps",))
    return [
        Fault(line, f"no way states the reason {reason!r}")
        for reason in unstated
        if reason in declared.stated
    ]


def _unstaffed(source: Source, steps: Mapping[str, Step], declared: Declared) -> Iterator[Fault]:
    """Steps after which a customer would wait for somebody whom there is not."""
    if declared.staff is None:
        return
    for name, step in steps.items():
        if isinstance(step, Route | Callback) and not any(
            known.issuperset(step.skills) for known in declared.staff
        ):
            skills = f" who knows {', '.join(step.skills)}" if step.skills else ""
            line = source.line(("steps", name, "skills"))
            yield Fault(line, f"steps.{name}: no operator{skills} serves the client company")


def _uncalled(source: Source, steps: Mapping[str, Step], declared: Declared) -> Iterator[Fault]:
    """Steps that promise a call which the client company's outbound rule does not allow."""
    if declared.prefixes is None:
        return
    for name, step in steps.items():
        why = ""
        if isinstance(step, Callback) and not declared.prefixes:
            why = "nobody may be called back: the client company has no outbound rule"
        if isinstance(step, TransferOut) and not step.number.startswith(declared.prefixes):
            why = f"the client company's outbound rule does not allow {step.number}"
        if why:
            yield Fault(source.line(("steps", name)), f"steps.{name}: {why}")
