"""A client company's reasons as a tree of at most three levels (大・中・小分類)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sasayaki.callreason.v1.client_events import Reason, ReasonKind
from sasayaki.callreason.v1.enquiry_events import EnquiryOutcome

LEVELS_MOST = 3

OUTCOMES: Mapping[ReasonKind, EnquiryOutcome] = {
    ReasonKind.WRONG_NUMBER: EnquiryOutcome.WRONG_NUMBER,
    ReasonKind.PRANK: EnquiryOutcome.PRANK,
}
"""How a wrap-up with a reason of that kind closes the enquiry; with any other it was handled."""


def faults(reasons: Sequence[Reason]) -> Iterator[tuple[str, str]]:
    """What is wrong with a tree: the place, as `reasons[3].parent_id`, and the fault."""
    parents = {reason.reason_id: reason.parent_id or "" for reason in reasons}
    for place, reason in enumerate(reasons):
        parent_id = reason.parent_id or ""
        if parent_id and parent_id not in parents:
            yield f"reasons[{place}].parent_id", f"there is no reason {parent_id[:40]!r}"
            continue
        above = path(parents, reason.reason_id)
        if parents.get(above[-1]):
            yield f"reasons[{place}].parent_id", f"{reason.reason_id!r} lies below itself"
        elif len(above) > LEVELS_MOST:
            fault = f"{LEVELS_MOST} levels at most: {' < '.join(above)}"
            yield f"reasons[{place}].parent_id", fault


def path(parents: Mapping[str, str], reason_id: str) -> tuple[str, ...]:
    """The reason and those above it, deepest first; of a circle each once."""
    above = [reason_id]
    while (parent_id := parents.get(above[-1], "")) and parent_id not in above:
        above.append(parent_id)
    return tuple(above)


def on_level(parents: Mapping[str, str], reason_id: str, level: int) -> str:
    """The reason for which it counts on a level, 1 the topmost; itself when it lies higher."""
    above = path(parents, reason_id)
    return above[max(0, len(above) - level)] if level else reason_id


def parents_of(reasons: Iterable[Reason]) -> Mapping[str, str]:
    """Each reason's parent; empty for one of the first level."""
    return {reason.reason_id: reason.parent_id or "" for reason in reasons}


def outcomes_of(reasons: Iterable[Reason]) -> Mapping[str, EnquiryOutcome]:
    """The reasons that say that the contact was none: pranks and wrong numbers."""
    return {
        reason.reason_id: OUTCOMES[reason.kind]
        for reason in reasons
        if reason.kind is not None and reason.kind in OUTCOMES
    }
