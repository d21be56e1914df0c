"""When a client company is open: hours by weekday, holidays, exceptions; pure in `now`."""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
)

from sasayaki_callreason.flows.holidays import holiday

INTERVALS_MOST = 8
EXCEPTIONS_MOST = 200

TOKYO: Final = "Asia/Tokyo"
# No summer time since 1951, so it needs no data of the machine's.
_TOKYO = timezone(timedelta(hours=9), TOKYO)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_INTERVAL = re.compile(rf"({_TIME})-({_TIME}|24:00)")


def _in_order(hours: tuple[str, ...]) -> tuple[str, ...]:
    """The same; raises ValueError unless each is an interval after the one before."""
    before = 0
    for text in hours:
        begin, end = _minutes(text)
        if begin >= end or begin < before:
            raise ValueError(f"{text!r} ends before it begins, or overlaps the one before")
        before = end
    return hours


def _is_days(text: str) -> str:
    _days(text)
    return text


def _is_date(text: str) -> str:
    try:
        canonical = date.fromisoformat(text).isoformat()
    except ValueError:
        canonical = ""
    if canonical != text:
        raise ValueError(f"a day like '2026-12-29', not {text[:40]!r}")
    return text


Intervals: TypeAlias = Annotated[
    tuple[str, ...], Field(max_length=INTERVALS_MOST), AfterValidator(_in_order)
]
"""As `9:00-12:30`; the end is not in it, and may be `24:00`."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Exceptional(_Part):
    """A day of its own: no hours mean closed."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    hours: Intervals = ()


def _how_holidays_are_written(value: Any) -> str:
    return "word" if isinstance(value, str) else "hours"


Holidays: TypeAlias = Annotated[
    Annotated[Literal["closed", "as_usual"], Tag("word")] | Annotated[Intervals, Tag("hours")],
    Discriminator(_how_holidays_are_written),
]


class Calendar(_Part):
    """A day that is an exception, then one that is a national holiday, then the week decides."""

    zone: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,39}$")] = TOKYO
    week: dict[Annotated[str, AfterValidator(_is_days)], Intervals]
    holidays: Holidays = "closed"
    exceptions: Annotated[
        dict[Annotated[str, AfterValidator(_is_date)], Exceptional],
        Field(max_length=EXCEPTIONS_MOST),
    ] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        try:
            _zone(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError("no such time zone") from None
        return zone

    @field_validator("week")
    @classmethod
    def _days_stand_once(cls, week: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        seen: set[str] = set()
        for days in week:
            for day in _days(days):
                if day in seen:
                    raise ValueError(f"{day} stands in two places")
                seen.add(day)
        return week


def is_open(calendar: Calendar, now: datetime) -> tuple[bool, str]:
    """Whether it is open, and the exception or holiday that decided, if one did."""
    local = now.astimezone(_zone(calendar.zone))
    exception = calendar.exceptions.get(local.date().isoformat())
    if exception is not None:
        return _within(exception.hours, local), exception.name
    name = holiday(local.date())
    if name is not None and calendar.holidays != "as_usual":
        hours = () if isinstance(calendar.holidays, str) else calendar.holidays
        return _within(hours, local), name
    today = DAYS[local.weekday()]
    for days, hours in calendar.week.items():
        if today in _days(days):
            return _within(hours, local), ""
    return False, ""


def local_time(text: str, zone: str = TOKYO) -> datetime:
    """`2026-11-24 10:00` as an instant; raises ValueError for what is none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text, re.ASCII):
        raise ValueError(f"a time like '2026-11-24 10:00', not {text[:40]!r}")
    return datetime.fromisoformat(text).replace(tzinfo=_zone(zone))


def _zone(name: str) -> tzinfo:
    return _TOKYO if name == TOKYO else ZoneInfo(name)


def _days(text: str) -> tuple[str, ...]:
    """`mon`, or `mon-fri`; raises ValueError for what is neither."""
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"a day like 'mon' or days like 'mon-fri', not {text[:40]!r}")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if end < begin or (last and first == last):
        raise ValueError(f"days in the order of the week, not {text[:40]!r}")
    return DAYS[begin : end + 1]


def _within(hours: tuple[str, ...], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in map(_minutes, hours))


def _minutes(interval: str) -> tuple[int, int]:
    found = _INTERVAL.fullmatch(interval)
    if found is None:
        raise ValueError(f"hours like '9:00-17:30', not {interval[:40]!r}")
    begin, end = (int(time[:-3]) * 60 + int(time[-2:]) for time in found.groups())
    return begin, end
