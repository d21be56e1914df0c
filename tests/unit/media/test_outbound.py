"""Nobody is called unless a rule, a right and a cap allow it; whoever tries leaves an alarm."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.harness.specification import NOON, given

from sasayaki.media.v1.outbound_events import (
    OutboundAllowed,
    OutboundEnded,
    OutboundEvent,
    OutboundRefusal,
    OutboundRefused,
    OutboundRuleSet,
)
from sasayaki_media.outbound.outbound import ALARMS_MOST, Ask, End, SetRule, Suspect, outbound

OUTBOUND = outbound(ZoneInfo("Asia/Tokyo"))
RULE = OutboundRuleSet(
    prefixes=("+81",), denied_prefixes=("+8190",), concurrent_max=2, per_minute_max=3, per_day_max=4
)
ASK = Ask("out_1", "con_1", "con_0", "", "+81312345678", "hash", right=True)
MIDNIGHT = datetime(2026, 11, 21, 15, tzinfo=NOON.tzinfo)  # in Tokyo


def allowed(number: int = 1, at: datetime = NOON) -> OutboundAllowed:
    return OutboundAllowed(
        outbound_id=f"out_{number}",
        contact_id=f"con_{number}",
        operator_id="",
        number_hash="hash",
        at=at,
    )


def ended(number: int = 1) -> OutboundEnded:
    return OutboundEnded(outbound_id=f"out_{number}", contact_id=f"con_{number}")


def refused(why: OutboundRefusal, who: str = "", at: datetime = NOON) -> OutboundRefused:
    return OutboundRefused(
        refusal=why, contact_id="con_0", operator_id=who, number_hash="hash", trunk="", at=at
    )


def over(*numbers: int, at: datetime = NOON) -> tuple[OutboundEvent, ...]:
    """Calls that began at an instant and are over."""
    return tuple(event for n in numbers for event in (allowed(n, at), ended(n)))


def test_what_rule_right_and_caps_allow_counts_from_then_on() -> None:
    given(OUTBOUND, RULE).when(ASK).then(allowed())


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (replace(ASK, right=False), OutboundRefusal.NO_RIGHT),
        (replace(ASK, number=""), OutboundRefusal.NO_NUMBER),
        (replace(ASK, number="+12125550100"), OutboundRefusal.NUMBER_NOT_ALLOWED),
        (replace(ASK, number="+819012345678"), OutboundRefusal.NUMBER_NOT_ALLOWED),
        (replace(ASK, number="+81990123456"), OutboundRefusal.NUMBER_NOT_ALLOWED),
    ],
    ids=["no right", "no number", "abroad", "denied", "premium"],
)
def test_what_may_not_be_is_refused_with_an_alarm(ask: Ask, why: OutboundRefusal) -> None:
    given(OUTBOUND, RULE).when(ask).then(refused(why))


def test_without_a_rule_nobody_is_called() -> None:
    given(OUTBOUND).when(ASK).then(refused(OutboundRefusal.NUMBER_NOT_ALLOWED))


def test_a_rule_of_no_prefix_closes_what_was_open() -> None:
    closed = RULE.model_copy(update={"prefixes": ()})
    given(OUTBOUND, RULE, closed).when(ASK).then(refused(OutboundRefusal.NUMBER_NOT_ALLOWED))


def test_no_more_calls_at_once_than_may_be() -> None:
    two = (allowed(2), allowed(3))
    given(OUTBOUND, RULE, *two).when(ASK).then(refused(OutboundRefusal.CONCURRENT_CAP))
    given(OUTBOUND, RULE, *two, ended(2)).when(ASK).then(allowed())


def test_no_more_calls_in_any_minute_than_may_be() -> None:
    history = (RULE, *over(2, 3, 4))
    soon, later = NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)
    given(OUTBOUND, *history).when(ASK, at=soon).then(refused(OutboundRefusal.MINUTE_CAP, at=soon))
    given(OUTBOUND, *history).when(ASK, at=later).then(allowed(at=later))


def test_no_more_calls_in_a_day_of_the_centre_than_may_be() -> None:
    before = MIDNIGHT - timedelta(hours=1)
    history = (RULE, *over(2, 3, at=before - timedelta(hours=1)), *over(4, 5, at=before))
    last = MIDNIGHT - timedelta(seconds=1)
    given(OUTBOUND, *history).when(ASK, at=last).then(refused(OutboundRefusal.DAY_CAP, at=last))
    given(OUTBOUND, *history).when(ASK, at=MIDNIGHT).then(allowed(at=MIDNIGHT))


def test_a_clock_that_is_behind_opens_no_new_minute() -> None:
    history = (RULE, *over(2, 3, 4))
    early = NOON - timedelta(minutes=5)
    given(OUTBOUND, *history).when(ASK, at=early).then(
        refused(OutboundRefusal.MINUTE_CAP, at=early)
    )


def test_who_keeps_trying_is_refused_each_time_and_told_once_a_minute() -> None:
    mori = replace(ASK, operator_id="usr_mori", right=False)
    told = refused(OutboundRefusal.NO_RIGHT, "usr_mori")
    soon, later = NOON + timedelta(seconds=59), NOON + timedelta(seconds=60)
    given(OUTBOUND, RULE).when(mori).then(told)
    given(OUTBOUND, RULE, told).when(mori, at=soon).then_refused("OUTBOUND_REFUSED")
    given(OUTBOUND, RULE, told).when(mori, at=later).then(
        refused(OutboundRefusal.NO_RIGHT, "usr_mori", later)
    )


def test_another_person_and_another_kind_are_told_for_themselves() -> None:
    told = refused(OutboundRefusal.NO_RIGHT, "usr_mori")
    kato = replace(ASK, operator_id="usr_kato", right=False)
    given(OUTBOUND, RULE, told).when(kato).then(refused(OutboundRefusal.NO_RIGHT, "usr_kato"))
    abroad = replace(ASK, operator_id="usr_mori", number="+12125550100")
    given(OUTBOUND, RULE, told).when(abroad).then(
        refused(OutboundRefusal.NUMBER_NOT_ALLOWED, "usr_mori")
    )


def test_many_people_at_once_raise_no_more_alarms_than_somebody_can_read() -> None:
    told = [refused(OutboundRefusal.NO_RIGHT, f"usr_{n}") for n in range(ALARMS_MOST)]
    one_more = replace(ASK, operator_id="usr_more", right=False)
    given(OUTBOUND, RULE, *told).when(one_more).then_refused("OUTBOUND_REFUSED")
    given(OUTBOUND, RULE, *told[1:]).when(one_more).then(
        refused(OutboundRefusal.NO_RIGHT, "usr_more")
    )


def test_what_a_flow_or_a_callback_asks_for_is_told_each_time_for_they_wait_for_it() -> None:
    abroad = replace(ASK, number="+12125550100")
    told = refused(OutboundRefusal.NUMBER_NOT_ALLOWED)
    given(OUTBOUND, RULE, told, told).when(abroad).then(told)


def test_the_same_rule_is_set_once() -> None:
    given(OUTBOUND, RULE).when(SetRule(RULE)).then()
    given(OUTBOUND).when(SetRule(RULE)).then(RULE)


def test_what_is_over_is_over_once() -> None:
    given(OUTBOUND, RULE, allowed()).when(End("out_1")).then(ended())
    given(OUTBOUND, RULE, *over(1)).when(End("out_1")).then()


def test_what_smelt_of_fraud_in_the_node_is_an_alarm() -> None:
    suspect = Suspect(OutboundRefusal.FORGED_FROM, "", "carrier")
    given(OUTBOUND).when(suspect).then(
        OutboundRefused(
            refusal=OutboundRefusal.FORGED_FROM,
            contact_id="",
            operator_id="",
            number_hash="",
            trunk="carrier",
        )
    )
