"""The judge's rules about reaching the right person: callbacks, voicemails, transfers, forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from sasayaki_demo.judge.case import Case, differences, when_ns
from sasayaki_demo.phones import OUTSIDE
from sasayaki_demo.topics import Written

WARM = "TRANSFER_KIND_WARM"
TRANSFERRED = "LEG_END_REASON_TRANSFERRED"
JAPAN = "+81"
VOICEMAIL = "ENQUIRY_OUTCOME_VOICEMAIL"
CALLBACK = "ENQUIRY_OUTCOME_CALLBACK"
IN_QUEUE = "ENQUIRY_OUTCOME_LEFT_IN_QUEUE"

OUTCOMES = {
    "TransferOutReached": "ENQUIRY_OUTCOME_TRANSFERRED_OUT",
    "VoicemailEntered": VOICEMAIL,
    "CallbackEntered": CALLBACK,
    "ContactQueued": IN_QUEUE,
    "FlowEnded": "ENQUIRY_OUTCOME_RELEASED",
}
"""How an enquiry without a talk ends, by the first of these events that it has."""
ACTS = {"leave_message": VOICEMAIL, "ask_for_call_back": CALLBACK, "give_up": IN_QUEUE}
"""What customers do, and how their enquiry is closed for it."""


def customers_left_as_they_did(case: Case) -> Iterator[str]:
    """Who left a message, asked for a call back or gave up is told of as having done so."""
    numbers = {e["phone"]: e["from"] for e in case.acts("call")}
    did = Counter(
        (numbers[e["phone"]], outcome) for act, outcome in ACTS.items() for e in case.acts(act)
    )
    told: Counter[tuple[str, str]] = Counter()
    for names in case.contacts.values():
        if names["CallArrived"]:
            caller = case.caller_of(names["CallArrived"][0])
            told.update((caller, str(r.data["outcome"])) for r in names["EnquiryClosed"])
    for (caller, outcome), times in did.items():
        if told[caller, outcome] != times:
            yield f"a customer did so {times} times, told {told[caller, outcome]}: {outcome}"
    for outcome in (VOICEMAIL, CALLBACK):
        made = sum(times for (_, what), times in did.items() if what == outcome)
        found = sum(times for (_, what), times in told.items() if what == outcome)
        if made != found:
            yield f"{made} customers, {found} in topics: {outcome}"


def forms_said_so(case: Case) -> Iterator[str]:
    """A reason that the operator's form names is the reason that the enquiry is closed with."""
    named = {e["contact_id"]: e["reason_id"] for e in case.acts("complete_wrap_up")}
    for contact, names in case.contacts.items():
        wanted = named.get(contact, "")
        for closed in names["EnquiryClosed"]:
            if wanted and closed.data.get("reason_id") != wanted:
                yield f"{contact}: the form says {wanted}, closed as {closed.data}"


def callbacks_were_kept(case: Case) -> Iterator[str]:
    """Who took the offer of a call back was called at the number they wished until they talked."""
    placed: dict[str, list[tuple[str, Written]]] = defaultdict(list)
    for contact, names in case.contacts.items():
        for r in names["CallPlaced"]:
            placed[str(r.data["previous_contact_id"])].append((contact, r))
    for attempts in placed.values():
        attempts.sort(key=lambda attempt: when_ns(attempt[1]))
    for contact, names in case.contacts.items():
        offers = {r.data["play_id"] for r in names["WaitEntered"] if r.data.get("wait_ms")}
        taken = [
            r
            for r in names["DigitsCollected"]
            if r.data["play_id"] in offers and r.data.get("digits")
        ]
        wanted = len(names["CallbackEntered"])
        if len(taken) != wanted or len(names["CallbackAsked"]) != wanted:
            yield f"{contact}: {len(taken)} keys for a call back, {wanted} in the flow"
        if not wanted:
            continue
        if contact not in placed or len(names["CallbackDone"]) != 1:
            yield f"{contact}: was not called back"
            continue
        if not all(_was_wished(case, names, call) for _, call in placed[contact]):
            yield f"{contact}: somebody else was called back"
        *missed, (new, _) = placed[contact]
        (told,) = {str(r.data["new_contact_id"]) for r in names["CallbackDone"]}
        if told != new:
            yield f"{contact}: called back as {new}, done as {told}"
        again = [r for r in names["CallbackFailed"] if r.data.get("retry_at")]
        if not len(missed) == len(again) == len(names["CallbackFailed"]):
            yield f"{contact}: missed {len(missed)} times, tried again {len(again)} times"


