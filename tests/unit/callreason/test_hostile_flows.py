"""Hostile flow files: each is refused within a second, with the line and the reason."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.callreason.flows import DECLARED, RICH_DECLARED, RICH_SOURCE, SOURCE, checked

from sasayaki_callreason.flows.source import SOURCE_BYTES_MOST, Faulty

ROOT = Path(__file__).resolve().parents[3]
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
    "a way of a language that is not listed": (
        changed(
            "sorry: {kind: announce, prompt: sorry, next: goodbye}",
            "sorry: {kind: branch, by: language, ways: {en: goodbye}, otherwise: goodbye}",
        ),
        16,
        "the flow does not list the language 'en'",
    ),
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


def rich(old: str, new: str) -> str:
    """The flow of every kind of step with one thing in it replaced."""
    assert old in RICH_SOURCE, old
    return RICH_SOURCE.replace(old, new, 1)


def line_of(text: str) -> int:
    """The line of the rich flow on which the text stands."""
    return RICH_SOURCE[: RICH_SOURCE.index(text)].count("\n") + 1


OUTSIDE = 'number: "+81312345699"'
WEEK = 'mon-fri: ["9:00-12:00", "13:00-18:00"]'

# What is replaced in the rich flow, by what, and why it is refused.
RICH_HOSTILE: dict[str, tuple[str, str, str]] = {
    "a number of digits that were pressed": (OUTSIDE, "number: '{phone}'", "written out whole"),
    "a number with a shell in it": (OUTSIDE, 'number: "+81$(id)"', "written out whole"),
    "a number with a template": (OUTSIDE, 'number: "+81{{digits}}"', "written out whole"),
    "a number without a country": (OUTSIDE, 'number: "110"', "written out whole"),
    "a number that is none": (OUTSIDE, "number: +81312345699", "put it in quotes"),
    "a sip address": (OUTSIDE, "number: sip:1@evil.example", "written out whole"),
    "a premium number by a prefix": (OUTSIDE, 'number: "+81312345699,1"', "written out whole"),
    "on as a value": ("by: dialled", "by: on", "'on' is doubtful"),
    "01 as a key of a menu": ("      8: {", "      08: {", "may be read as a number"),
    "1:30 as a key": ("      8: {", "      1:30: {", "may be read as a number"),
    "a time in base 60": (WEEK, "mon-fri: [9:00]", "may be read as another number"),
    "an octal wait": ("digits_least: 10", "digits_least: 010", "may be read as another number"),
    "a day without quotes": ('"2026-12-29":', "2026-12-29:", "put it in quotes"),
    "a 30th of February": ('"2026-12-29":', '"2026-02-30":', "a day like"),
    "hours that end before they begin": (WEEK, 'mon-fri: ["18:00-9:00"]', "before it begins"),
    "hours that overlap": (WEEK, 'mon-fri: ["9:00-12:00", "11:00-18:00"]', "overlaps"),
    "a day in two places": (WEEK, 'mon-fri: [], fri: ["9:00-10:00"]', "stands in two places"),
    "a week of 8 days": (WEEK, "mon-moon: []", "a day like"),
    "a zone that is a path": (
        "      week: {",
        "      zone: ../../../etc/passwd\n      week: {",
        "calendar.zone",
    ),
    "a zone that is none": (
        "      week: {",
        "      zone: Asia/Edo\n      week: {",
        "no such time zone",
    ),
    "two ways in one": (
        "otherwise: who",
        "otherwise: who\n    goto: who",
        "no such field",
    ),
    "a language that nobody speaks": ("languages: [ja, en]", "languages: [ja, xx]", "languages.1"),
    "a language that is not listed": ("languages: [ja, en]", "languages: [ja]", "not list the la"),
    "a prompt in one language only": ("prompt: back", "prompt: {ja: back_ja}", "language 'en'"),
    "a prompt that nobody recorded": ("prompt: back", "prompt: {ja: back_ja, en: x}", "prompt 'x'"),
    "digits that nobody keeps": ("name: phone", "name: account", "no step keeps the digits"),
    "a call back to digits that were not read back": (
        "    read_back: {before: number, after: right}\n",
        "",
        "no step reads back",
    ),
    "least digits above most": ("digits_least: 10", "digits_least: 30", "more than digits_most"),
    "a million digits": ("digits_most: 11", "digits_most: 1000000", "less than or equal"),
    "a branch by nothing": ("by: caller", "by: weather", "by: "),
    "a branch by the caller's mood": ("ways: {known:", "ways: {angry:", "is none of known"),
    "a branch that is a pattern": ('ways: {"+8131":', 'ways: {"(a+)+$":', "no beginning of a"),
    "a voicemail of an hour": (
        "tone: tone,",
        "tone: tone, longest_ms: 3600000,",
        "less than or equal",
    ),
    "a queue of another company": ("queue: que_night", "queue: que_of_hana", "no queue"),
    "a call back without an answer": ("    on_answer: call_guidance\n", "", "a dead end"),
    "a call back that calls back": (
        "guidance: true, next: mobile}",
        "guidance: true, next: call_back}",
        "endless",
    ),
    "a call back that waits in a queue as well": (
        "next: back\n",
        "next: mobile\n",
        "'mobile', where who is to be called back would wait in vain",
    ),
    "a call back that comes to a queue by and by": (
        "prompt: back, next: end",
        "prompt: back, next: menu",
        "who is to be called back would wait in vain",
    ),
    "hours that are no list": (WEEK, 'mon-fri: "9:00-12:00"', "a list, not '9:00-12:00'"),
    "a week that is no mapping": (
        f'week: {{{WEEK}, sat: ["10:00-15:00"]}}',
        "week: always",
        "a mapping, not 'always'",
    ),
    "a key that moves a terminal's cursor": (
        "      8: {",
        '      "8\\e[2J\\n": {',
        "steps.menu.keys.8\\x1b[2J\\n: ",
    ),
    "a call back without the guidance": (
        "on_answer: call_guidance",
        "on_answer: mobile",
        "without the recording guidance",
    ),
    "a voicemail without the guidance": (
        "prompt: guidance, guidance: true, next: voicemail",
        "prompt: guidance, next: voicemail",
        "without the recording guidance",
    ),
    "a round of branches": ("ways: {ja: bye}", "ways: {ja: who}", "endless"),
    "hours for ever": ("closed: closed", "closed: which", "endless"),
    "a reason that comes to nobody": (
        "8: {reason: rsn_wrong, next: bye}",
        "8: {reason: rsn_billing, next: bye}",
        "never comes to a queue",
    ),
    "an offer of two keys": ("key: 5", 'key: "55"', "wait.offer.key"),
    "an offer without a key": ("key: 5", "key: ''", "wait.offer.key"),
    "code in a prompt": ("prompt: bye", 'prompt: "__import__"', "no prompt"),
}


@pytest.mark.parametrize("name", RICH_HOSTILE)
def test_a_hostile_file_of_every_step_is_refused_with_line_and_reason(name: str) -> None:
    old, new, reason = RICH_HOSTILE[name]
    began = time.process_time()
    with pytest.raises(Faulty) as refused:
        checked(rich(old, new), RICH_DECLARED)
    assert time.process_time() - began < SECONDS_MOST
    found = [fault for fault in refused.value.faults if reason in fault.reason]
    assert found, f"{reason!r} not in {refused.value.faults}"
    assert all(fault.line >= 1 for fault in found)
    if name not in ELSEWHERE:
        assert abs(found[0].line - line_of(old)) <= 1, refused.value.faults


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('fri: ["9:00-25:00"]', "steps.hours.calendar.week.fri: hours like '9:00-17:30'"),
        ('sat-fri: ["9:00-12:00"]', "steps.hours.calendar.week.sat-fri: days in the order"),
        ('sat: ["9:00-12:00", "11:00-12:00"]', "steps.hours.calendar.week.sat: '11:00-12:00'"),
    ],
)
def test_a_wrong_day_of_a_week_is_told_with_its_own_line(wrong: str, why: str) -> None:
    week = f'week:\n        mon: ["9:00-12:00"]\n        {wrong}'
    source = rich(f'week: {{{WEEK}, sat: ["10:00-15:00"]}}', week)
    with pytest.raises(Faulty) as refused:
        checked(source, RICH_DECLARED)
    [fault] = refused.value.faults
    assert (fault.line, fault.reason[: len(why)]) == (line_of("week:") + 2, why)


# These are told where they come to light: at the step that is reached, or that says the language.
ELSEWHERE = frozenset(
    (
        "a language that nobody speaks",
        "a language that is not listed",
        "a call back to digits that were not read back",
        "least digits above most",
        "a call back that calls back",
        "a call back that comes to a queue by and by",
        "a call back without an answer",
        "a call back without the guidance",
        "a voicemail without the guidance",
        "a round of branches",
        "hours for ever",
    )
)


def test_a_voicemail_needs_a_company_whose_every_call_is_recorded() -> None:
    with pytest.raises(Faulty, match="not every call is recorded"):
        checked(RICH_SOURCE, replace(RICH_DECLARED, recorded=False))


def test_a_word_that_a_step_says_of_itself_must_be_recorded() -> None:
    silent = {name: sha for name, sha in RICH_DECLARED.prompts.items() if name != "number_7_en"}
    with pytest.raises(Faulty, match="no prompt 'number_7_en', which it says"):
        checked(RICH_SOURCE, replace(RICH_DECLARED, prompts=silent))


def worst() -> Iterator[tuple[str, bytes]]:
    for name, (source, _, _) in HOSTILE.items():
        yield name, source if isinstance(source, bytes) else source.encode(errors="surrogatepass")
    for name, (old, new, _) in RICH_HOSTILE.items():
        yield name, rich(old, new).encode()


MEASURED = """
import json, resource, sys, time
from tests.unit.callreason.flows import RICH_DECLARED, checked
from sasayaki_callreason.flows.source import Faulty

