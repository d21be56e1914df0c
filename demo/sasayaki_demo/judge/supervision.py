"""The judge's rules about supervisors: who was heard, asked, taken over from, and helped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from sasayaki_demo.judge.case import Case, differences
from sasayaki_demo.topics import Written

DECLINED = "SUPERVISION_END_REASON_DECLINED"
TAKEOVER = "SUPERVISION_MODE_TAKEOVER"
TAKEN_OVER = "LEG_END_REASON_TAKEN_OVER"


def supervisions_were_asked_for(case: Case) -> Iterator[str]:
    """Each supervision in the topics was an act of a supervisor, and ended once."""
    acts = Counter(
        (e["user"], e["contact_id"], e["mode"], e["purpose"])
        for e in case.acts("start_supervision")
    )
    begun: Counter[tuple[str, str, str, str]] = Counter()
    for supervision, records in case.streams("monitoring.supervision").items():
        data = records[0].data
        who, contact, mode, purpose = (
            str(data.get(key)) for key in ("supervisor_id", "contact_id", "mode", "purpose")
        )
        begun[who, contact, mode, purpose] += 1
        if _names(records)["SupervisionEnded"] != 1:
            yield f"{supervision}: did not end once"
    yield from differences("asked for", acts, "begun by topics", begun)


def modes_were_heard(case: Case) -> Iterator[str]:
    """Every start, change of mode and change of call was heard once, and every leg ended."""
    changes = Counter(str(e["supervision_id"]) for e in case.acts("change_mode"))
    heard: Counter[str] = Counter()
    legs: Counter[str] = Counter()
    for names in case.contacts.values():
        heard.update(str(r.data["supervision_id"]) for r in names["SupervisorHeard"])
        legs.update(str(r.data["supervision_id"]) for r in names["SupervisorLegEnded"])
    for supervision, records in case.streams("monitoring.supervision").items():
        told = _names(records)
        calls = told["SupervisionStarted"] + told["TargetSwitched"]
        if told["SupervisionModeChanged"] != changes[supervision]:
            yield f"{supervision}: modes changed by people and by topics differ"
        if heard[supervision] != calls + changes[supervision]:
            yield f"{supervision}: {calls + changes[supervision]} modes, {heard[supervision]} heard"
        if legs[supervision] != calls:
            yield f"{supervision}: {calls} calls, {legs[supervision]} legs ended"


def legs_ended_when_the_node_says(case: Case) -> Iterator[str]:
    """The node tells when each leg ended: after it was last heard, before media wrote it down.

    A leg whose node is lost has no such instant; in what the judge is given no node is.
    """
    for contact, names in case.contacts.items():
        heard = {str(r.data["leg_id"]): _instant(r, "applied_at") for r in names["SupervisorHeard"]}
        for record in names["SupervisorLegEnded"]:
            leg_id, left = str(record.data["leg_id"]), _instant(record, "left_at")
            written = datetime.fromisoformat(str(record.event["time"]))
            if left is None:
                yield f"{contact}: nobody knows when {leg_id} ended"
            elif not (heard.get(leg_id) or left) <= left <= written:
                yield f"{contact}: {leg_id} ended at {left}, out of order"


def phones_were_connected(case: Case) -> Iterator[str]:
    """Each time a supervisor's phone was picked up and hung up is one connection in the topics."""
    supervisors = {str(e["user"]) for e in case.acts("start_supervision")}
    seen: Counter[tuple[str, str]] = Counter()
    for event, name in (("established", "PhoneConnected"), ("hungup", "PhoneGone")):
        seen.update((e["phone"], name) for e in case.events(event) if e["phone"] in supervisors)
    phones = {phone for phone, _ in seen}
    told: Counter[tuple[str, str]] = Counter()
    for phone, records in case.streams("media.phone").items():
        names, user = _names(records), str(records[0].data.get("user_id"))
        if user not in phones:
            continue
        for name in ("PhoneConnected", "PhoneGone"):
            told[user, name] += names[name]
        if names["PhoneGone"] and names["PhoneAttached"] != names["PhoneDetached"]:
            yield f"{phone}: attached and detached differ"
    yield from differences("seen by phones", seen, "told by topics", told)


