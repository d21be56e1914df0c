"""Contacts counted by reason: workload, Pareto, and what was stated against what was confirmed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest
from tests.harness.specification import NOON
from tests.unit.callreason.contacts import Told, at, company, wrap_up

from sasayaki.event import Event, Recorded
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki_callreason.reasons.api import check_known
from sasayaki_callreason.reasons.figures import Pair, Row, Tally
from sasayaki_callreason.reasons.view import ReasonView
from sasayaki_chassis.decider import Refused

DAY = timedelta(days=1)
SECOND = 1_000


def viewed(records: Iterable[Recorded[Event]], **limits: int) -> ReasonView:
    view = ReasonView(**limits)
    for record in records:
        view.fold(record)
    return view


def counted(
    view: ReasonView,
    *,
    since: datetime = NOON - DAY,
    until: datetime = NOON + DAY,
    level: int = 0,
) -> Tally:
    tally = Tally(since, until, view.names("cli_acme"), level)
    tally.count(view.contacts("cli_acme"))
    return tally


def of(*told: Told) -> list[Recorded[Event]]:
    return [company(), *(record for each in told for record in each.records())]


MORNING: Sequence[Told] = (
    Told("con_1", 0, "rsn_bill", "rsn_amount", talk_s=120, wrap_up_s=30),
    Told("con_2", 10, "rsn_bill", "rsn_bill", talk_s=60, wrap_up_s=20),
    Told("con_3", 20, "rsn_contract", "", talk_s=40),
    Told("con_4", 30, "rsn_contract", ""),
    Told("con_5", 40),
)


def test_rows_stand_by_workload_and_say_which_share_the_first_ones_have() -> None:
    tally = counted(viewed(of(*MORNING)))
    assert tally.rows() == [
        Row("rsn_amount", 1, 1, 150 * SECOND, 150 / 270),
        Row("rsn_bill", 1, 1, 80 * SECOND, 230 / 270),
        Row("rsn_contract", 2, 1, 40 * SECOND, 1.0),
        Row("", 1, 0, 0, 1.0),
    ]
    assert [row.handle_ms_mean for row in tally.rows()] == [150_000, 80_000, 40_000, 0]
    assert tally.contacts == 5


def test_what_was_stated_stands_against_what_was_confirmed() -> None:
    assert counted(viewed(of(*MORNING))).pairs() == [
        Pair("rsn_contract", "", 2),
        Pair("", "", 1),
        Pair("rsn_bill", "rsn_amount", 1),
        Pair("rsn_bill", "rsn_bill", 1),
    ]


def test_deeper_reasons_count_for_the_one_above_them() -> None:
    tally = counted(viewed(of(*MORNING)), level=1)
    assert [(row.reason_id, row.contacts, row.workload_ms) for row in tally.rows()] == [
        ("rsn_bill", 2, 230 * SECOND),
        ("rsn_contract", 2, 40 * SECOND),
        ("", 1, 0),
    ]
    assert Pair("rsn_bill", "rsn_bill", 2) in tally.pairs()


def test_a_contact_belongs_to_the_period_in_which_it_arrived() -> None:
    view = viewed(of(*MORNING))
    tally = counted(view, since=NOON + timedelta(seconds=10), until=NOON + timedelta(seconds=40))
    assert tally.contacts == 3
    assert {row.reason_id for row in tally.rows()} == {"rsn_bill", "rsn_contract"}


def test_a_hold_is_work_and_so_is_the_colleague_who_was_asked() -> None:
    asked = {"leg_id": "leg_2", "operator_id": "usr_sato", "node_id": "n"}
    records = [
        *of(Told("con_1", 0, "rsn_bill", talk_s=100, wrap_up_s=10)),
        at(40, "con_1", TalkStarted(**asked, happening_seq=7)),
        at(
            70,
            "con_1",
            OperatorLegEnded(**asked, reason=LegEndReason.RELEASED, happening_seq=8),
        ),
    ]
    assert counted(viewed(records)).rows()[0].workload_ms == (100 + 30 + 10) * SECOND


def test_who_hands_a_customer_on_and_gets_them_back_wraps_up_twice() -> None:
    records = [
        *of(Told("con_1", 0, "rsn_bill", talk_s=100)),
        *wrap_up("con_1", 50, 55),
        *wrap_up("con_1", 110, 130),
    ]
    assert counted(viewed(records)).rows()[0].workload_ms == (100 + 5 + 20) * SECOND


def test_a_talk_that_goes_on_is_not_handled_yet_and_its_leg_may_end_with_the_call() -> None:
    talk, *_ = Told("con_1", 0, "rsn_bill", talk_s=100).records()[3:]
    opened = Told("con_1", 0, "rsn_bill").records()[:3]
    running = viewed([company(), *opened, talk])
    assert counted(running).rows() == [Row("rsn_bill", 1, 0, 0, 0.0)]
    lost = CallEnded(reason=CallEndReason.NODE_LOST, node_id="n", happening_seq=9)
    running.fold(at(30, "con_1", lost))
    assert counted(running).rows() == [Row("rsn_bill", 1, 1, 20 * SECOND, 1.0)]


def test_a_reason_that_is_gone_keeps_the_name_it_last_had() -> None:
    view = viewed(
        [
            company(1, rsn_bill=("請求", "Bills", ""), rsn_old=("旧", "Old", "rsn_bill")),
            company(2, rsn_bill=("ご請求", "Billing", "")),
            *Told("con_1", 0, "rsn_old").records(),
        ]
    )
    names = view.names("cli_acme")
    assert (names["rsn_bill"].ja, names["rsn_bill"].en) == ("ご請求", "Billing")
    assert (names["rsn_old"].en, names["rsn_old"].parent_id) == ("Old", "rsn_bill")
    assert counted(view, level=1).rows()[0].reason_id == "rsn_bill"


def test_a_call_that_no_flow_answered_is_counted_without_a_reason() -> None:
    arrived, _opened, ended = Told("con_1", 0).records()
    assert counted(viewed([company(), arrived, ended])).rows() == [Row("", 1, 0, 0, 0.0)]


def test_beyond_the_limit_the_first_contact_is_forgotten_and_its_arrival_is_noted() -> None:
    view = viewed(of(*MORNING), contacts_most=3)
    assert len(view) == 3
    assert counted(view).contacts == 3
    assert view.forgotten_until("cli_acme") == NOON + timedelta(seconds=10)
    assert view.forgotten_until("cli_hana") is None
    late = Told("con_1", 0, "rsn_bill", talk_s=1).records()[-1]
    view.fold(late)
    assert "con_1" not in {contact.contact_id for contact in view.contacts("cli_acme")}


def test_a_period_of_which_contacts_are_forgotten_is_refused() -> None:
    view = viewed(of(*MORNING), contacts_most=3)
    check_known(view, "cli_acme", NOON + timedelta(seconds=11))
    check_known(view, "cli_hana", NOON - DAY)
    with pytest.raises(Refused, match="2026-11-21T12:00:10Z"):
        check_known(view, "cli_acme", NOON + timedelta(seconds=10))


def test_a_talk_with_somebody_outside_is_no_operators_work() -> None:
    outside = TalkStarted(leg_id="leg_o", operator_id="", node_id="n", happening_seq=7)
    records = [*of(Told("con_1", 0, "rsn_bill")), at(3, "con_1", outside)]
    assert counted(viewed(records)).rows() == [Row("rsn_bill", 1, 0, 0, 0.0)]


@pytest.mark.parametrize("level", [0, 1])
def test_the_rows_of_nothing_are_none(level: int) -> None:
    tally = counted(viewed([company()]), level=level)
    assert (tally.rows(), tally.pairs(), tally.contacts) == ([], [], 0)