def now():
    with open("/proc/self/statm") as file:
        size, resident, *_ = (int(n) * resource.getpagesize() for n in file.read().split())
    return size, resident

files = json.load(sys.stdin)
size, before = now()
resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[1]),) * 2)
slowest = 0.0
for name, source in files:
    began = time.process_time()
    try:
        checked(bytes.fromhex(source), RICH_DECLARED)
    except Faulty:
        pass
    else:
        sys.exit(f"{name} was taken")
    slowest = max(slowest, time.process_time() - began)
with open("/proc/self/status") as file:
    # Not getrusage's: on Linux that begins with what the parent had.
    [peak] = [int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:")]
print(json.dumps({"slowest_s": slowest, "bytes": peak - before}))
"""


def test_all_hostile_files_fit_into_64_mib_of_a_process_of_their_own() -> None:
    files = [(name, source.hex()) for name, source in worst()]
    assert len(files) >= 25
    command = [sys.executable, "-c", MEASURED, str(BYTES_MOST)]
    told = subprocess.run(
        command, input=json.dumps(files), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert told.returncode == 0, told.stderr
    figures = json.loads(told.stdout)
    sys.stdout.write(f"{len(files)} hostile files: {told.stdout}")
    assert figures["slowest_s"] < SECONDS_MOST
    assert figures["bytes"] < BYTES_MOST
