"""The judge's rules about records, calls, keys, talks and contacts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from sasayaki_demo.judge import reach
from sasayaki_demo.judge.case import Case, differences, when_ns
from sasayaki_demo.phones import OUTSIDE
from sasayaki_demo.topics import Written, by_stream

REASON_OF_KEY = {"1": "rsn_billing", "2": "rsn_contract", "3": "rsn_other", "4": "rsn_contract"}
"""What the keys of the demo's menus say."""
OUTCOME_OF_REASON = {
    "rsn_wrong_number": "ENQUIRY_OUTCOME_WRONG_NUMBER",
    "rsn_prank": "ENQUIRY_OUTCOME_PRANK",
}
"""What a form that says so makes of a talk."""


def whole_streams(case: Case) -> Iterator[str]:
    """Each partition is whole, each stream counts 1, 2, 3 … and no event is there twice."""
    offsets: dict[tuple[str, int], list[int]] = defaultdict(list)
    for record in case.records:
        offsets[record.topic, record.partition].append(record.offset)
    for (topic, partition), found in offsets.items():
        if found != list(range(found[0], found[0] + len(found))):
            yield f"{topic}/{partition}: offsets are not one after another"
    for (topic, stream), records in by_stream(case.records).items():
        numbers = [int(r.event["sequence"]) for r in records]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{topic} {stream}: sequence is {numbers}"
    ids = Counter(str(r.event["id"]) for r in case.records if r.is_history)
    yield from (f"event {i} is there {n} times" for i, n in ids.items() if n > 1)


def no_dead_letters(case: Case) -> Iterator[str]:
    """Nothing was given up."""
    for record in case.records:
        if record.topic.endswith(".dead-letters"):
            yield f"{record.topic}: {record.event}"


def calls_were_placed(case: Case) -> Iterator[str]:
    """Every call that a phone placed and that rang is a contact, and the other way round."""
    placed = Counter(
        _number_of_phone(case)[e["phone"]]
        for e in case.events("calling")
        if e["phone"] not in _refused_phones(case)
    )
    arrived = Counter(
        case.caller_of(names["CallArrived"][0])
        for names in case.contacts.values()
        if names["CallArrived"]
    )
    yield from differences("placed by phones", placed, "arrived by topics", arrived)
    for contact, names in case.contacts.items():
        begun = len(names["CallArrived"]) + len(names["CallPlaced"])
        if begun != 1:
            yield f"{contact}: began {begun} times"


def refusals_left_no_trace(case: Case) -> Iterator[str]:
    """A number that is not ours was refused with 404; who is called outside may refuse us."""
    for entry in case.events("refused"):
        if entry.get("code") != 404 and entry["phone"] != OUTSIDE:
            yield f"{entry['phone']}: refused with {entry.get('code')}, not 404"


def keys_were_heard(case: Case) -> Iterator[str]:
    """The keys that each phone pressed are those that were collected, and led to a reason."""
    numbers = _number_of_phone(case)
    pressed: Counter[tuple[str, str]] = Counter()
    for entry in case.events("keyed"):
        pressed[numbers[entry["phone"]], str(entry["digit"])] += 1
    collected: Counter[tuple[str, str]] = Counter()
    sealed: Counter[str] = Counter()
    for contact, names in case.contacts.items():
        if not names["CallArrived"]:
            continue
        caller = case.caller_of(names["CallArrived"][0])
        menus = {record.data["play_id"] for record in names["MenuEntered"]}
        keys: list[str] = []
        for record in names["DigitsCollected"]:
            digits = record.data.get("digits", "")
            collected.update((caller, key) for key in digits)
            sealed[caller] += int(record.data.get("digits_count") or 0)
            keys += digits if record.data["play_id"] in menus else []
        stated = [record.data["key"] for record in names["ReasonStated"]]
        if stated != keys[len(keys) - len(stated) :] or (keys and not stated):
            yield f"{contact}: pressed {keys}, stated by {stated}"
        for record in names["ReasonStated"]:
            if record.data["reason_id"] != REASON_OF_KEY[record.data["key"]]:
                yield f"{contact}: key {record.data['key']} led to {record.data['reason_id']}"
    yield from _sealed_keys(pressed, collected, sealed)
    yield from differences("keyed by phones", pressed, "collected by topics", collected)


def _sealed_keys(
    pressed: Counter[tuple[str, str]], collected: Counter[tuple[str, str]], sealed: Counter[str]
) -> Iterator[str]:
    """Digits that events hold sealed are as many as were pressed besides; they count as told.

    The `#` that ends them is none of them.
    """
    for caller, told in sealed.items():
        left = Counter({key: n for key, n in (pressed - collected).items() if key[0] == caller})
        digits = sum(n for (_, key), n in left.items() if key != "#")
        if told and digits != told:
            yield f"{caller}: {digits} digits pressed, {told} told sealed"
        if told:
            collected.update(left)