def _was_wished(case: Case, names: dict[str, list[Written]], call: Written) -> bool:
    """Whether a call back went to the customer's number, or to the one that they keyed."""
    called, callers = case.caller_of(call), {case.caller_of(r) for r in names["CallArrived"]}
    if not any(r.data.get("number_sealed") for r in names["CallbackAsked"]):
        return {called} == callers
    phones = {e["phone"] for e in case.acts("call") if e["from"] in callers}
    keyed = "".join(str(e["digit"]) for e in case.events("keyed") if e["phone"] in phones)
    return f"0{called.removeprefix(JAPAN)}#" in keyed


def calls_out_were_taken(case: Case) -> Iterator[str]:
    """What the phone outside did to calls is what is told of calls out."""
    told: Counter[str] = Counter()
    for names in case.contacts.values():
        talks = [r for r in names["TalkStarted"] if not r.data.get("operator_id")]
        told["established"] += len(talks) + bool(names["CallPlaced"] and names["CallAnswered"])
        told["refused"] += sum(
            bool(names["CallPlaced"]) and r.data["reason"] == "CALL_END_REASON_REFUSED"
            for r in names["CallEnded"]
        )
        told["refused"] += sum(
            not r.data.get("operator_id") and r.data["reason"] == "LEG_END_REASON_REFUSED"
            for r in names["OperatorLegEnded"]
        )
    did = Counter(
        str(e["event"])
        for e in case.ledger
        if e.get("phone") == OUTSIDE and e.get("event") in ("established", "refused")
    )
    yield from differences("by the phone outside", did, "by topics", told)


def calls_out_were_allowed(case: Case) -> Iterator[str]:
    """Each call out was allowed before, once, and counts no more since its end."""
    placed = Counter(contact for contact, names in case.contacts.items() if names["CallPlaced"])
    placed.update(
        str(r.data["leg_id"])
        for names in case.contacts.values()
        for r in names["OutsideLegDialled"]
    )
    told: dict[str, Counter[str]] = {"OutboundAllowed": Counter(), "OutboundEnded": Counter()}
    for record in case.records:
        if record.is_history and record.name in told and when_ns(record) >= case.started_ns:
            told[record.name][str(record.data["outbound_id"])] += 1
    for name, found in told.items():
        yield from differences("placed", placed, name, found)


def transfers_were_acts(case: Case) -> Iterator[str]:
    """Each question to a colleague and each handing over was an act of the customer's operator."""
    for act, name, kind in (
        ("consult_operator", "ConsultAsked", ""),
        ("complete_transfer", "ContactTransferred", WARM),
        ("transfer_contact", "ContactTransferred", "TRANSFER_KIND_BLIND"),
    ):
        acts = Counter((e["user"], e["contact_id"]) for e in case.acts(act))
        told = Counter(
            (str(r.data["operator_id"]), contact)
            for contact, names in case.contacts.items()
            for r in names[name]
            if not kind or r.data["kind"] == kind
        )
        yield from differences(f"{act} by operators", acts, f"{name} by topics", told)
    for contact, names in case.contacts.items():
        left = sum(r.data["reason"] == TRANSFERRED for r in names["OperatorLegEnded"])
        if left != len(names["ContactTransferred"]):
            yield f"{contact}: {len(names['ContactTransferred'])} transfers, {left} legs left"
        if len(names["EnquiryPassedOn"]) != len(names["ContactTransferred"]):
            yield f"{contact}: transferred, but the enquiry was not passed on"


def holds_ended(case: Case) -> Iterator[str]:
    """Who was on hold was so by an order, and was taken back, or the call ended."""
    for contact, names in case.contacts.items():
        held, resumed = len(names["CustomerHeld"]), len(names["CustomerResumed"])
        asked = sum(bool(r.data.get("held")) for r in names["HoldOrdered"])
        if held > asked or not resumed <= held <= resumed + 1:
            yield f"{contact}: on hold {held} times of {asked} orders, taken back {resumed} times"


RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    customers_left_as_they_did,
    forms_said_so,
    callbacks_were_kept,
    calls_out_were_taken,
    calls_out_were_allowed,
    transfers_were_acts,
    holds_ended,
)
