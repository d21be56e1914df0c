"""How long recordings are kept is said by somebody, and each day is looked at once."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.harness.specification import NOON, given

from sasayaki.recording.v1.policy_events import ReasonRetention, RetentionRun, RetentionSet
from sasayaki_recording.retention.due import due_at, last_look, look_of, missing
from sasayaki_recording.retention.policy import POLICY, Days, For, ForEver, NoteRun, SetDays
from sasayaki_recording.search.catalogue import Entry

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))
DAYS = Days(180, (("rsn_contract", 1_095),))
SET = RetentionSet(
    days=180,
    by_reason=(ReasonRetention(reason_id="rsn_contract", days=1_095),),
    first_day="2026-11-23",
)
SHORTER = RetentionSet(days=30, by_reason=(), first_day="2026-11-24")


def run(day: date, deleted: int = 0, held: int = 0) -> RetentionRun:
    return RetentionRun(day=day.isoformat(), due=deleted + held, deleted=deleted, held=held)


def test_days_are_set_for_all_and_for_some_reasons() -> None:
    given(POLICY).when(SetDays(DAYS, MONDAY)).then(SET)


def test_the_same_days_again_change_nothing() -> None:
    given(POLICY, SET).when(SetDays(DAYS, TUESDAY)).then()


def test_other_days_replace_them() -> None:
    given(POLICY, SET).when(SetDays(Days(30), TUESDAY)).then(SHORTER)


def test_a_days_look_is_noted_once() -> None:
    note = NoteRun(MONDAY, deleted=3, held=2)
    given(POLICY, SET).when(note).then(run(MONDAY, 3, 2))
    given(POLICY, SET, run(MONDAY, 3, 2)).when(note).then()


def test_without_days_nothing_is_looked_at() -> None:
    given(POLICY).when(NoteRun(MONDAY, 0, 0)).then_refused("NO_RETENTION")
    given(POLICY).then_nothing_is_due()


def test_new_days_hold_from_their_first_day_on_and_never_for_a_day_that_was_looked_at() -> None:
    state = given(POLICY, SET, run(MONDAY), run(TUESDAY), SHORTER).state
    assert isinstance(state, For)
    assert (state.next_day, state.last_run) == (WEDNESDAY, None)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-23T02:59:59+09:00", "2026-11-22"),
        ("2026-11-23T03:00:00+09:00", "2026-11-23"),
        ("2026-11-22T18:00:00+00:00", "2026-11-23"),
        ("2026-11-23T23:59:59+09:00", "2026-11-23"),
    ],
)
def test_a_day_is_looked_at_at_three_where_the_centre_is(now: str, day: str) -> None:
    assert last_look(datetime.fromisoformat(now), TOKYO) == date.fromisoformat(day)


def test_all_missing_days_are_looked_at_oldest_first() -> None:
    state = given(POLICY, SET, run(MONDAY)).state
    now = look_of(date(2026, 11, 27), TOKYO)
    found = list(missing(state, now, TOKYO))
    assert found == [date(2026, 11, day) for day in (24, 25, 26, 27)]
    assert list(missing(ForEver(), now, TOKYO)) == []


def test_the_time_counts_from_the_end_of_the_recording() -> None:
    entry = Entry("rec_1", "con_1", "out_demo", "cli_acme", NOON, 60_000, finished=True)
    state = given(POLICY, SET).state
    minute = timedelta(minutes=1)
    assert due_at(entry, state, ()) == NOON + timedelta(days=180) + minute
    assert (
        due_at(entry, state, ("rsn_cancel", "rsn_contract"))
        == NOON + timedelta(days=1_095) + minute
    )
    assert due_at(entry, ForEver(), ("rsn_contract",)) is None
