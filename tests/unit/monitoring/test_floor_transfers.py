"""Transfers, consultations and callbacks on the floor: who waits, and what operators are doing."""

from datetime import datetime, timedelta

import pytest
from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.event import Event
from sasayaki.routing.v1.pool_events import (
    CallbackAsked,
    CallbackDue,
    CallbackFailed,
    CallbackFailure,
    ConsultAccepted,
    ConsultEnded,
    ContactQueued,
    ContactTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferFailure,
    OfferKind,
    OfferMade,
    OperatorState,
    OperatorStateSet,
    TransferKind,
    WrapUpStarted,
)
from sasayaki_monitoring.floor.operators import Operators
from sasayaki_monitoring.floor.queues import Queues

MORI, ABE = "usr_mori", "usr_abe"
QUEUED = ContactQueued(
    contact_id="con_1",
    client_id="cli_acme",
    queue_id="que_1",
    required_skills=(),
    priority=3,
    queued_at=NOON,
)
OFFER = {"offer_id": "ofr_1_1", "contact_id": "con_1", "operator_id": MORI}
ACCEPTED = OfferAccepted(**OFFER, waited_ms=3_000)
WRAP_UP = WrapUpStarted(contact_id="con_1", operator_id=MORI, release_by=NOON, since=NOON)


def given_away(kind: TransferKind) -> ContactTransferred:
    return ContactTransferred(
        contact_id="con_1",
        operator_id=MORI,
        kind=kind,
        queue_id="que_2",
        to_operator_id=ABE if kind is TransferKind.WARM else "",
        required_skills=(),
        since=NOON + timedelta(seconds=60),
    )


def waiting(*events: Event) -> dict[str, datetime]:
    """Since when somebody waits, by queue."""
    queues = Queues()
    for event in events:
        list(queues.fold(recorded("pool_demo", event)))
    found = queues.queues.values()
    return {queue.queue_id: since for queue in found for since in queue.waiting.values()}


def state_of(operator_id: str, *events: Event) -> OperatorState:
    operators, state = Operators(), OperatorState.OFF
    for event in events:
        for operator in operators.moved(recorded("pool_demo", event)):
            if operator.operator_id == operator_id:
                state = operator.state
    return state


def ready(operator_id: str = MORI) -> OperatorStateSet:
    return OperatorStateSet(
        operator_id=operator_id, state=OperatorState.READY, reason="", since=NOON
    )


def test_a_customer_given_away_waits_in_the_other_queue_since_then() -> None:
    blind = given_away(TransferKind.BLIND)
    assert waiting(QUEUED, ACCEPTED, blind, WRAP_UP) == {"que_2": blind.since}


def test_a_customer_handed_over_does_not_wait() -> None:
    assert waiting(QUEUED, ACCEPTED, given_away(TransferKind.WARM), WRAP_UP) == {}


def test_a_colleague_who_does_not_answer_leaves_nobody_waiting() -> None:
    asked = OfferMade(
        offer_id="ofr_1_2",
        contact_id="con_1",
        operator_id=ABE,
        respond_by=NOON,
        idle_ms=0,
        skipped=(),
        considered=(),
        kind=OfferKind.CONSULT,
    )
    refused = OfferDeclined(
        offer_id="ofr_1_2",
        contact_id="con_1",
        operator_id=ABE,
        failure=OfferFailure.REFUSED,
        since=NOON,
    )
    assert waiting(QUEUED, ACCEPTED, asked, refused) == {}


def test_who_is_to_be_called_back_waits_on_no_line() -> None:
    asked = CallbackAsked(contact_id="con_1", queue_id="que_1", number_sealed="")
    assert waiting(QUEUED, asked) == {}


def test_a_colleague_talks_during_a_consultation_and_is_ready_afterwards() -> None:
    joined = ConsultAccepted(offer_id="ofr_1_2", contact_id="con_1", operator_id=ABE, since=NOON)
    ended = ConsultEnded(contact_id="con_1", operator_id=ABE, since=NOON)
    assert state_of(ABE, ready(ABE), joined) is OperatorState.TALKING
    assert state_of(ABE, ready(ABE), joined, ended) is OperatorState.READY


@pytest.mark.parametrize("over", [False, True])
def test_an_operator_who_is_kept_free_shows_as_ringing_until_it_comes_to_nothing(
    over: bool,
) -> None:
    due = CallbackDue(
        contact_id="con_1",
        operator_id=MORI,
        attempt=1,
        respond_by=NOON,
        considered=(),
        skipped=(),
    )
    failed = CallbackFailed(
        contact_id="con_1",
        operator_id=MORI,
        attempt=1,
        failure=CallbackFailure.NO_ANSWER,
        since=NOON,
    )
    history = (ready(), due, failed) if over else (ready(), due)
    shown = OperatorState.READY if over else OperatorState.RINGING
    assert state_of(MORI, *history) is shown
