"""RoutingService over gRPC: who may ask what, what a request must look like, what a desk shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message
from tests.component.routing.centre import Centre, bearer
from tests.harness.waiting import WITHIN_S

from sasayaki.callreason.v1.client_events import ClientPut
from sasayaki.media.v1.call_events import LegEndReason
from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki_routing.api import RIGHTS

MORI, ABE = "usr_mori", "usr_abe"
ROLES = ("operator", "supervisor", "manager", "admin", "client", "auditor", "integrator", "service")
WHO = {"request_id": "a", "contact_id": "con_1", "operator_id": MORI}
REQUESTS: dict[str, Message] = {
    "PutOperator": pb.PutOperatorRequest(request_id="a", operator_id=MORI),
    "SetOperatorState": pb.SetOperatorStateRequest(request_id="a", state=wire.OPERATOR_STATE_OFF),
    "QueueContact": pb.QueueContactRequest(
        request_id="a", contact_id="con_1", client_id="cli_acme", queue_id="que_1"
    ),
    "AcceptOffer": pb.AcceptOfferRequest(**WHO),
    "DeclineOffer": pb.DeclineOfferRequest(
        request_id="a",
        contact_id="con_1",
        operator_id=MORI,
        failure=wire.OFFER_FAILURE_REFUSED,
    ),
    "EndContact": pb.EndContactRequest(request_id="a", contact_id="con_1"),
    "Release": pb.ReleaseRequest(**WHO),
    "PutQueue": pb.PutQueueRequest(request_id="a", queue_id="que_1"),
    "TransferContact": pb.TransferContactRequest(
        request_id="a", contact_id="con_1", queue_id="que_1"
    ),
    "ConsultOperator": pb.ConsultOperatorRequest(
        request_id="a", contact_id="con_1", operator_id=ABE
    ),
    "CompleteTransfer": pb.CompleteTransferRequest(request_id="a", contact_id="con_1"),
    "EndConsult": pb.EndConsultRequest(request_id="a", contact_id="con_1"),
    "RequestCallback": pb.RequestCallbackRequest(
        request_id="a", contact_id="con_7", client_id="cli_acme", queue_id="que_1"
    ),
    "AdvanceCallback": pb.AdvanceCallbackRequest(
        request_id="a",
        contact_id="con_1",
        placed=pb.AdvanceCallbackRequest.Placed(new_contact_id="con_2"),
    ),
}


@asynccontextmanager
async def ends_with(code: grpc.StatusCode, says: str = "") -> AsyncIterator[None]:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        yield
    assert error.value.code() is code, error.value.details()
    assert says in (error.value.details() or "")


async def ask(centre: Centre, method: str, request: Message, **claims: Any) -> None:
    call: Any = getattr(centre.routing, method)
    await call(request, metadata=bearer(**claims))


def changed(method: str, **fields: Any) -> Message:
    """A good request but for some fields."""
    request = type(REQUESTS[method])()
    request.CopyFrom(REQUESTS[method])
    for name, value in fields.items():
        field = name.partition("[")[0]
        if value is None:
            request.ClearField(field)
        elif isinstance(value, list):
            getattr(request, field).extend(value)
        else:
            setattr(request, field, value)
    return request


async def test_every_method_is_open_to_the_roles_of_its_row_and_to_no_others(
    centre: Centre,
) -> None:
    async with centre.running():
        for method, request in REQUESTS.items():
            allowed = RIGHTS[f"/sasayaki.routing.v1.RoutingService/{method}"]
            for role in ROLES:
                try:
                    await ask(centre, method, request, role=role)
                except grpc.aio.AioRpcError as error:
                    denied = error.code() is grpc.StatusCode.PERMISSION_DENIED
                else:
                    denied = False
                assert denied == (role not in allowed), f"{role} {method}"


def company(client_id: str, *queue_ids: str) -> ClientPut:
    return ClientPut(
        client_id=client_id,
        name="-",
        numbers=(),
        reasons=(),
        wrap_up_form=(),
        wrap_up_ms_max=60_000,
        queue_ids=queue_ids,
    )


async def listed(centre: Centre, **claims: Any) -> pb.ListQueuesResponse:
    """What the caller is told as soon as routing has heard of the companies."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            request = pb.ListQueuesRequest()
            found = await centre.routing.ListQueues(request, metadata=bearer(**claims))
            if found.queues:
                return found
            await asyncio.sleep(0.02)


