"""The judge's rules about the pool: nobody is left stuck, and who was asked stood in reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sasayaki_demo.judge.case import Case, when_ns
from sasayaki_demo.topics import Written

FINAL_OPERATOR_STATES = frozenset({"OFF", "READY", "AWAY"})
CONSULT = "OFFER_KIND_CONSULT"
BLIND = "TRANSFER_KIND_BLIND"


@dataclass
class Doing:
    """What everybody does and who waits, by the pool's history."""

    operators: dict[str, str] = field(default_factory=dict)
    reserved: dict[str, str] = field(default_factory=dict)
    """Operators who are kept free for a customer who is called back: the new contact."""
    waiting: set[str] = field(default_factory=set)
    to_call: set[str] = field(default_factory=set)

    def fold(self, record: Written) -> Iterator[str]:
        """Takes an event in; yields what may not be."""
        operator = str(record.data.get("operator_id", ""))
        contact = str(record.data.get("contact_id", ""))
        match record.name:
            case "OperatorStateSet":
                self.operators[operator] = record.data["state"].removeprefix("OPERATOR_STATE_")
            case "ContactQueued":
                self.waiting.add(contact)
            case "OfferMade":
                free = self.operators.get(operator) == "READY"
                if not free and self.reserved.pop(operator, None) != contact:
                    yield f"{operator} was offered {contact} while {self.operators.get(operator)}"
                self.operators[operator] = "RINGING"
            case "OfferAccepted" | "ConsultAccepted":
                self.operators[operator] = "TALKING"
                self.waiting.discard(contact)
            case "OfferDeclined" | "OfferLapsed":
                self.operators[operator] = "AWAY"
            case "OfferWithdrawn" | "OperatorReleased" | "ConsultEnded" | "CallbackFailed":
                if operator:
                    self.operators[operator] = "READY"
            case "WrapUpStarted":
                self.operators[operator] = "WRAP_UP"
            case "ContactAbandoned":
                self.waiting.discard(contact)
        yield from self._fold_callback(record, operator, contact)

    def _fold_callback(self, record: Written, operator: str, contact: str) -> Iterator[str]:
        match record.name:
            case "ContactTransferred" if record.data["kind"] == BLIND:
                self.waiting.add(contact)
            case "CallbackAsked":
                self.waiting.discard(contact)
                self.to_call.add(contact)
            case "CallbackDue":
                if self.operators.get(operator) != "READY":
                    yield f"{operator} was kept for {contact} while {self.operators.get(operator)}"
                self.operators[operator] = "RESERVED"
            case "CallbackPlaced":
                self.reserved[operator] = str(record.data["new_contact_id"])
            case "CallbackFailed":
                self.reserved.pop(operator, None)
                if not record.data.get("retry_at"):
                    self.to_call.discard(contact)
            case "CallbackDone":
                self.to_call.discard(contact)


def nobody_is_stuck(case: Case) -> Iterator[str]:
    """By the pool's history no operator is reserved, talking or in wrap-up; nobody waits."""
    doing = Doing()
    for record in case.records:
        if record.topic == "routing.pool" and record.is_history:
            yield from doing.fold(record)
    for operator, state in doing.operators.items():
        if state not in FINAL_OPERATOR_STATES:
            yield f"{operator} is left {state}"
    yield from (f"{contact} is left waiting" for contact in sorted(doing.waiting))
    yield from (f"{contact} was never called back" for contact in sorted(doing.to_call))


def rings_were_kept(case: Case) -> Iterator[str]:
    """Who was offered a waiting contact stands in a ring that it had reached by then."""
    teams: dict[str, str] = {}
    rings: dict[str, list[dict[str, object]]] = {}
    queue_of: dict[str, str] = {}
    for record in case.records:
        if record.topic != "routing.pool" or not record.is_history:
            continue
        data = record.data
        match record.name:
            case "OperatorPut":
                teams[data["operator_id"]] = data.get("team_id", "")
            case "QueuePut":
                rings[data["queue_id"]] = data.get("rings", [])
            case "ContactQueued":
                queue_of[data["contact_id"]] = data["queue_id"]
            case "ContactTransferred":
                queue_of.pop(data["contact_id"], None)
            case "OfferMade" if data.get("kind", "") != CONSULT and when_ns(record) >= (
                case.started_ns
            ):
                reached = rings.get(queue_of.get(data["contact_id"], ""), [])
                asked = [ring.get("team_ids", []) for ring in reached[: data.get("ring", 0) + 1]]
                team = teams.get(data["operator_id"], "")
                if asked and not any(not ids or team in ids for ids in map(_listed, asked)):
                    yield f"{data['contact_id']}: {data['operator_id']} of {team} was asked early"


def _listed(found: object) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list) else []


RULES: tuple[Callable[[Case], Iterator[str]], ...] = (nobody_is_stuck, rings_were_kept)
