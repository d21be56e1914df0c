"""The ledger: who heard an operator, when, why and how long, whatever order the topics come in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    LegEndReason,
    SupervisionMode,
    SupervisorHeard,
    SupervisorLegEnded,
)
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
    TargetSwitched,
)
from sasayaki_monitoring.ledger import view as ledger_view
from sasayaki_monitoring.ledger.view import Entry, LedgerView, heard_in_all

MORI, ABE, SATO = "usr_mori", "usr_abe", "usr_sato"
LISTEN, WHISPER, BARGE = SupervisionMode.LISTEN, SupervisionMode.WHISPER, SupervisionMode.BARGE
NODE = {"node_id": "n", "happening_seq": 1}
KEEP = timedelta(days=400)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Told:
    """A ledger that is told what happened."""

    def __init__(self) -> None:
        self.view = LedgerView(KEEP)

    def tell(self, second: float, subject: str, *events: Event, client: str = "cli_acme") -> None:
        for event in events:
            record = recorded(subject, event, client_id=client)
            self.view.fold(record.model_copy(update={"time": after(second)}))

    def of(self, operator_id: str = MORI, tenant_id: str = "out_demo") -> list[Entry]:
        far = timedelta(days=4000)
        return list(self.view.of(tenant_id, operator_id, NOON - far, NOON + far))

    def stretches(self, operator_id: str = MORI) -> list[tuple[SupervisionMode, float, float]]:
        return [
            (each.mode, seconds(each.since), seconds(each.until))
            for entry in reversed(self.of(operator_id))
            for each in entry.stretches
        ]


def seconds(instant: datetime | None) -> float:
    return -1 if instant is None else (instant - NOON).total_seconds()


@pytest.fixture
def told() -> Told:
    return Told()


def started(contact_id: str = "con_1", purpose: Purpose = Purpose.QUALITY) -> SupervisionStarted:
    return SupervisionStarted(
        contact_id=contact_id,
        supervisor_id=SATO,
        operator_id=MORI,
        mode=LISTEN,
        purpose=purpose,
    )


def asked() -> ConsentRequested:
    return ConsentRequested(
        contact_id="con_1",
        supervisor_id=SATO,
        operator_id=MORI,
        mode=LISTEN,
        purpose=Purpose.TRAINING,
        answer_by=after(30),
    )


def heard(
    second: float, mode: SupervisionMode = LISTEN, leg_id: str = "leg_1", spv: str = "spv_1"
) -> SupervisorHeard:
    return SupervisorHeard(
        leg_id=leg_id,
        supervisor_id=SATO,
        supervision_id=spv,
        mode=mode,
        applied_at=after(second),
        **NODE,
    )


def left(
    second: float | None = None,
    reason: LegEndReason = LegEndReason.RELEASED,
    leg_id: str = "leg_1",
    spv: str = "spv_1",
) -> SupervisorLegEnded:
    return SupervisorLegEnded(
        leg_id=leg_id,
        supervisor_id=SATO,
        supervision_id=spv,
        reason=reason,
        left_at=None if second is None else after(second),
        **NODE,
    )


def ended(reason: SupervisionEndReason = SupervisionEndReason.ENDED) -> SupervisionEnded:
    return SupervisionEnded(reason=reason)


def orders(first: int, second: int) -> Iterator[tuple[bool, ...]]:
    """Every way to mingle two topics, each in its own order; True: the next is of the first."""
    for places in combinations(range(first + second), first):
        yield tuple(place in places for place in range(first + second))


@pytest.mark.parametrize("order", list(orders(2, 4)))
def test_modes_follow_each_other_without_a_gap_in_whatever_order_the_topics_come(
    told: Told, order: tuple[bool, ...]
) -> None:
    why = iter([(0.0, "spv_1", started()), (9.0, "spv_1", ended())])
    sound: Iterator[tuple[float, str, Event]] = iter(
        [
            (1.1, "con_1", heard(1)),
            (3.1, "con_1", heard(3, WHISPER)),
            (6.1, "con_1", heard(6, BARGE)),
            (9.1, "con_1", left(8.5)),
        ]
    )
    for of_the_first in order:
        told.tell(*next(why if of_the_first else sound))
    assert told.stretches() == [(LISTEN, 1, 3), (WHISPER, 3, 6), (BARGE, 6, 8.5)]
    (entry,) = told.of()
    assert entry.heard(NOON) == timedelta(seconds=7.5)
    assert (entry.begun_at, entry.supervisor_id, entry.purpose) == (NOON, SATO, Purpose.QUALITY)
    assert entry.ended_as is SupervisionEndReason.ENDED


def test_what_goes_on_has_no_end_and_is_counted_until_now(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", heard(1), heard(4, WHISPER))
    assert told.stretches() == [(LISTEN, 1, 4), (WHISPER, 4, -1)]
    (entry,) = told.of()
    assert heard_in_all([entry], after(10)) == timedelta(seconds=9)
    assert entry.ended_as is SupervisionEndReason.UNSPECIFIED


def test_a_mode_that_is_told_twice_is_one_stretch(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", heard(1), heard(2), left(3))
    assert told.stretches() == [(LISTEN, 1, 3)]


def test_an_end_that_the_node_could_not_date_is_when_it_was_known(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", heard(1))
    told.tell(5, "con_1", left())
    assert told.stretches() == [(LISTEN, 1, 5)]


def test_a_supervisor_who_was_never_connected_heard_nothing_and_is_listed(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(2, "con_1", left(2, LegEndReason.NO_ANSWER))
    told.tell(2, "spv_1", ended(SupervisionEndReason.PHONE_LOST))
    (entry,) = told.of()
    assert (entry.stretches, entry.ended_as) == ([], SupervisionEndReason.PHONE_LOST)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ConsentAnswer.DECLINED, SupervisionEndReason.DECLINED),
        (ConsentAnswer.LATER, SupervisionEndReason.PUT_OFF),
    ],
)
def test_who_was_asked_and_did_not_consent_was_not_heard(
    told: Told, answer: ConsentAnswer, reason: SupervisionEndReason
) -> None:
    told.tell(0, "spv_1", asked())
    told.tell(5, "spv_1", ConsentAnswered(answer=answer), ended(reason))
    (entry,) = told.of()
    assert (entry.consent, entry.ended_as, entry.stretches) == (answer, reason, [])
    assert (entry.begun_at, entry.purpose) == (NOON, Purpose.TRAINING)


def test_silence_is_listed_as_no_answer(told: Told) -> None:
    told.tell(0, "spv_1", asked())
    told.tell(30, "spv_1", ended(SupervisionEndReason.NOT_ANSWERED))
    (entry,) = told.of()
    assert (entry.consent, entry.ended_as) == (None, SupervisionEndReason.NOT_ANSWERED)


def test_a_yes_holds_for_the_same_operator_on_the_next_call(told: Told) -> None:
    told.tell(0, "spv_1", asked())
    yes = ConsentAnswered(answer=ConsentAnswer.ACCEPTED)
    told.tell(5, "spv_1", yes, started(purpose=Purpose.TRAINING))
    told.tell(60, "spv_1", OperatorAwaited(until=after(1860)))
    on = TargetSwitched(contact_id="con_2", operator_id=MORI, mode=LISTEN)
    told.tell(90, "spv_1", on)
    newest, first = told.of()
    assert (newest.contact_id, newest.begun_at) == ("con_2", after(90))
    assert (first.begun_at, newest.consent) == (NOON, ConsentAnswer.ACCEPTED)
    assert first.ended_as is SupervisionEndReason.CALL_ENDED
    assert newest.ended_as is SupervisionEndReason.UNSPECIFIED


@pytest.mark.parametrize("order", list(orders(3, 4)))
def test_a_switch_begins_an_entry_of_the_other_operator(
    told: Told, order: tuple[bool, ...]
) -> None:
    on = TargetSwitched(contact_id="con_2", operator_id=ABE, mode=WHISPER)
    why: Iterator[tuple[float, str, Event]] = iter(
        [(0, "spv_1", started()), (5, "spv_1", on), (9, "spv_1", ended())]
    )
    sound: Iterator[tuple[float, str, Event]] = iter(
        [
            (1, "con_1", heard(1)),
            (5, "con_1", left(5.2, LegEndReason.MOVED)),
            (5, "con_2", heard(5.3, WHISPER, "leg_2")),
            (9, "con_2", left(9, leg_id="leg_2")),
        ]
    )
    for of_the_first in order:
        told.tell(*next(why if of_the_first else sound), client="cli_acme")
    assert told.stretches(MORI) == [(LISTEN, 1, 5.2)]
    assert told.stretches(ABE) == [(WHISPER, 5.3, 9)]
    (before,), (after_it,) = told.of(MORI), told.of(ABE)
    assert before.ended_as is after_it.ended_as is SupervisionEndReason.ENDED
    assert after_it.consent is None


def test_who_comes_back_to_a_call_goes_on_in_the_same_entry(told: Told) -> None:
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", heard(1), left(3, LegEndReason.MOVED))
    there = TargetSwitched(contact_id="con_2", operator_id=ABE, mode=LISTEN)
    back = TargetSwitched(contact_id="con_1", operator_id=MORI, mode=LISTEN)
    told.tell(3, "spv_1", there)
    told.tell(6, "spv_1", back)
    told.tell(6, "con_1", heard(6, leg_id="leg_3"))
    assert told.stretches() == [(LISTEN, 1, 3), (LISTEN, 6, -1)]
    (entry,) = told.of()
    assert (entry.begun_at, entry.ended_as) == (NOON, SupervisionEndReason.UNSPECIFIED)
    at_last = told.view.entry("spv_1", "")
    assert at_last is entry


def test_several_supervisors_on_one_call_have_an_entry_each(told: Told) -> None:
    for spv, leg in (("spv_1", "leg_1"), ("spv_2", "leg_2")):
        told.tell(0, spv, started())
        told.tell(1, "con_1", heard(1, leg_id=leg, spv=spv))
    told.tell(4, "con_1", left(4, leg_id="leg_2", spv="spv_2"))
    assert [len(entry.stretches) for entry in told.of()] == [1, 1]
    assert heard_in_all(told.of(), after(10)) == timedelta(seconds=9 + 3)


def test_an_end_without_a_beginning_is_no_entry(told: Told) -> None:
    told.tell(0, "spv_1", ended(SupervisionEndReason.DAILY_LIMIT))
    assert told.of() == []


def test_what_was_heard_for_no_known_reason_yet_is_not_listed(told: Told) -> None:
    told.tell(1, "con_1", heard(1))
    assert told.of() == []
    told.tell(0, "spv_1", started())
    assert told.stretches() == [(LISTEN, 1, -1)]


def test_entries_are_found_by_when_they_began_newest_first(told: Told) -> None:
    for number in range(5):
        told.tell(number * 100, f"spv_{number}", started(f"con_{number}"))
    found = told.view.of("out_demo", MORI, after(100), after(300))
    assert [entry.contact_id for entry in found] == ["con_3", "con_2", "con_1"]
    assert told.of(tenant_id="out_other") == []


def test_old_entries_are_let_go_and_counted(told: Told) -> None:
    day = 24 * 3600
    told.tell(0, "spv_1", started())
    told.tell(1, "con_1", heard(1), left(2))
    told.tell(399 * day, "spv_2", started("con_2"))
    before = ledger_view.DROPPED.labels("old")._value.get()
    told.tell(401 * day, "spv_3", started("con_3"))
    assert [entry.contact_id for entry in told.of()] == ["con_3", "con_2"]
    assert ledger_view.DROPPED.labels("old")._value.get() == before + 1
    told.tell(401 * day, "con_1", left(2))
    told.tell(401 * day, "spv_1", ended())
    assert (len(told.of()), len(told.view)) == (2, 2)


def test_no_more_entries_are_kept_than_there_is_room_for(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_view, "ENTRIES_MOST", 3)
    for number in range(9):
        told.tell(number, f"spv_{number}", started(f"con_{number}"))
    assert [entry.contact_id for entry in told.of()] == ["con_8", "con_7", "con_6"]
    assert len(told.view._supervisions) == 3
