"""All the judge's rules, and what they say of a case."""

from __future__ import annotations

from collections.abc import Iterator

from sasayaki_demo.judge import calls, pool, reach, supervision
from sasayaki_demo.judge.case import Case

RULES = (*calls.RULES, *pool.RULES, *reach.RULES, *supervision.RULES)


def judge(case: Case) -> list[str]:
    """Returns every complaint; none: both sides tell the same story."""
    return list(complaints(case))


def complaints(case: Case) -> Iterator[str]:
    """Yields what `judge` returns, and works out no more than is asked for."""
    for rule in RULES:
        yield from rule(case)