async def test_queues_and_colleagues_are_told_within_the_callers_companies(centre: Centre) -> None:
    await centre.clients.tell("cli_acme", company("cli_acme", "que_claims", "que_plain"))
    await centre.clients.tell("cli_hana", company("cli_hana", "que_hana"), client_id="cli_hana")
    async with centre.running():
        put = pb.PutQueueRequest(
            request_id="a", queue_id="que_claims", label_ja="事故受付", label_en="Claims"
        )
        await ask(centre, "PutQueue", put, role="admin")
        await centre.put(MORI, "gold", "claims")
        await centre.ready(ABE, "claims")
        await centre.queue("con_1", "nobody_has_this")
        mine = await listed(centre, role="operator", sub=MORI, clients=["cli_acme"])
        assert list(mine.queues) == [
            pb.Queue(queue_id="que_claims", label_ja="事故受付", label_en="Claims", waiting=1),
            pb.Queue(queue_id="que_plain"),
        ]
        assert list(mine.colleagues) == [
            pb.Colleague(operator_id=ABE, skills=["claims"], state=wire.OPERATOR_STATE_READY)
        ]
        other = await listed(centre, role="supervisor", clients=["cli_hana"])
        assert [queue.queue_id for queue in other.queues] == ["que_hana"]
        assert not other.colleagues
        every = await listed(centre, role="manager", clients=[])
        assert len(every.queues) == 3
        assert [one.operator_id for one in every.colleagues] == [ABE, MORI]
        assert list(every.colleagues[1].skills) == ["claims", "gold"]
        nobody = pb.ListQueuesRequest()
        async with ends_with(grpc.StatusCode.PERMISSION_DENIED):
            await ask(centre, "ListQueues", nobody, role="client", clients=["cli_acme"])


BAD: list[tuple[str, str, Any]] = [
    *((method, "request_id", "") for method in REQUESTS),
    *((method, "request_id", "x" * 129) for method in REQUESTS),
    ("PutOperator", "operator_id", "mori"),
    ("PutOperator", "skills", [""]),
    ("PutOperator", "skills", ["s"] * 51),
    ("PutOperator", "client_ids", ["acme"]),
    ("SetOperatorState", "state", wire.OPERATOR_STATE_TALKING),
    ("SetOperatorState", "state", 99),
    ("SetOperatorState", "reason", "r" * 41),
    ("SetOperatorState", "reason", "missed"),
    ("SetOperatorState", "reason", "a\nb"),
    ("PutOperator", "skill_levels", [3]),
    ("PutQueue", "queue_id", "claims"),
    ("PutQueue", "rings[0].after_ms", [wire.Ring(after_ms=1)]),
    ("PutQueue", "rings[1].after_ms", [wire.Ring(), wire.Ring()]),
    ("PutQueue", "rings[0].level_least", [wire.Ring(level_least=6)]),
    ("PutQueue", "rings", [wire.Ring()] * 9),
    ("PutQueue", "tell_every_ms", 4_999),
    ("PutQueue", "callback_attempts_most", 11),
    ("PutQueue", "label_ja", "名" * 67),
    ("TransferContact", "contact_id", ""),
    ("TransferContact", "queue_id", "tech"),
    ("ConsultOperator", "operator_id", "abe"),
    ("ConsultOperator", "operator_id", None),
    ("RequestCallback", "queue_id", "tech"),
    ("RequestCallback", "number_sealed", "x" * 513),
    ("AdvanceCallback", "contact_id", ""),
    ("QueueContact", "previous_contact_id", "usr_1"),
    ("QueueContact", "preferred_operator_id", "con_1"),
    ("QueueContact", "contact_id", ""),
    ("QueueContact", "client_id", "acme"),
    ("QueueContact", "queue_id", "claims"),
    ("QueueContact", "priority", 10),
    ("AcceptOffer", "operator_id", ""),
    ("DeclineOffer", "failure", 0),
    ("EndContact", "contact_id", "usr_1"),
    ("Release", "contact_id", "con_" + "x" * 200),
]


async def test_a_bad_request_names_its_field(centre: Centre) -> None:
    async with centre.running():
        for method, field, value in BAD:
            role = next(iter(sorted(RIGHTS[f"/sasayaki.routing.v1.RoutingService/{method}"])))
            named = "to" if value is None else field
            async with ends_with(grpc.StatusCode.INVALID_ARGUMENT, f"{named}:"):
                await ask(centre, method, changed(method, **{field: value}), role=role)


async def test_operators_set_their_own_state_and_supervisors_that_of_others(
    centre: Centre,
) -> None:
    async with centre.running():
        await centre.put(MORI)
        mine = changed("SetOperatorState", operator_id=MORI, state=wire.OPERATOR_STATE_AWAY)
        async with ends_with(grpc.StatusCode.PERMISSION_DENIED):
            await ask(centre, "SetOperatorState", mine, role="operator", sub=ABE)
        async with ends_with(grpc.StatusCode.NOT_FOUND):
            await ask(centre, "SetOperatorState", mine, role="supervisor", tenant="out_other")
        await ask(centre, "SetOperatorState", mine, role="supervisor", sub="usr_sato")
        await centre.until({MORI: "Away"})
        await centre.set_state(MORI, wire.OPERATOR_STATE_READY)
        assert await centre.queue("con_1")
        async with ends_with(grpc.StatusCode.FAILED_PRECONDITION):
            await centre.set_state(MORI, wire.OPERATOR_STATE_OFF)


