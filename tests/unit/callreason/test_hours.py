"""Opening hours and Japan's holidays: pure in `now`."""

from datetime import UTC, date, datetime

import pytest

from sasayaki_callreason.flows.holidays import holiday
from sasayaki_callreason.flows.hours import Calendar, is_open, local_time

CALENDAR = Calendar.model_validate(
    {
        "week": {"mon-fri": ("9:00-12:00", "13:00-18:00"), "sat": ("10:00-24:00",)},
        "exceptions": {
            "2026-12-29": {"name": "year_end", "hours": ("9:00-12:00",)},
            "2026-12-30": {"name": "year_end"},
        },
    }
)


def opened(text: str, calendar: Calendar = CALENDAR) -> tuple[bool, str]:
    return is_open(calendar, local_time(text))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "元日"),
        ("2026-01-12", "成人の日"),
        ("2026-02-11", "建国記念の日"),
        ("2026-02-23", "天皇誕生日"),
        ("2026-03-20", "春分の日"),
        ("2026-04-29", "昭和の日"),
        ("2026-05-03", "憲法記念日"),
        ("2026-05-04", "みどりの日"),
        ("2026-05-05", "こどもの日"),
        ("2026-05-06", "振替休日"),
        ("2026-07-20", "海の日"),
        ("2026-08-11", "山の日"),
        ("2026-09-21", "敬老の日"),
        ("2026-09-22", "国民の休日"),
        ("2026-09-23", "秋分の日"),
        ("2026-10-12", "スポーツの日"),
        ("2026-11-03", "文化の日"),
        ("2026-11-23", "勤労感謝の日"),
        # Equinoxes that fall on other days than the year before.
        ("2027-03-21", "春分の日"),
        ("2027-03-22", "振替休日"),
        ("2028-09-22", "秋分の日"),
        # Moved for the games of Tokyo.
        ("2020-07-24", "スポーツの日"),
        ("2021-08-09", "振替休日"),
        ("2032-09-21", "国民の休日"),
    ],
)
def test_a_national_holiday_has_its_name(day: str, name: str) -> None:
    assert holiday(date.fromisoformat(day)) == name


def test_2026_has_18_holidays_and_no_other() -> None:
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), 739_982)]
    assert days[-1] == date(2026, 12, 31)
    assert sum(holiday(day) is not None for day in days) == 18


@pytest.mark.parametrize("day", ["2020-10-12", "2021-07-19", "2019-05-01", "2100-01-01"])
def test_days_that_moved_or_are_not_known_are_none(day: str) -> None:
    assert holiday(date.fromisoformat(day)) is None


@pytest.mark.parametrize(
    ("time", "open_then"),
    [
        ("2026-11-24 08:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 11:59", True),
        ("2026-11-24 12:00", False),
        ("2026-11-24 13:00", True),
        ("2026-11-24 18:00", False),
        ("2026-11-28 23:59", True),
        ("2026-11-29 00:00", False),
    ],
)
def test_the_week_has_several_intervals_a_day(time: str, open_then: bool) -> None:
    assert opened(time) == (open_then, "")


def test_a_holiday_is_closed_and_says_which_it_is() -> None:
    assert opened("2026-11-23 10:00") == (False, "勤労感謝の日")


def test_a_holiday_may_be_as_usual_or_have_hours_of_its_own() -> None:
    usual = CALENDAR.model_copy(update={"holidays": "as_usual"})
    own = CALENDAR.model_copy(update={"holidays": ("10:00-11:00",)})
    assert opened("2026-11-23 09:00", usual) == (True, "")
    assert opened("2026-11-23 10:30", own) == (True, "勤労感謝の日")
    assert opened("2026-11-23 09:00", own) == (False, "勤労感謝の日")


def test_an_exception_comes_before_everything() -> None:
    assert opened("2026-12-29 09:00") == (True, "year_end")
    assert opened("2026-12-29 13:00") == (False, "year_end")
    assert opened("2026-12-30 09:00") == (False, "year_end")
    closed_at_new_year = CALENDAR.exceptions["2026-12-29"]
    greeting = CALENDAR.model_copy(update={"exceptions": {"2026-01-01": closed_at_new_year}})
    assert opened("2026-01-01 09:00", greeting) == (True, "year_end")


def test_an_instant_is_looked_up_in_the_companys_own_zone() -> None:
    # Sunday 23:30 in London is Monday morning in Tokyo.
    late = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    week = {"mon": ("8:00-9:00",)}
    assert is_open(Calendar.model_validate({"week": week}), late) == (True, "")
    london = Calendar.model_validate({"week": week, "zone": "Europe/London"})
    assert is_open(london, late) == (False, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": {"mon-fri": ("9:00-12:00",), "wed": ()}},
        {"week": {"fri-mon": ()}},
        {"week": {"mon-mon": ()}},
        {"week": {"monday": ()}},
        {"week": {"mon": ("9-12",)}},
        {"week": {"mon": ("12:00-9:00",)}},
        {"week": {"mon": ("9:00-12:00", "11:00-13:00")}},
        {"week": {"mon": ("24:00-24:00",)}},
        {"week": {}, "zone": "Asia/Edo"},
        {"week": {}, "zone": "../../etc/passwd"},
        {"week": {}, "holidays": "off"},
        {"week": {}, "exceptions": {"2026-02-30": {"name": "x"}}},
        {"week": {}, "exceptions": {"20260201": {"name": "x"}}},
    ],
)
def test_what_is_no_calendar_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Calendar.model_validate(wrong)
