"""A flow like those of the demo, for tests of callreason."""

from sasayaki_callreason.flows.flow import Declared, Flow, checked

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
