"""Whom to monitor next, and why, in words for people."""

from dataclasses import dataclass

from sasayaki.monitoring.v1.supervision_events import ConsentAnswer
from sasayaki_monitoring.fairness.assess import Standing, Team
from sasayaki_monitoring.fairness.policy import Policy
from sasayaki_monitoring.fairness.share import expected

LINES_MOST = 20
"""Of one team's list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One operator to monitor; `owed` sessions are missing to their share of one session more."""

    standing: Standing
    owed: float
    reason_ja: str
    reason_en: str


def next_up(team: Team, policy: Policy, window_days: int) -> list[Line]:
    """The team's operators who talk in this window, most owed first; never who had enough today.

    The share is that of one session more than there were, so that the very first one is due
    somebody too. Equal: who waits longest for their first, then who talks most.
    """
    weights = [each.need.weight * each.counted.talk_s for each in team.standings]
    shares = expected(team.sessions + 1, weights)
    open_to = [
        (share - each.counted.sessions, each)
        for each, share in zip(team.standings, shares, strict=True)
        if each.counted.talk_s > 0
        and each.counted.last_day < policy.daily_most
        and each.counted.today < each.counted.daily_limit
    ]
    open_to.sort(key=lambda pair: _order(*pair))
    return [_line(each, owed, window_days) for owed, each in open_to[:LINES_MOST]]


def _order(owed: float, each: Standing) -> tuple[float, float, float, str]:
    ago = each.counted.covered_days_ago
    waits = float("inf") if ago is None else ago
    return -round(owed, 6), -waits, -each.counted.talk_s, each.counted.operator_id


def _line(each: Standing, owed: float, window_days: int) -> Line:
    ja, en = _numbers(each, window_days)
    for more_ja, more_en in (_last(each), *_needs(each), _today(each), _consent(each), *_now(each)):
        ja, en = f"{ja}、{more_ja}", f"{en}; {more_en}"
    return Line(each, owed, f"{ja}。", f"{en}.")


def _numbers(each: Standing, window_days: int) -> tuple[str, str]:
    done, due = each.counted.sessions, each.due
    times = "time" if done == 1 else "times"
    return (
        f"直近{window_days}日間で{done}回(公平な回数は{due:.1f}回)",
        f"Monitored {done} {times} in {window_days} days where {due:.1f} would be fair",
    )


def _last(each: Standing) -> tuple[str, str]:
    ago = each.counted.covered_days_ago
    if ago is None:
        return "モニタリングの記録なし", "never monitored before"
    if ago < 1:
        return "最終は24時間以内", "last time within 24 hours"
    days = int(ago)
    return f"最終は{days}日前", f"last time {days} day{'s' if days > 1 else ''} ago"


def _needs(each: Standing) -> list[tuple[str, str]]:
    told = []
    if each.need.newcomer:
        days = int(each.counted.known_days) + 1
        told.append((f"新人(登録{days}日目)", f"new here (day {days})"))
    if each.need.often_helped:
        helped = each.counted.helped
        told.append((f"ヘルプが多い({helped}回)", f"often needs help ({helped} times)"))
    if due := each.counted.follow_ups:
        told.append((f"フィードバックの確認待ち{due}件", f"follow-up due ({due})"))
    return told


def _today(each: Standing) -> tuple[str, str]:
    done, limit = each.counted.today, each.counted.daily_limit
    return f"本日{done}回(上限{limit}回)", f"today {done} of at most {limit}"


def _consent(each: Standing) -> tuple[str, str]:
    """A wish is told so that it is kept; it changes nobody's place on the list."""
    match each.counted.answer:
        case ConsentAnswer.DECLINED:
            return "本日は研修を辞退", "declined training today"
        case ConsentAnswer.LATER:
            return "研修は「あとで」と回答", "asked for training another time"
        case _:
            return "研修の辞退なし", "no wish against training"


def _now(each: Standing) -> list[tuple[str, str]]:
    return [("いま通話中", "talks right now")] if each.counted.contact_id else []
