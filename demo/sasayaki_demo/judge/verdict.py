"""All the judge's rules, and what they say of a case."""

from __future__ import annotations

from sasayaki_demo.judge import calls, pool, reach, supervision
from sasayaki_demo.judge.case import Case

RULES = (*calls.RULES, *pool.RULES, *reach.RULES, *supervision.RULES)


def judge(case: Case) -> list[str]:
    """Returns every complaint; none: both sides tell the same story."""
    return [complaint for rule in RULES for complaint in rule(case)]