def talks_were_held(case: Case) -> Iterator[str]:
    """Every talk of an operator's phone was offered, accepted, joined and taken exactly once."""
    held = Counter(
        (e["contact_id"], e["phone"])
        for e in case.events("established")
        if e["phone"] in _operators(case)
    )
    contacts = case.contacts

    def told(name: str, who: str = "operator_id") -> Counter[tuple[str, str]]:
        return Counter(
            (contact, str(record.data[who]))
            for contact, names in contacts.items()
            for record in names[name]
            if record.data.get(who)
        )

    for name in ("OperatorLegAnswered", "TalkStarted"):
        yield from differences("held by phones", held, f"{name} by topics", told(name))
    joined = told("OfferAccepted") + told("ConsultAccepted")
    yield from differences("held by phones", held, "offers and consultations by topics", joined)
    warm = Counter(
        (contact, str(record.data["to_operator_id"]))
        for contact, names in contacts.items()
        for record in names["ContactTransferred"]
        if record.data["kind"] == reach.WARM
    )
    taken = told("OfferAccepted") + warm
    yield from differences("offered or handed over", taken, "EnquiryTaken", told("EnquiryTaken"))


def every_contact_ended(case: Case) -> Iterator[str]:
    """Each call ended once and its enquiry closed once, with the fitting outcome."""
    for contact, names in case.contacts.items():
        for name in ("CallEnded", "EnquiryOpened", "EnquiryClosed"):
            if len(names[name]) != 1:
                yield f"{contact}: {name} {len(names[name])} times"
        if len(names["TapOpened"]) != len(names["TapClosed"]):
            yield f"{contact}: recording opened but not closed"
        if len(names["RecordingFinished"]) != len(names["TapOpened"]):
            yield f"{contact}: recorded, but the recording is not finished"
        for closed in names["EnquiryClosed"]:
            wanted = _outcome(names)
            if closed.data["outcome"] != wanted:
                yield f"{contact}: closed as {closed.data['outcome']}, not {wanted}"


def _outcome(names: dict[str, list[Written]]) -> str:
    if any(record.data.get("operator_id") for record in names["TalkStarted"]):
        closed = names["EnquiryClosed"][0].data
        if not closed.get("answers"):
            return "ENQUIRY_OUTCOME_HANDLED_WITHOUT_WRAP_UP"
        return OUTCOME_OF_REASON.get(closed.get("reason_id", ""), "ENQUIRY_OUTCOME_HANDLED")
    if names["CallPlaced"] and not names["CallAnswered"]:
        return "ENQUIRY_OUTCOME_NOT_REACHED"
    for name, outcome in reach.OUTCOMES.items():
        if names[name]:
            return outcome
    if names["ContactQueued"]:
        return "ENQUIRY_OUTCOME_LEFT_IN_QUEUE"
    whole = any(r.data["outcome"] == "PROMPT_OUTCOME_COMPLETED" for r in names["GuidancePlayed"])
    return "ENQUIRY_OUTCOME_LEFT_IN_FLOW" if whole else "ENQUIRY_OUTCOME_LEFT_IN_GUIDANCE"


def people_did_what_is_told_of_them(case: Case) -> Iterator[str]:
    """Log-ins and wrap-ups in the topics are acts of people, one to one."""
    done = Counter((e["user"], e["state"]) for e in case.acts("set_operator_state"))
    told = Counter(
        (str(r.data["operator_id"]), str(r.data["state"]))
        for r in case.records
        if r.is_history and r.name == "OperatorStateSet" and when_ns(r) >= case.started_ns
    )
    yield from differences("set by operators", done, "set by topics", told)
    wrapped = Counter(e["contact_id"] for e in case.acts("complete_wrap_up"))
    closed = Counter(
        contact
        for contact, names in case.contacts.items()
        for r in names["EnquiryClosed"]
        if r.data.get("answers")
    )
    yield from differences("wrapped up by operators", wrapped, "closed by topics", closed)


RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    whole_streams,
    no_dead_letters,
    calls_were_placed,
    refusals_left_no_trace,
    keys_were_heard,
    talks_were_held,
    every_contact_ended,
    people_did_what_is_told_of_them,
)


def _refused_phones(case: Case) -> set[str]:
    return {e["phone"] for e in case.events("refused")}


def _number_of_phone(case: Case) -> dict[str, str]:
    return {e["phone"]: e["from"] for e in case.acts("call")}


def _operators(case: Case) -> set[str]:
    return {e["user"] for e in case.acts("set_operator_state")}
