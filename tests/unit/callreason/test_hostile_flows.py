"""Hostile flow files: each is refused within a second, with the line and the reason."""

import time
import tracemalloc

import pytest
from tests.unit.callreason.flows import DECLARED, SOURCE

from sasayaki_callreason.flows.flow import checked
from sasayaki_callreason.flows.source import SOURCE_BYTES_MOST, Faulty

SECONDS_MOST = 1.0
BYTES_MOST = 64 * 1024 * 1024


def changed(old: str, new: str) -> str:
    """The good flow with one thing in it replaced."""
    assert old in SOURCE, old
    return SOURCE.replace(old, new, 1)


def steps(count: int) -> str:
    """A file of so many announcements in a row."""
    chain = (f"  s{i}: {{kind: announce, prompt: menu, next: s{i + 1}}}\n" for i in range(count))
    return "flow: flw_long\nstart: s0\nsteps:\n" + "".join(chain)


HOSTILE: dict[str, tuple[str | bytes, int, str]] = {
    # What stops the reading.
    "empty": ("", 1, "the file is empty"),
    "comments only": ("# nothing\n# at all\n", 1, "the file is empty"),
    "too long": ("# " + "x" * SOURCE_BYTES_MOST, 1, "bytes, more than 65536"),
    "not UTF-8": (SOURCE.encode().replace(b"sorry, next", b"s\xfcrry, next"), 16, "not UTF-8"),
    "UTF-16": (SOURCE.encode("utf-16"), 1, "not UTF-8"),
    "a NUL": (changed("prompt: sorry", "prompt: so\0rry"), 16, "control character"),
    "an escape sequence": ("flow: \x1b[31mflw_x", 1, "control character"),
    "a lone surrogate": ("flow: flw_\ud800", 1, "not UTF-8"),
    "not YAML": (changed("wait_ms: 4000", "wait_ms: ]"), 8, "not YAML"),
    "an open bracket": (changed("next: menu}", "next: menu"), 5, "not YAML"),
    "an open quote": (changed("flow: flw_acme", 'flow: "flw_acme'), 18, "begun on line 1"),
    "a tab": (changed("    kind: menu", "\tkind: menu"), 6, "not YAML"),
    "no character": ('flow: "\\UFFFFFFFF"', 1, "no such value"),
    "a huge version": ("%YAML " + "9" * 5_000 + ".1\n---\nflow: flw_x", 1, "no such value"),
    "an anchor": (changed("start: guidance", "start: &s guidance"), 2, "an anchor &s"),
    "an alias": (changed("start: guidance", "start: *flow"), 2, "an alias *flow"),
    "a billion laughs": (
        "a: &a [lol, lol]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        1,
        "an anchor &a",
    ),
    "an alias to itself": ("flow: flw_x\nsteps: &s\n  s: *s\n", 2, "an anchor &s"),
    "a merge key": (changed("  goodbye:", "  <<: {kind: hang_up}\n  goodbye:"), 17, "'<<'"),
    "a Python object": ("flow: !!python/object/apply:os.system [ls]", 1, "a tag"),
    "a tag": (changed("kind: hang_up", "kind: !!str hang_up"), 17, "a tag"),
    "a tag of its own": ("%TAG ! tag:evil.example:\n---\nflow: flw_x", 1, "%TAG"),
    "binary": ("flow: !!binary aGVsbG8=", 1, "a tag"),
    "a set": ("flow: !!set {a, b}", 1, "a tag"),
    "two documents": (SOURCE + "---\n" + SOURCE, 18, "a second document"),
    "65,000 brackets": ("[" * 65_000, 1, "nested deeper"),
    "16,000 mappings": ("{a: " * 16_000, 1, "nested deeper"),
    "32,000 dashes": ("- " * 32_000, 1, "nested deeper"),
    "32,000 question marks": ("? " * 32_000, 1, "as a key"),
    "a stair": ("".join(" " * i + "a:\n" for i in range(350)), 14, "nested deeper"),
    "a list as a key": ("? [a, b]\n: c\n", 1, "a list or mapping as a key"),
    "32,000 entries": ("flow: [" + "a," * 32_000 + "]", 1, "more than"),
    # What may be read in two ways.
    "a key twice": (changed("start: guidance", "start: menu\nstart: guidance"), 3, "twice"),
    "a step twice": (SOURCE + "  menu: {kind: hang_up}\n", 18, "'menu' stands twice"),
    "a key of a menu twice": (
        changed("      9:", '      "1": {next: sorry}\n      9:'),
        12,
        "twice",
    ),
    "on as a key": (changed("  goodbye:", "  on:"), 17, "'on' may be read as a boolean"),
    "No as a key": (changed("  goodbye:", "  No:"), 17, "'No' may be read as a boolean"),
    "nothing as a key": (changed("  goodbye:", "  ~:"), 17, "'~' is not a word"),
    "yes for true": (changed("guidance: true", "guidance: yes"), 4, "'yes' is doubtful"),
    # What is of the wrong kind.
    "a list": ("- flow\n- start\n", 1, "a flow is a mapping"),
    "a word": ("hang_up", 1, "a flow is a mapping"),
    "steps as a list": ("flow: flw_x\nstart: a\nsteps: [a]\n", 3, "steps: "),
    "no steps": ("flow: flw_x\nstart: a\nsteps: {}\n", 3, "steps: "),
    "300 steps": (steps(300), 3, "steps: "),
    "a step of nothing": (changed("{kind: hang_up}", ""), 17, "a step is a mapping"),
    "an unknown kind": (changed("kind: hang_up", "kind: exec"), 17, "no kind 'exec'"),
    "no kind": (changed("{kind: hang_up}", "{}"), 17, "a step is a mapping with a kind"),
    "an unknown field": (changed("{kind: hang_up}", "{kind: hang_up, run: ls}"), 17, "no such"),
    "a time as text": (changed("wait_ms: 4000", 'wait_ms: "4000"'), 8, "valid integer"),
    "an octal time": (changed("wait_ms: 4000", "wait_ms: 010000"), 8, "valid integer"),
    "an endless time": (changed("wait_ms: 4000", "wait_ms: .inf"), 8, "valid integer"),
    "a long time": (changed("wait_ms: 4000", "wait_ms: 86400000"), 8, "less than or equal"),
    "no time": (changed("wait_ms: 4000", "wait_ms: 0"), 8, "greater than or equal"),
    "a flow id with a path": (changed("flw_acme", "flw_../../etc"), 1, "flow: "),
    "a letter as a key": (changed("      9:", "      a:"), 12, "steps.menu.keys.a"),
    "two digits as a key": (changed("      9:", "      12:"), 12, "steps.menu.keys.12"),
    "a full-width digit as a key": (changed("      9:", "      ９:"), 12, "steps.menu.keys.９"),
    "a menu without keys": (
        "flow: flw_x\nstart: m\nsteps:\n"
        "  m: {kind: menu, prompt: menu, keys: {}, otherwise: e}\n  e: {kind: hang_up}\n",
        4,
        "steps.m.keys",
    ),
    # What does not hold together.
    "an unknown start": (changed("start: guidance", "start: begin"), 2, "no step 'begin'"),
    "an unknown step": (changed("next: goodbye", "next: bye"), 16, "no step 'bye'"),
    "an unknown step after a key": (changed("next: contract", "next: sales"), 11, "no step"),
    "a dead end": (changed(", next: goodbye", ""), 16, "a dead end"),
    "a menu with a dead end": (changed("    otherwise: sorry\n", ""), 5, "a dead end"),
    "a step nothing leads to": (SOURCE + "  lost: {kind: hang_up}\n", 18, "nothing leads"),
    "an endless announcement": (changed("next: goodbye", "next: sorry"), 16, "endless"),
    "an endless round": (changed("next: goodbye", "next: guidance"), 4, "endless"),
    "an endless menu": (changed("otherwise: sorry", "otherwise: menu"), 5, "endless"),
    "an unknown prompt": (changed("prompt: sorry", "prompt: hello"), 16, "no prompt 'hello'"),
    "an unknown reason": (changed("rsn_billing", "rsn_gift"), 10, "no reason 'rsn_gift'"),
    "an unknown queue": (changed("que_billing", "que_vip"), 14, "no queue 'que_vip'"),
    "no guidance": (changed(", guidance: true", ""), 14, "without the recording guidance"),
    "a way around the guidance": (
        changed("start: guidance", "start: menu").replace("9: {next: menu}", "9: {next: guidance}"),
        14,
        "without the recording guidance",
    ),
}


def test_the_flow_that_the_hostile_ones_are_made_of_is_good() -> None:
    assert checked(SOURCE, DECLARED).flow_id == "flw_acme"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_line_and_reason(name: str) -> None:
    source, line, reason = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(Faulty) as refused:
        checked(source, DECLARED)
    assert time.process_time() - began < SECONDS_MOST
    found = [fault for fault in refused.value.faults if reason in fault.reason]
    assert found, f"{reason!r} not in {refused.value.faults}"
    assert line in [fault.line for fault in found]


@pytest.mark.parametrize("name", ["32,000 entries", "300 steps", "a billion laughs"])
def test_a_hostile_file_takes_little_memory(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Faulty):
            checked(HOSTILE[name][0], DECLARED)
        assert tracemalloc.get_traced_memory()[1] < BYTES_MOST
    finally:
        tracemalloc.stop()
