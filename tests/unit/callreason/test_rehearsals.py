"""Test cases beside a flow: what a caller may do, what is told when it is not as expected."""

import time

import pytest
from tests.unit.callreason.flows import DECLARED, FLOW, RICH, SOURCE, checked

from sasayaki_callreason.flows.source import Faulty
from sasayaki_callreason.rehearsals.cases import CASES_BYTES_MOST
from sasayaki_callreason.rehearsals.rehearsal import rehearse

SECONDS_MOST = 1.0

GOOD = """\
flow: flw_rich
cases:
  - name: nobody presses anything
    expect: {path: [which, hours, guidance, menu, who, which_tongue, bye, end], outcome: released}
  - name: who hangs up during the guidance
    acts: [hang_up]
    expect: {outcome: left_in_guidance}
  - name: who hangs up at the menu
    acts: [wait: 3, hang_up]
    expect: {outcome: left_in_flow, path: [which, hours, guidance, menu], queue: none}
  - name: the second key counts too
    acts: [press: 7, press: 9, reached]
    expect: {outcome: transferred_out}
  - name: nobody outside
    acts: [press: 9, unreached]
    expect: {outcome: released}
  - name: a number that is right
    acts: [press: 1, press: "0312345678#", press: 1, talk]
    expect: {reason: rsn_billing, queue: que_billing, outcome: handled}
  - name: a mobile number that is wrong first
    acts: [press: 1, press: "09012345678", press: 2, press: "09012345679", press: 1]
    expect:
      path: [which, hours, guidance, menu, number, kind_of_number, mobile]
      outcome: left_in_queue
  - name: in English, by the number
    dialled: "+15551234567"
    acts: [press: 1, silence, silence, silence]
    expect: {language: en, path: [which, english, hours, guidance, menu, number, billing]}
  - name: called back
    acts: [press: 1, wait: 60, told: {position: 3, minutes: 5}, press: 5]
    expect: {outcome: callback, queue: que_billing}
  - name: called back and answered
    acts: [press: 1, wait: 60, told: {position: 3}, press: 5, answer_callback, talk]
    expect: {outcome: handled, reason: rsn_billing}
  - name: at night
    at: "2026-11-24 22:00"
    acts: [wait: 4, press: "#"]
    expect: {outcome: voicemail, queue: que_night, reason: rsn_late}
  - name: on Labour Thanksgiving Day
    at: "2026-11-23 10:00"
    expect: {queue: que_night, outcome: voicemail}
  - name: on the last morning of the year
    at: "2026-12-29 11:59"
    acts: [press: 8]
    expect: {reason: rsn_wrong, queue: none, outcome: released}
  - name: a withheld number
    caller: withheld
    acts: [silence, silence, silence]
    expect: {path: [which, hours, guidance, menu, who, bye, end]}
"""


def refused(text: str) -> list[str]:
    with pytest.raises(Faulty) as faulty:
        rehearse(RICH, text)
    return [str(fault) for fault in faulty.value.faults]


def case(rest: str) -> str:
    return f"flow: flw_rich\ncases:\n  - name: a case\n    {rest}\n"


def test_every_kind_of_act_has_its_place() -> None:
    assert rehearse(RICH, GOOD) == 14


def test_a_failure_says_the_line_what_was_expected_and_what_came() -> None:
    text = GOOD.replace("outcome: transferred_out", "outcome: left_in_queue, reason: rsn_billing")
    assert refused(text) == [
        "line 11: the second key counts too: expected outcome left_in_queue, was transferred_out",
        "line 11: the second key counts too: expected reason rsn_billing, was none",
    ]


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("acts: [talk]\n    expect: {queue: none}", "talk: the caller waits in no queue"),
        ("acts: [told: {}]\n    expect: {queue: none}", "told: the caller waits in no queue"),
        ("acts: [reached]\n    expect: {queue: none}", "reached: nobody outside is called"),
        ("acts: [answer_callback]\n    expect: {queue: none}", "none was asked for"),
        ("acts: [press: 12]\n    expect: {queue: none}", "one key is asked for"),
        ("acts: [press: 9, press: 1]\n    expect: {queue: none}", "no key is asked for"),
        ("acts: [press: 9, silence]\n    expect: {queue: none}", "no key is asked for"),
    ],
)
def test_an_act_that_cannot_be_says_where_the_caller_was(rest: str, why: str) -> None:
    [fault] = refused(case(rest))
    assert fault.startswith("line 3: a case: ")
    assert why in fault
    assert "came by which → hours → guidance → menu" in fault


