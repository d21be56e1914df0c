"""Flows: what they may say, and that everything wrong is said at once."""

import pytest
from tests.unit.callreason.flows import DECLARED, FLOW, SHA, SOURCE, checked

from sasayaki_callreason.flows.flow import Declared, Flow
from sasayaki_callreason.flows.parts import Menu
from sasayaki_callreason.flows.source import Faulty

FAULTY = """\
flow: Acme
starts: guidance
steps:
  guidance: {kind: announce, prompt: welcome, guidance: maybe, next: menu}
  menu:
    kind: menu
    prompt: menu
    wait_ms: 10
    keys:
      1: {reason: rsn_gift, next: billing}
      2: {next: nowhere}
    otherwise: sorry
  billing: {kind: rout, queue: que_billing}
  sorry: {kind: announce, prompt: hello}
"""


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(Faulty) as refused:
        checked(FAULTY, DECLARED)
    assert [str(fault) for fault in refused.value.faults] == [
        "line 1: flow: string should match pattern '^flw_[a-z0-9_]{1,60}$', not 'Acme'",
        "line 1: start: missing",
        "line 2: starts: no such field",
        "line 4: steps.guidance.guidance: input should be a valid boolean, not 'maybe'",
        "line 4: steps.guidance.prompt: the request gives no prompt 'welcome'",
        "line 8: steps.menu.wait_ms: input should be greater than or equal to 500, not '10'",
        "line 10: steps.menu.keys.1.reason: the client company has no reason 'rsn_gift'",
        "line 11: steps.menu.keys.2.next: the flow has no step 'nowhere'",
        "line 13: steps.billing: no kind 'rout'; there are announce, menu, ask, hours, "
        "branch, set_reason, language, voicemail, transfer_out, callback, route and hang_up",
        "line 14: steps.sorry.next: missing, a step without it is a dead end",
        "line 14: steps.sorry.prompt: the request gives no prompt 'hello'",
    ]


def test_a_published_flow_names_its_prompts_by_sha256() -> None:
    menu = FLOW.steps["menu"]
    assert isinstance(menu, Menu)
    assert menu.prompt == SHA["menu"]


def test_a_definition_reads_back_as_the_same_flow() -> None:
    assert Flow.of(FLOW.canonical()) == FLOW


def test_a_definition_does_not_depend_on_how_the_file_was_written() -> None:
    block = SOURCE.replace("{kind: hang_up}", "\n    kind: hang_up").replace("1: {", '"1": {')
    with_defaults = block.replace("    otherwise:", "    attempts: 3\n    otherwise:")
    assert checked(f"# changed by nobody\n{with_defaults}", DECLARED).canonical() == (
        FLOW.canonical()
    )


def test_a_definition_depends_on_every_prompt() -> None:
    other = Declared(
        reasons=DECLARED.reasons, queues=DECLARED.queues, prompts={**SHA, "sorry": "d" * 64}
    )
    assert checked(SOURCE, other).canonical() != FLOW.canonical()


def test_a_company_that_declares_no_queues_may_use_any() -> None:
    anywhere = Declared(reasons=DECLARED.reasons, queues=None, prompts=SHA)
    source = SOURCE.replace("que_billing", "que_elsewhere")
    assert checked(source, anywhere).flow_id == "flw_acme"


def test_star_and_hash_are_keys() -> None:
    keys = '      "*": {next: menu}\n      "#": {next: sorry}'
    starred = SOURCE.replace("      9: {next: menu}", keys)
    menu = checked(starred, DECLARED).steps["menu"]
    assert isinstance(menu, Menu)
    assert set(menu.keys) == {"1", "2", "*", "#"}


def test_a_caller_may_go_round_a_menu_by_key() -> None:
    assert "9: {next: menu}" in SOURCE
    assert checked(SOURCE, DECLARED)


def test_words_like_no_and_on_are_taken_in_quotes() -> None:
    source = (
        SOURCE.replace("goodbye", "'on'")
        .replace("sorry:", '"no":')
        .replace("otherwise: sorry", "otherwise: 'no'")
    )
    assert {"on", "no"} <= checked(source, DECLARED).steps.keys()


def test_a_byte_order_mark_is_no_fault() -> None:
    assert checked(b"\xef\xbb\xbf" + SOURCE.encode(), DECLARED) == FLOW


def test_comments_may_be_japanese() -> None:
    assert checked(f"# 料金のお問い合わせ\n{SOURCE}", DECLARED) == FLOW
