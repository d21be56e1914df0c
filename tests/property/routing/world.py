"""Pool, reactor, media and phones, with every message between them late by any amount.

Media is modelled as it is built: its Python side decides on what it has heard of the node, the node
carries out orders in order and reports what happened in order. Only the order within one channel
is kept: the pool's records, one call's records, one contact's requests, one call's orders and
happenings.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from google.protobuf.message import Message
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    SupervisionMode,
    SupervisorHeard,
    TalkStarted,
)
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki.routing.v1.pool_events import OfferFailure, OperatorState
from sasayaki_chassis.decider import Refused
from sasayaki_routing.pool.commands import (
    AcceptOffer,
    Command,
    CompleteTransfer,
    ConsultOperator,
    DeclineOffer,
    EndConsult,
    EndContact,
    PutOperator,
    QueueContact,
    SetState,
    Target,
    TransferContact,
)
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.states import Consulting, Joined, Pool, Taken, Talking
from sasayaki_routing.reactors.offers import OfferToOperator

CONTACTS = ("con_1", "con_2")
OPERATORS = ("usr_1", "usr_2", "usr_3")
Deed: TypeAlias = Callable[[], None]
ENDS = {"hang up": LegEndReason.RELEASED, "transfer": LegEndReason.TRANSFERRED}
TARGETS = (*(Target(operator_id=who) for who in OPERATORS), Target(queue_id="que_1"))
NODE = {"node_id": "n", "happening_seq": 1}


@dataclass
class Leg:
    """An operator's phone in a call; `up`: picked up; `consult`: rung beside another."""

    leg_id: str
    operator_id: str
    consult: bool = False
    up: bool = False
    leaving: bool = False


@dataclass
class Call:
    """One call: in the node, as media's Python side knows it, and what is on its way between."""

    contact_id: str
    alive: bool = True
    known_alive: bool = True
    legs: dict[str, Leg] = field(default_factory=dict)
    known: dict[str, Leg] = field(default_factory=dict)
    orders: deque[tuple[str, str]] = field(default_factory=deque)
    happenings: deque[Event] = field(default_factory=deque)
    records: deque[Event] = field(default_factory=deque)
    dialled: int = 0
    handled: bool = False
    known_handled: bool = False

    def talking(self) -> set[str]:
        """The operators who are in the call."""
        return {leg.operator_id for leg in self.legs.values() if leg.up}

    # What the people at the phones do.

    def pick_up(self, leg_id: str) -> None:
        self.legs[leg_id].up = True
        self.happenings.append(
            TalkStarted(leg_id=leg_id, operator_id=self.legs[leg_id].operator_id, **NODE)
        )

    def leave(self, leg_id: str, reason: LegEndReason) -> None:
        leg = self.legs.pop(leg_id)
        self.happenings.append(
            OperatorLegEnded(leg_id=leg_id, operator_id=leg.operator_id, reason=reason, **NODE)
        )

    def ring_off(self, leg_id: str) -> None:
        """An operator who talks puts the phone down; the last one takes the call along."""
        if len(self.talking()) > 1:
            self.leave(leg_id, LegEndReason.HUNG_UP)
        else:
            self.end()

    def take_over(self) -> None:
        """The customer hears a supervisor from here on, and soon nobody else."""
        self.handled = True
        self.happenings.append(
            SupervisorHeard(
                leg_id=f"leg_{self.contact_id}_s",
                supervisor_id="usr_9",
                supervision_id="spv_1",
                mode=SupervisionMode.TAKEOVER,
                applied_at=NOON,
                **NODE,
            )
        )

    def end(self) -> None:
        self.alive = False
        for leg_id in tuple(self.legs):
            self.leave(leg_id, LegEndReason.CALL_ENDED)
        self.happenings.append(CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, **NODE))

    # What media does.

    def carry_out(self) -> None:
        """The node takes the next order."""
        what, leg_id = self.orders.popleft()
        if not self.alive:
            return
        if what == "dial":
            known = self.known[leg_id]
            self.legs[leg_id] = Leg(leg_id, known.operator_id, known.consult)
        elif leg_id in self.legs:
            self.leave(leg_id, ENDS[what])

    def hear(self) -> None:
        """The Python side takes the next happening and records it."""
        happening = self.happenings.popleft()
        match happening:
            case TalkStarted(leg_id=leg_id):
                self.known[leg_id].up = True
            case SupervisorHeard():
                self.known_handled = True
                for leg in self.known.values():
                    if not leg.leaving:
                        self._let_go(leg)
            case OperatorLegEnded(leg_id=leg_id, reason=reason):
                leg = self.known.pop(leg_id)
                if self.known_handled and leg.up and reason is not LegEndReason.CALL_ENDED:
                    reason = LegEndReason.TAKEN_OVER
                    happening = happening.model_copy(update={"reason": reason})
            case CallEnded():
                self.known_alive = False
        self.records.append(happening)

    def asked(self, request: Message) -> None:
        """The Python side decides on a request as `sasayaki_media.calls.call` does."""
        staying = [leg for leg in self.known.values() if not leg.leaving]
        match request:
            case media.DialRequest(operator_id=operator_id) if self.known_alive:
                talked = any(leg.up for leg in staying)
                rung = any(leg.operator_id == operator_id for leg in staying)
                if rung or self.known_handled or talked != request.consult:
                    return
                for leg in () if request.consult else staying:
                    self._let_go(leg)
                self.dialled += 1
                leg_id = f"leg_{self.contact_id}_{self.dialled}"
                self.known[leg_id] = Leg(leg_id, operator_id, request.consult)
                self.orders.append(("dial", leg_id))
            case media.HangUpRequest(operator_id=operator_id, unless_picked_up=spares):
                for leg in staying:
                    if leg.operator_id == operator_id and not (spares and leg.up):
                        self._let_go(leg, "transfer" if request.transferred else "hang up")

    def _let_go(self, leg: Leg, how: str = "hang up") -> None:
        leg.leaving = True
        self.orders.append((how, leg.leg_id))


