"""A takeover in a real call: the customer is never alone, and the operator is free at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.e2e.centre import Centre, Talk, centre
from tests.harness.running import Running

from sasayaki_demo.bots import CUSTOMER_HZ, OPERATOR_HZ, OTHER_CUSTOMER_HZ, SUPERVISOR_HZ, hears
from sasayaki_demo.callers import opener
from sasayaki_demo.checks import GAP_MS
from sasayaki_demo.examine import settled
from sasayaki_demo.judge.case import Case, when_ns
from sasayaki_demo.judge.verdict import judge
from sasayaki_demo.people import LISTEN, TAKEOVER, Supervisor
from sasayaki_demo.play import now_ns
from sasayaki_demo.sound import longest_without, read_packets
from sasayaki_demo.topics import Written

SUPERVISOR, MISAKI = "usr_sv01", "usr_op01"


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("the supervisor hangs up", "SUPERVISOR_HUNG_UP"),
        ("the supervisor leaves", "RELEASED"),
        ("the customer hangs up", "CUSTOMER_HUNG_UP"),
    ],
)
async def test_a_call_that_is_taken_over_goes_on_while_its_operator_takes_the_next(
    running: Running, tmp_path: Path, end: str, reason: str
) -> None:
    started = now_ns()
    async with centre(running, tmp_path) as at:
        supervisor = await at.supervisor(SUPERVISOR)
        await at.operator(MISAKI)
        talk = await at.talk("angry", "+819060000001", MISAKI)
        supervision = await supervisor.start(talk.contact_id, LISTEN)
        heard = await at.phones.wait(SUPERVISOR, "established")
        await hears(Path(heard["rx"]), CUSTOMER_HZ)
        begun = time.time_ns()
        await supervisor.change(supervision, TAKEOVER)
        await at.phones.wait(MISAKI, "hungup")
        await at.be_ready_again(MISAKI)
        following = await at.talk("next", "+819060000002", MISAKI, OTHER_CUSTOMER_HZ)
        await hears(talk.customer_rx, SUPERVISOR_HZ)
        await hears(following.customer_rx, OPERATOR_HZ)
        ended = time.time_ns()
        await _bring_to_an_end(at, end, supervisor, supervision)
        await at.hang_up("next")
        await at.wrap_up(MISAKI)
        records = await settled(running.endpoints)

    customer = read_packets(talk.customer_rx).between(begun, ended).samples()
    assert longest_without(customer, OPERATOR_HZ, SUPERVISOR_HZ) < GAP_MS
    listening = read_packets(Path(heard["rx"])).between(begun, ended).samples()
    assert longest_without(listening, CUSTOMER_HZ) < GAP_MS
    _check_history(talk, [r for r in records if _contact(r) == talk.contact_id], reason)
    assert judge(Case(at.ledger.entries, records, opener(running.keys), started)) == []


async def _bring_to_an_end(at: Centre, end: str, supervisor: Supervisor, supervision: str) -> None:
    """Lets the call end that the supervisor has, for both who are still on it."""
    match end:
        case "the supervisor hangs up":
            await at.hang_up(SUPERVISOR)
            await at.phones.wait("angry", "hungup")
        case "the supervisor leaves":
            await supervisor.end(supervision)
            await at.phones.wait("angry", "hungup")
            await at.phones.wait(SUPERVISOR, "hungup")
        case "the customer hangs up":
            await at.hang_up("angry")
            await at.phones.wait(SUPERVISOR, "hungup")
        case _:
            raise AssertionError(end)


def _check_history(talk: Talk, history: list[Written], reason: str) -> None:
    """The operator's part was over before the call was, and each happened once."""
    (left,) = _named(history, "OperatorLegEnded")
    assert left.data["reason"] == "LEG_END_REASON_TAKEN_OVER"
    (over,) = _named(history, "CallEnded")
    assert over.data["reason"] == f"CALL_END_REASON_{reason}"
    for name in ("WrapUpStarted", "WrapUpAsked", "EnquiryClosed", "OperatorReleased"):
        (record,) = _named(history, name)
        assert record.data["operator_id"] == talk.operator
        assert when_ns(left) <= when_ns(record) < when_ns(over), name


def _named(history: list[Written], name: str) -> list[Written]:
    return [record for record in history if record.name == name]


def _contact(record: Written) -> str:
    found = record.event.get("correlationid") or record.event.get("subject")
    return str(found) if record.is_history else ""
