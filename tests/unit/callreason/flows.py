"""A flow like those of the demo, for tests of callreason."""

from hashlib import sha256

from sasayaki_callreason.flows.flow import Declared, Flow, looked_over
from sasayaki_callreason.flows.prompts import DIGITS, MINUTES, NUMBERS, POSITION


def checked(text: str | bytes, declared: Declared) -> Flow:
    """The flow that a file holds; raises Faulty with everything wrong."""
    return looked_over(text, declared)[0]


SHA = {"guidance": "a" * 64, "menu": "b" * 64, "sorry": "c" * 64}
DECLARED = Declared(
    reasons=frozenset(("rsn_billing", "rsn_contract")),
    queues=frozenset(("que_billing", "que_contract")),
    prompts=SHA,
)

SOURCE = """\
flow: flw_acme
start: guidance
steps:
  guidance: {kind: announce, prompt: guidance, guidance: true, next: menu}
  menu:
    kind: menu
    prompt: menu
    wait_ms: 4000
    keys:
      1: {reason: rsn_billing, next: billing}
      2: {reason: rsn_contract, next: contract}
      9: {next: menu}
    otherwise: sorry
  billing: {kind: route, queue: que_billing, skills: [billing]}
  contract: {kind: route, queue: que_contract, skills: [contract, senior], priority: 7}
  sorry: {kind: announce, prompt: sorry, next: goodbye}
  goodbye: {kind: hang_up}
"""

FLOW: Flow = checked(SOURCE, DECLARED)

WORDS = (*DIGITS, *NUMBERS, *POSITION, *MINUTES)
SPOKEN = ("guidance", "menu", "again", "number", "right", "wrong", "leave", "back", "bye", "offer")
RICH_SHA = {
    f"{name}_{language}": sha256(f"{name} {language}".encode()).hexdigest()
    for name in (*SPOKEN, *WORDS)
    for language in ("ja", "en")
} | {name: sha256(name.encode()).hexdigest() for name in ("tone", "music")}
RICH_DECLARED = Declared(
    reasons=frozenset(("rsn_billing", "rsn_late", "rsn_wrong")),
    queues=frozenset(("que_billing", "que_night")),
    prompts=RICH_SHA,
    endings=frozenset(("rsn_wrong",)),
)

RICH_SOURCE = """\
flow: flw_rich
start: which
languages: [ja, en]
steps:
  which: {kind: branch, by: dialled, ways: {"+8131": hours, "+1": english}, otherwise: hours}
  english: {kind: language, language: en, next: hours}
  hours:
    kind: hours
    calendar:
      week: {mon-fri: ["9:00-12:00", "13:00-18:00"], sat: ["10:00-15:00"]}
      exceptions: {"2026-12-29": {name: year_end, hours: ["9:00-12:00"]}}
    open: guidance
    closed: closed
  closed: {kind: set_reason, reason: rsn_late, next: late_guidance}
  late_guidance: {kind: announce, prompt: guidance, guidance: true, next: voicemail}
  voicemail: {kind: voicemail, prompt: leave, tone: tone, queue: que_night, next: bye}
  guidance: {kind: announce, prompt: guidance, guidance: true, next: menu}
  menu:
    kind: menu
    prompt: menu
    again: again
    keys:
      1: {reason: rsn_billing, next: number}
      2: {language: en, next: menu}
      8: {reason: rsn_wrong, next: bye}
      9: {next: outside}
    otherwise: who
  number:
    kind: ask
    prompt: number
    again: again
    keep: phone
    digits_least: 10
    digits_most: 11
    read_back: {before: number, after: right}
    next: kind_of_number
    otherwise: billing
  kind_of_number:
    {kind: branch, by: digits, name: phone, ways: {"0": billing, "090": mobile}, otherwise: billing}
  mobile: {kind: route, queue: que_billing, priority: 8, wait: {music: music}}
  billing:
    kind: route
    queue: que_billing
    skills: [billing]
    wait:
      music: music
      position: true
      minutes: true
      offer: {prompt: offer, key: 5, next: call_back}
  call_back:
    kind: callback
    queue: que_billing
    digits: phone
    next: back
    otherwise: billing
    on_answer: call_guidance
  back: {kind: announce, prompt: back, next: end}
  call_guidance: {kind: announce, prompt: guidance, guidance: true, next: mobile}
  who: {kind: branch, by: caller, ways: {known: which_tongue}, otherwise: bye}
  which_tongue: {kind: branch, by: language, ways: {ja: bye}, otherwise: outside}
  outside: {kind: transfer_out, number: "+81312345699", otherwise: bye}
  bye: {kind: announce, prompt: bye, next: end}
  end: {kind: hang_up}
"""
"""Every kind of step, in two languages."""

RICH: Flow = checked(RICH_SOURCE, RICH_DECLARED)