class World:
    """Everything, and what may happen next."""

    def __init__(self) -> None:
        self.now: datetime = NOON
        self.pool: Pool = POOL.initial
        self.calls = {contact_id: Call(contact_id) for contact_id in CONTACTS}
        self._reactor = OfferToOperator()
        self._records: deque[tuple[datetime, Event]] = deque()
        self._lanes: dict[str, deque[Message]] = defaultdict(deque)
        for operator_id in OPERATORS:
            self.decide(PutOperator(operator_id, "", (), ("cli_acme",)))
            self.decide(SetState(operator_id, OperatorState.READY))
        for contact_id in CONTACTS:
            self.decide(QueueContact(contact_id, "cli_acme", "que_1", (), 0))

    def decide(self, command: Command) -> None:
        try:
            events = POOL.decide(self.pool, command, self.now)
        except Refused:
            return
        self.pool = POOL.fold(self.pool, events)
        self._records.extend((self.now, event) for event in events)

    def deliveries(self) -> list[Deed]:
        """Messages that may arrive next."""
        found: list[Deed] = []
        if self._records:
            found.append(self._react_to_pool)
        for call in self.calls.values():
            if call.orders:
                found.append(call.carry_out)
            if call.happenings:
                found.append(call.hear)
            if call.records:
                found.append(partial(self._react_to_call, call))
        found += [partial(self._send, name) for name, lane in self._lanes.items() if lane]
        return found

    def deeds(self) -> dict[str, list[Deed]]:
        """What people, and time, may do next."""
        found: dict[str, list[Deed]] = defaultdict(list)
        if due := POOL.deadline(self.pool):
            found["time passes"].append(partial(self._let_pass, due))
        for operator_id in OPERATORS:
            ready = SetState(operator_id, OperatorState.READY)
            found["get ready"].append(partial(self.decide, ready))
        talking = set[str]().union(*(call.talking() for call in self.calls.values()))
        for call in self.calls.values():
            if call.alive:
                found["hang up"].append(call.end)
            if call.alive and call.talking() and not call.handled:
                self._steer(call.contact_id, found)
                up = [leg.leg_id for leg in call.legs.values() if leg.up]
                found["ring off"] += [partial(call.ring_off, leg_id) for leg_id in up]
            if call.alive and call.talking() and not call.handled:
                found["take over"].append(call.take_over)
            for leg in call.legs.values():
                if not leg.up:
                    refused = LegEndReason.REFUSED
                    found["refuse"].append(partial(call.leave, leg.leg_id, refused))
                    if bool(call.talking()) == leg.consult and leg.operator_id not in talking:
                        found["pick up"].append(partial(call.pick_up, leg.leg_id))
        return found

    def _steer(self, contact_id: str, found: dict[str, list[Deed]]) -> None:
        """What an operator who talks may ask the pool for."""
        for target in TARGETS:
            transfer = TransferContact(contact_id, "", target)
            consult = ConsultOperator(contact_id, "", target)
            found["transfer"].append(partial(self.decide, transfer))
            found["consult"].append(partial(self.decide, consult))
        found["complete"].append(partial(self.decide, CompleteTransfer(contact_id, "")))
        found["end consult"].append(partial(self.decide, EndConsult(contact_id, "")))

    def settle(self) -> None:
        """Delivers all that is on its way, and lets offers that nobody answers lapse."""
        while True:
            while deliveries := self.deliveries():
                deliveries[0]()
            due = POOL.deadline(self.pool)
            if due is None:
                return
            self._let_pass(due)

    def disagreements(self) -> Iterator[str]:
        """Where what is heard is not what the pool thinks."""
        for contact_id, call in self.calls.items():
            contact = self.pool.contacts.get(contact_id)
            thought = set[str]()
            if isinstance(contact, Taken | Consulting):
                thought.add(contact.operator_id)
            if isinstance(contact, Consulting) and isinstance(contact.consult, Joined):
                thought.add(contact.consult.operator_id)
            if call.talking() != thought:
                yield f"{contact_id} talks with {call.talking()}, the pool thinks {thought}"
            if (not call.alive or call.handled) and contact is not None:
                yield f"{contact_id} has ended or was taken over and is {contact}"
        for operator in self.pool.operators.values():
            match operator.status:
                case Talking(contact_id=contact_id):
                    if operator.operator_id not in self.calls[contact_id].talking():
                        yield f"{operator.operator_id} does not talk with {contact_id}"

    def _let_pass(self, due: tuple[datetime, Command]) -> None:
        self.now = max(self.now, due[0]) + timedelta(milliseconds=1)
        self.decide(due[1])

    def _react_to_pool(self) -> None:
        at, event = self._records.popleft()
        record = recorded("pool_demo", event).model_copy(update={"time": at})
        self._lanes[self._reactor.lane(record)].extend(self._reactor.react(record))

    def _react_to_call(self, call: Call) -> None:
        record = recorded(call.contact_id, call.records.popleft())
        self._lanes[call.contact_id].extend(self._reactor.react(record))

    def _send(self, contact_id: str) -> None:
        match request := self._lanes[contact_id].popleft():
            case routing.AcceptOfferRequest(operator_id=operator_id):
                self.decide(AcceptOffer(contact_id, operator_id))
            case routing.DeclineOfferRequest(operator_id=operator_id):
                self.decide(DeclineOffer(contact_id, operator_id, OfferFailure.FAILED))
            case routing.EndContactRequest():
                self.decide(EndContact(contact_id))
            case _:
                self.calls[contact_id].asked(request)
