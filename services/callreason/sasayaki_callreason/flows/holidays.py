"""Japan's national holidays (国民の祝日), by the law's rules as they stand since 2020.

National Holidays Act (昭和23年法律第178号): article 2 for the days, article 3 (2) for the
substitute holiday (振替休日) of one that falls on a Sunday, article 3 (3) for the day between two
holidays (国民の休日). The equinoxes are announced a year ahead; the formula of the Hydrographic
Office (海上保安庁水路部 暦計算研究会編) gives them for 1980 to 2099.
"""

from datetime import date, timedelta
from functools import lru_cache

YEAR_LEAST = 2020
YEAR_MOST = 2099
YEARS_REMEMBERED = 16

_FIXED = {
    (1, 1): "元日",
    (2, 11): "建国記念の日",
    (2, 23): "天皇誕生日",
    (4, 29): "昭和の日",
    (5, 3): "憲法記念日",
    (5, 4): "みどりの日",
    (5, 5): "こどもの日",
    (8, 11): "山の日",
    (11, 3): "文化の日",
    (11, 23): "勤労感謝の日",
}
# Month, and which of its Mondays.
_MONDAYS = {(1, 2): "成人の日", (7, 3): "海の日", (9, 3): "敬老の日", (10, 2): "スポーツの日"}
# Moved for the Olympic Games of Tokyo by laws of their own.
_MOVED = {
    2020: {"海の日": (7, 23), "スポーツの日": (7, 24), "山の日": (8, 10)},
    2021: {"海の日": (7, 22), "スポーツの日": (7, 23), "山の日": (8, 8)},
}
_DAY = timedelta(days=1)
_SUNDAY = 6


def holiday(day: date) -> str | None:
    """The holiday's name; None on any other day, and in years for which nothing is known."""
    if not YEAR_LEAST <= day.year <= YEAR_MOST:
        return None
    return _year(day.year).get(day)


@lru_cache(maxsize=YEARS_REMEMBERED)
def _year(year: int) -> dict[date, str]:
    named = _named(year)
    days = dict(named)
    for day in sorted(named):
        if day.weekday() == _SUNDAY:
            substitute = day + _DAY
            while substitute in named:
                substitute += _DAY
            days[substitute] = "振替休日"
    for day in sorted(named):
        between = day + _DAY
        if between not in days and between + _DAY in named and between.weekday() != _SUNDAY:
            days[between] = "国民の休日"
    return days


def _named(year: int) -> dict[date, str]:
    """The days of article 2."""
    days = {name: date(year, *fixed) for fixed, name in _FIXED.items()}
    days |= {name: _monday(year, *which) for which, name in _MONDAYS.items()}
    days["春分の日"] = date(year, 3, _equinox(year, 20.8431))
    days["秋分の日"] = date(year, 9, _equinox(year, 23.2488))
    days |= {name: date(year, *moved) for name, moved in _MOVED.get(year, {}).items()}
    return {day: name for name, day in days.items()}


def _monday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (which - 1))


def _equinox(year: int, in_1980: float) -> int:
    """The day of the month."""
    since = year - 1980
    return int(in_1980 + 0.242194 * since) - since // 4
