"""The ways through a flow: what nothing leads to, what never ends, what is not allowed."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from sasayaki_callreason.flows.parts import (
    Announce,
    Ask,
    Branch,
    Callback,
    HangUp,
    Hours,
    Menu,
    Route,
    SetLanguage,
    SetReason,
    Step,
    TransferOut,
    Voicemail,
)

Steps: TypeAlias = Mapping[str, Step]
At: TypeAlias = tuple[str, ...]
"""A place in the file."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a step may lead: by itself, when the customer does something, in a call of ours."""

    silent: tuple[str, ...] = ()
    by_key: tuple[str, ...] = ()
    called: tuple[str, ...] = ()

    @property
    def here(self) -> tuple[str, ...]:
        """Those that the same call may go."""
        return self.silent + self.by_key

    @property
    def all(self) -> tuple[str, ...]:
        return self.silent + self.by_key + self.called


def ways(step: Step) -> Ways:
    match step:
        case Announce(next=following) | SetReason(next=following) | SetLanguage(next=following):
            return Ways((following,))
        case Voicemail(next=following):
            return Ways((following,))
        case Menu(otherwise=otherwise, keys=keys):
            return Ways((otherwise,), tuple(choice.next for choice in keys.values()))
        case Ask(otherwise=otherwise, next=following):
            return Ways((otherwise,), (following,))
        case Hours(open=opened, closed=closed):
            return Ways((opened, closed))
        case Branch(ways=branches, otherwise=otherwise):
            return Ways((otherwise, *branches.values()))
        case TransferOut(otherwise=otherwise):
            return Ways((otherwise,))
        case Callback(next=following, otherwise=otherwise, on_answer=on_answer):
            return Ways((following, otherwise), called=(on_answer,))
        case Route(wait=wait):
            offered = wait is not None and wait.offer is not None
            return Ways(by_key=(wait.offer.next,)) if offered and wait and wait.offer else Ways()
        case HangUp():
            return Ways()
        case _:
            assert_never(step)


def faults(steps: Steps, start: str, endings: Set[str]) -> Iterator[tuple[At, str]]:
    """Faults of the graph as a whole; every step that is mentioned exists.

    `endings` are the reasons that need nobody: a wrong number, a prank.
    """
    led = {name: ways(step) for name, step in steps.items()}
    begun = _reached({name: way.all for name, way in led.items()}, start)
    for name in steps.keys() - begun:
        yield ("steps", name), f"nothing leads to step {name!r}"
    for loop in _endless({name: way.silent + way.called for name, way in led.items()}):
        way = " → ".join((*loop, loop[0]))
        yield ("steps", loop[0]), f"endless without a key of the customer: {way}"
    yield from _unheard(steps, led, start)
    yield from _abandoned(steps, led, endings)
    yield from _in_vain(steps, led)


def unstated(steps: Steps, reasons: Set[str]) -> list[str]:
    """Reasons that no way of the flow states."""
    stated: set[str] = set()
    for step in steps.values():
        match step:
            case Menu(keys=keys):
                stated |= {choice.reason for choice in keys.values() if choice.reason}
            case SetReason(reason=reason):
                stated.add(reason)
            case _:
                pass
    return sorted(reasons - stated)


def _unheard(steps: Steps, led: Mapping[str, Ways], start: str) -> Iterator[tuple[At, str]]:
    """Operators and voicemails that are reached before the recording guidance was heard."""
    edges = {
        name: () if isinstance(step, Announce) and step.guidance else led[name].here
        for name, step in steps.items()
    }
    answers = [step.on_answer for step in steps.values() if isinstance(step, Callback)]
    found: set[str] = set()
    for root in (start, *answers):
        found |= _reached(edges, root)
    for name in found:
        if isinstance(steps[name], Route | Voicemail):
            yield ("steps", name), f"step {name!r} can be reached without the recording guidance"


def _abandoned(
    steps: Steps, led: Mapping[str, Ways], endings: Set[str]
) -> Iterator[tuple[At, str]]:
    """Reasons that are stated on a way that never comes to anybody."""
    edges = {name: way.here for name, way in led.items()}
    for at, reason, following in _stated(steps):
        reached = (steps[name] for name in _reached(edges, following))
        helped = any(isinstance(s, Route | Voicemail | TransferOut | Callback) for s in reached)
        if not helped and reason not in endings:
            yield at, f"reason {reason!r} never comes to a queue, a voicemail or a number outside"


def _in_vain(steps: Steps, led: Mapping[str, Ways]) -> Iterator[tuple[At, str]]:
    """Queues that customers come to who are called back, which nobody is while on the line."""
    edges = {name: way.here for name, way in led.items()}
    for name, step in steps.items():
        if isinstance(step, Callback):
            for there in sorted(_reached(edges, step.next)):
                if isinstance(steps[there], Route):
                    why = f"leads to {there!r}, where who is to be called back would wait in vain"
                    yield ("steps", name, "next"), f"steps.{name}.next: {why}"


def _stated(steps: Steps) -> Iterator[tuple[At, str, str]]:
    for name, step in steps.items():
        match step:
            case Menu(keys=keys):
                for key, choice in keys.items():
                    if choice.reason:
                        yield ("steps", name, "keys", key), choice.reason, choice.next
            case SetReason(reason=reason, next=following):
                yield ("steps", name), reason, following
            case _:
                pass


def _reached(edges: Mapping[str, tuple[str, ...]], start: str) -> set[str]:
    reached, ahead = {start}, [start]
    while ahead:
        new = set(edges[ahead.pop()]) - reached
        reached |= new
        ahead += new
    return reached


def _endless(edges: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """A loop for each step from which a silent line comes back to where it was.

    Depth first without recursion: a flow of 200 steps is no deeper than this may go, but the
    files come from strangers.
    """
    done: set[str] = set()
    for first in edges:
        way: list[str] = []
        ahead: list[tuple[str, int]] = [(first, 0)]
        while ahead:
            name, depth = ahead.pop()
            for left in way[depth:]:
                done.add(left)
            del way[depth:]
            if name in way:
                yield tuple(way[way.index(name) :])
            elif name not in done:
                way.append(name)
                ahead += [(following, depth + 1) for following in reversed(edges[name])]
        done.update(way)