@pytest.mark.parametrize(
    ("rest", "line", "why"),
    [
        ("acts: [sing]\n    expect: {queue: none}", 4, "input should be 'hang_up'"),
        ("acts: [{sing: 1}]\n    expect: {queue: none}", 4, "an act is press, wait, told"),
        ("acts: [press: a]\n    expect: {queue: none}", 4, "pattern"),
        ("acts: [wait: 0]\n    expect: {queue: none}", 4, "greater than"),
        ("acts: [press: 0312345678]\n    expect: {queue: none}", 4, "put it in quotes"),
        ("at: 10:00\n    expect: {queue: none}", 4, "put it in quotes"),
        ("at: tomorrow\n    expect: {queue: none}", 4, "a time like"),
        ("expect: {}", 4, "nothing is expected"),
        ("expect: {outcome: lost}", 4, "outcome"),
        ("expect: {color: red}", 4, "no such field"),
        ("acts: []", 3, "expect: missing"),
    ],
)
def test_a_faulty_case_is_told_with_its_line(rest: str, line: int, why: str) -> None:
    faults = refused(case(rest))
    assert any(fault.startswith(f"line {line}: ") and why in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "line 1: test cases are a mapping"),
        ("flow: flw_rich\n", "cases: missing"),
        ("flow: flw_rich\ncases: []\n", "line 2: cases: 1 or more, not 0"),
        ("flow: flw_rich\ncases: [call]\n", "line 2: cases.0: a mapping, not 'call'"),
        (GOOD.replace("flow: flw_rich", "flow: flw_acme"), "line 1: flow: these are cases of"),
        (GOOD.replace("name: called back and answered", "name: called back"), "stands twice"),
        ("#" * (CASES_BYTES_MOST + 1), "more than 262144"),
        ("a: &a [b]\n", "an anchor"),
    ],
)
def test_a_file_that_is_none_is_told(text: str, why: str) -> None:
    assert any(why in fault for fault in refused(text))


def test_a_hundred_cases_take_less_than_a_second() -> None:
    head, *cases = GOOD.split("  - name: ")
    many = [f"  - name: {n} {cases[n % len(cases)]}" for n in range(100)]
    text = head + "".join(many)
    began = time.process_time()
    assert rehearse(RICH, text) == 100
    assert time.process_time() - began < SECONDS_MOST


def test_cases_that_would_keep_the_service_busy_are_given_up() -> None:
    after = [*(f"r{n}" for n in range(1, 190)), "menu"]
    chain = (
        f"  r{n}: {{kind: set_reason, reason: rsn_billing, next: {following}}}\n"
        for n, following in enumerate(after)
    )
    flow = SOURCE.replace("9: {next: menu}", "9: {next: r0}") + "".join(chain)
    acts = ", ".join(["press: 9"] * 30)
    cases = (f"  - {{name: n{n}, acts: [{acts}], expect: {{queue: none}}}}\n" for n in range(40))
    began = time.process_time()
    with pytest.raises(Faulty, match="with it the cases take more than"):
        rehearse(checked(flow, DECLARED), "flow: flw_acme\ncases:\n" + "".join(cases))
    assert time.process_time() - began < SECONDS_MOST


def test_a_caller_who_goes_round_for_ever_is_let_go() -> None:
    acts = ", ".join(["press: 9"] * 150)
    text = "flow: flw_acme\ncases:\n  - name: round\n    expect: {queue: none}\n"
    text += f"    acts: [{acts}]\n"
    with pytest.raises(Faulty, match="no key is asked for"):
        rehearse(FLOW, text)
