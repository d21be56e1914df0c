"""A colleague asked, a customer handed over, a customer called back: through the service."""

from uuid import uuid4

from tests.component.routing.centre import NODE, Centre, bearer

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.media.v1.call_events import CallEnded, CallEndReason, CallPlaced, RecordingPolicy
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1.pool_events import CallbackFailed, CallbackFailure

MORI, ABE = "usr_mori", "usr_abe"


PLACED = CallPlaced(
    from_number="+81312345678",
    caller_hash="h",
    caller_sealed="s",
    previous_contact_id="con_1",
    ring_ms_max=30_000,
    node_id=NODE["node_id"],
    record=RecordingPolicy.NONE,
)


async def talking(centre: Centre) -> None:
    """Mori talks with the customer, and Abe is ready."""
    await centre.ready(MORI)
    await centre.queue("con_1")
    await centre.rings("con_1", MORI)
    await centre.pick_up("con_1", MORI)
    await centre.until({MORI: "Talking"})
    await centre.ready(ABE)


async def test_a_colleague_is_asked_and_then_has_the_customer(centre: Centre) -> None:
    own = bearer(role="operator", sub=MORI)
    async with centre.running():
        await talking(centre)
        consult = pb.ConsultOperatorRequest(
            request_id=str(uuid4()), contact_id="con_1", operator_id=ABE
        )
        answer = await centre.routing.ConsultOperator(consult, metadata=own)
        assert answer.operator_id == ABE
        await centre.media.heard(
            media.HoldRequest(contact_id="con_1", held=True),
            media.DialRequest(
                contact_id="con_1", operator_id=ABE, ring_ms_max=21_000, consult=True
            ),
        )
        await centre.pick_up("con_1", ABE)
        await centre.until({MORI: "Talking", ABE: "Talking"})
        complete = pb.CompleteTransferRequest(request_id=str(uuid4()), contact_id="con_1")
        await centre.routing.CompleteTransfer(complete, metadata=own)
        await centre.media.heard(
            media.HangUpRequest(contact_id="con_1", operator_id=MORI, transferred=True),
            media.HoldRequest(contact_id="con_1", held=False),
        )
        await centre.until({MORI: "WrappingUp", ABE: "Talking"})
        await centre.hang_up("con_1")
        await centre.until({ABE: "WrappingUp"})


async def test_a_customer_is_called_back_by_whom_was_kept_free(centre: Centre) -> None:
    async with centre.running():
        await centre.queue("con_1")
        wish = pb.RequestCallbackRequest(request_id=str(uuid4()), contact_id="con_1")
        await centre.routing.RequestCallback(wish, metadata=bearer())
        await centre.hang_up("con_1")
        await centre.ready(MORI)
        await centre.until({MORI: "Reserved"})
        await centre.media.heard(
            media.PlaceCallRequest(
                client_id="cli_acme", previous_contact_id="con_1", ring_ms_max=30_000, record=1
            )
        )
        await centre.calls.tell("con_2", PLACED)
        back = pb.QueueContactRequest(
            request_id=str(uuid4()),
            contact_id="con_2",
            client_id="cli_acme",
            queue_id="que_claims",
            previous_contact_id="con_1",
        )
        offer = await centre.routing.QueueContact(back, metadata=bearer())
        assert offer.offer_id
        await centre.rings("con_2", MORI)
        await centre.pick_up("con_2", MORI)
        pool = await centre.until({MORI: "Talking"})
        assert set(pool.contacts) == {"con_2"}


async def test_a_callback_that_nobody_answers_sets_the_operator_free_and_is_noted(
    centre: Centre,
) -> None:
    async with centre.running():
        await centre.queue("con_1")
        wish = pb.RequestCallbackRequest(request_id=str(uuid4()), contact_id="con_1")
        await centre.routing.RequestCallback(wish, metadata=bearer())
        await centre.hang_up("con_1")
        await centre.ready(MORI)
        await centre.until({MORI: "Reserved"})
        await centre.calls.tell("con_2", PLACED)
        # Two reactors ask the pool about this one record.
        busy = CallEnded(reason=CallEndReason.REFUSED, node_id=NODE["node_id"], happening_seq=9)
        await centre.calls.tell("con_2", busy)
        pool = await centre.until({MORI: "Ready"})
        assert set(pool.contacts) == {"con_1"}
        told = [each.data for each in await centre.history()]
        [failed] = [each for each in told if isinstance(each, CallbackFailed)]
        assert (failed.failure, failed.attempt) == (CallbackFailure.REFUSED, 1)