def consents_were_answered(case: Case) -> Iterator[str]:
    """Each question was answered by its operator; after a no nobody heard anything."""
    answers = Counter(
        (e["user"], e["supervision_id"], e["answer"]) for e in case.acts("answer_consent")
    )
    told: Counter[tuple[str, str, str]] = Counter()
    for supervision, records in case.streams("monitoring.supervision").items():
        names = _names(records)
        for record in records:
            if record.name == "ConsentAnswered":
                asked = str(records[0].data.get("operator_id"))
                told[asked, supervision, str(record.data["answer"])] += 1
        if records[-1].data.get("reason") == DECLINED and names["SupervisionStarted"]:
            yield f"{supervision}: declined and started"
    yield from differences("answered by operators", answers, "answered by topics", told)


def calls_were_changed(case: Case) -> Iterator[str]:
    """A supervisor came to another call by choice, or followed its operator there."""
    chosen = Counter(
        (e["supervision_id"], e["contact_id"], e["mode"]) for e in case.acts("switch_target")
    )
    following = {
        (e["user"], e["contact_id"]) for e in case.acts("start_supervision") if e["following"]
    }
    for supervision, records in case.streams("monitoring.supervision").items():
        first = records[0].data
        for record in records:
            if record.name != "TargetSwitched":
                continue
            to = (supervision, record.data["contact_id"], record.data["mode"])
            if chosen[to]:
                chosen[to] -= 1
            elif (first.get("supervisor_id"), first.get("contact_id")) not in following:
                yield f"{supervision}: came to {to[1]} unasked"
            elif record.data["operator_id"] != first.get("operator_id"):
                yield f"{supervision}: followed {first.get('operator_id')} to somebody else"
    yield from (f"{to}: chosen, but not in the topics" for to in chosen.elements())


def takeovers_released_the_operator(case: Case) -> Iterator[str]:
    """Each takeover was an act, was heard, and released the operator of its call."""
    acts = Counter(
        str(e["supervision_id"]) for e in case.acts("change_mode") if e["mode"] == TAKEOVER
    )
    heard: Counter[str] = Counter()
    for contact, names in case.contacts.items():
        taken = [r for r in names["SupervisorHeard"] if r.data["mode"] == TAKEOVER]
        heard.update(str(r.data["supervision_id"]) for r in taken)
        released = [r for r in names["OperatorLegEnded"] if r.data["reason"] == TAKEN_OVER]
        if len(released) != len(taken):
            yield f"{contact}: {len(taken)} takeovers released {len(released)} operators"
    yield from differences("taken over by people", acts, "by topics", heard)


def alerts_were_answered(case: Case) -> Iterator[str]:
    """Each call for help was an operator's, claimed by one who did, and ended once."""
    acts: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in case.ledger:
        if entry.get("act") in ("raise_alert", "claim_alert", "resolve_alert"):
            acts[entry["act"]][str(entry["user"])] += 1
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for contact, names in case.contacts.items():
        claimer = {
            str(r.event["subject"]): str(r.data["supervisor_id"]) for r in names["AlertClaimed"]
        }
        told["raise_alert"].update(
            str(r.data["operator_id"])
            for r in names["AlertRaised"]
            if r.data["kind"] == "ALERT_KIND_HELP"
        )
        told["claim_alert"].update(claimer.values())
        told["resolve_alert"].update(
            claimer.get(str(r.event["subject"]), "nobody") for r in names["AlertResolved"]
        )
        if len(names["AlertClaimed"]) != len(claimer):
            yield f"{contact}: an alert was claimed more than once"
    for act in acts.keys() | told.keys():
        yield from differences(f"{act} by people", acts[act], "by topics", told[act])


def _instant(record: Written, name: str) -> datetime | None:
    told = record.data.get(name)
    return datetime.fromisoformat(str(told)) if told else None


def _names(records: list[Written]) -> Counter[str]:
    return Counter(record.name for record in records)


RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    supervisions_were_asked_for,
    modes_were_heard,
    legs_ended_when_the_node_says,
    phones_were_connected,
    consents_were_answered,
    calls_were_changed,
    takeovers_released_the_operator,
    alerts_were_answered,
)
