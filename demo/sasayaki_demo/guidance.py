"""Whether every caller heard the recording guidance, whole and before anybody else."""

from __future__ import annotations

import numpy as np

from sasayaki_demo.bots import GUIDANCE_HZ, OPERATOR_HZ, Customer
from sasayaki_demo.checks import Check, at_most
from sasayaki_demo.sound import MULAW, heard_ms, level, read_packets
from sasayaki_demo.topics import Written


def guidance(
    customers: list[Customer],
    early: Customer,
    contacts: dict[str, str],
    records: list[Written],
) -> Check:
    """Each caller heard the whole guidance before any operator; the topics agree, ± 40 ms."""
    played = {
        str(r.event["subject"]): r.data
        for r in records
        if r.is_history and r.name == "GuidancePlayed"
    }
    wrong = []
    for customer in (*customers, early):
        assert customer.capture is not None
        phone = read_packets(customer.capture)
        fact = played[contacts[customer.caller]]
        heard = heard_ms(phone, GUIDANCE_HZ)
        if abs(heard - fact["heard_ms"]) > 40:
            wrong.append(f"{customer.phone} heard {heard} ms, noted are {fact['heard_ms']} ms")
        whole = fact["outcome"] == "PROMPT_OUTCOME_COMPLETED"
        if whole == (customer is early):
            wrong.append(f"{customer.phone}: guidance noted as {fact['outcome']}")
        if whole and heard < fact["total_ms"] - 40:
            wrong.append(f"{customer.phone} heard {heard} ms of {fact['total_ms']} ms")
        if not _guidance_first(customer):
            wrong.append(f"{customer.phone} heard an operator before the guidance was over")
    return at_most("guidance: faults", len(wrong), 0, len(customers) + 1, wrong)


def _guidance_first(customer: Customer) -> bool:
    """Returns whether the last of the guidance came before the first of an operator."""
    assert customer.capture is not None
    phone = read_packets(customer.capture)
    frames = [MULAW[np.frombuffer(p, np.uint8)] for p in phone.payloads]
    guidance = [i for i, f in enumerate(frames) if level(f, GUIDANCE_HZ) > -30.0]
    operator = [i for i, f in enumerate(frames) if level(f, OPERATOR_HZ) > -30.0]
    return not operator or (bool(guidance) and guidance[-1] < operator[0])