async def test_the_same_request_id_of_two_operators_is_two_requests(centre: Centre) -> None:
    ready = changed("SetOperatorState", state=wire.OPERATOR_STATE_READY)
    async with centre.running():
        for operator_id in (MORI, ABE):
            await centre.put(operator_id)
            await ask(centre, "SetOperatorState", ready, role="operator", sub=operator_id)
        await centre.until({MORI: "Ready", ABE: "Ready"})


async def test_no_request_id_of_an_operator_stands_in_for_a_time_limit(centre: Centre) -> None:
    async with centre.running(OFFER_WINDOW_MS="1000"):
        await centre.ready(MORI)
        await centre.put(ABE)
        state = wire.OPERATOR_STATE_AWAY
        for sequence in range(1, 20):
            forged = changed(
                "SetOperatorState",
                request_id=f"deadline:pool_test:{sequence}",
                state=state,
                reason=str(sequence),
            )
            await ask(centre, "SetOperatorState", forged, role="operator", sub=ABE)
            if sequence == 5:
                assert await centre.queue("con_1")
        await centre.until({MORI: "Away"})


async def test_another_tenants_operators_get_no_contact_of_ours(centre: Centre) -> None:
    put = changed("PutOperator", operator_id=ABE, client_ids=["cli_acme"])
    ready = changed("SetOperatorState", state=wire.OPERATOR_STATE_READY)
    async with centre.running():
        await ask(centre, "PutOperator", put, role="admin", tenant="out_other")
        await ask(centre, "SetOperatorState", ready, role="operator", sub=ABE, tenant="out_other")
        assert not await centre.queue("con_1")
        await centre.ready(MORI)
        await centre.rings("con_1", MORI)


async def test_a_desk_shows_the_present_state_and_then_every_change(centre: Centre) -> None:
    async with centre.running():
        await centre.ready(MORI)
        watch = centre.routing.WatchDesk(
            pb.WatchDeskRequest(), metadata=bearer(role="operator", sub=MORI)
        )
        desks = aiter(watch)
        seen = await anext(desks)
        while seen.state != wire.OPERATOR_STATE_READY:
            seen = await anext(desks)
        await centre.queue("con_1")
        ringing = await anext(desks)
        assert (ringing.state, ringing.contact_id) == (wire.OPERATOR_STATE_RINGING, "con_1")
        window_s = ringing.respond_by.ToDatetime() - ringing.since.ToDatetime()
        assert abs(window_s.total_seconds() - 20) < 0.1
        await centre.pick_up("con_1", MORI)
        assert (await anext(desks)).state == wire.OPERATOR_STATE_TALKING
        await centre.hang_up("con_1")
        wrapping_up = await anext(desks)
        assert wrapping_up.state == wire.OPERATOR_STATE_WRAP_UP
        assert wrapping_up.HasField("respond_by")
        await centre.close_enquiry("con_1", MORI)
        ready = await anext(desks)
        assert (ready.state, ready.HasField("contact_id")) == (wire.OPERATOR_STATE_READY, False)
        watch.cancel()


async def test_a_refusing_phone_goes_away_and_the_next_one_rings(centre: Centre) -> None:
    async with centre.running():
        await centre.ready(MORI)
        await centre.ready(ABE)
        await centre.queue("con_1")
        await centre.rings("con_1", MORI)
        await centre.leg_ends("con_1", MORI, LegEndReason.REFUSED)
        await centre.rings("con_1", ABE)
        await centre.until({MORI: "Away", ABE: "Ringing"})


async def test_a_contact_that_left_before_it_was_queued_does_not_wait(centre: Centre) -> None:
    async with centre.running():
        await centre.put(MORI)
        await centre.hang_up("con_1")
        async with asyncio.timeout(30):
            while "con_1" not in (await centre.pool()).departed:
                await asyncio.sleep(0.02)
        assert not await centre.queue("con_1")
        assert not (await centre.pool()).contacts


async def test_nobody_but_who_may_see_the_client_company_is_told_why(centre: Centre) -> None:
    asked = pb.ExplainDecisionRequest(contact_id="con_1")
    async with centre.running():
        await centre.ready(MORI)
        await centre.queue("con_1")
        await centre.rings("con_1", MORI)
        told = await centre.explained("con_1", 2)
        assert [each.event for each in told] == ["ContactQueued", "OfferMade"]
        assert told[1].operator_id == MORI
        assert told[1].considered[0].operator_id == MORI
        assert all((told[1].sentence_ja, told[1].sentence_en))
        other = {"role": "supervisor", "clients": ["cli_other"]}
        async with ends_with(grpc.StatusCode.NOT_FOUND, "con_1"):
            await ask(centre, "ExplainDecision", asked, **other)
        elsewhere = {"role": "supervisor", "clients": ["cli_acme"], "tenant": "out_other"}
        async with ends_with(grpc.StatusCode.NOT_FOUND, "con_1"):
            await ask(centre, "ExplainDecision", asked, **elsewhere)
        async with ends_with(grpc.StatusCode.PERMISSION_DENIED):
            await ask(centre, "ExplainDecision", asked, role="operator")
