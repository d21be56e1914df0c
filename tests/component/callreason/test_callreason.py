"""callreason on a real broker: calls find their flow, their reason and their end."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
import pytest
from tests.component.callreason.centre import (
    ADMIN,
    MORI,
    NUMBER,
    SATO,
    SERVICE,
    SUPERVISOR,
    Centre,
    acme,
    bearer,
    flow,
    furnish,
)
from tests.harness.waiting import WITHIN_S
from tests.unit.callreason.flows import SHA, SOURCE

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import callreason_service_pb2_grpc as rpc_pb
from sasayaki.callreason.v1 import client_events_pb2, enquiry_events_pb2
from sasayaki.media.v1 import call_events
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.routing.v1 import routing_service_pb2 as routing
from sasayaki_chassis.channels import REASON_KEY

CONTACT = "con_1"
ANSWER, PLAY, QUEUE = media.AnswerRequest, media.PlayPromptRequest, routing.QueueContactRequest
COMPLETED = "PROMPT_OUTCOME_COMPLETED"
FORM = [enquiry_events_pb2.FormAnswer(key="outcome", value="resolved")]


async def arrive(centre: Centre, contact_id: str = CONTACT, number: str = NUMBER) -> None:
    answer_by = "2099-01-01T00:00:00Z"
    said = {"dialled_number": number, "answer_by": answer_by}
    await centre.happen(contact_id, call_events.CallArrived, **said)


async def hear_guidance(centre: Centre) -> None:
    said = {"play_id": "guidance.1", "outcome": COMPLETED}
    await centre.happen(CONTACT, call_events.GuidancePlayed, **said)


async def press(centre: Centre, digits: str) -> None:
    outcome = "DIGITS_OUTCOME_COLLECTED"
    said = {"play_id": "menu.2", "digits": digits, "outcome": outcome}
    await centre.happen(CONTACT, call_events.DigitsCollected, **said)


async def talk(centre: Centre, operator_id: str = "usr_mori") -> None:
    await centre.happen(CONTACT, call_events.TalkStarted, operator_id=operator_id)


async def end(centre: Centre, contact_id: str = CONTACT) -> None:
    reason = "CALL_END_REASON_CUSTOMER_HUNG_UP"
    await centre.happen(contact_id, call_events.CallEnded, reason=reason)


async def seen(
    stub: rpc_pb.CallreasonServiceAsyncStub, contact_id: str = CONTACT, **wanted: Any
) -> pb.GetEnquiryResponse:
    """The enquiry as soon as it is as wanted."""
    request = pb.GetEnquiryRequest(contact_id=contact_id)
    async with asyncio.timeout(WITHIN_S):
        while True:
            call = stub.GetEnquiry(request, metadata=SERVICE)
            code = await call.code()
            assert code in (grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND)
            if code is grpc.StatusCode.OK:
                found = await call
                if all(getattr(found, name) == value for name, value in wanted.items()):
                    return found
            await asyncio.sleep(0.01)


async def refused(call: Any) -> tuple[grpc.StatusCode, str, str]:
    """Code, details and reason of a call that is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as answer:
        await call
    reasons = dict(answer.value.trailing_metadata() or ())
    reason = str(reasons.get(REASON_KEY, ""))
    return answer.value.code(), answer.value.details() or "", reason


async def test_a_call_goes_from_the_guidance_to_the_wrap_up(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        _, guidance = await centre.asks(CONTACT, ANSWER, PLAY)
        assert guidance.guidance
        assert guidance.prompt_sha256 == [SHA["guidance"]]
        await hear_guidance(centre)
        menu = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY))[-1]
        assert (menu.digits_max, menu.first_digit_ms) == (1, 4_000)
        await press(centre, "2")
        queued = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY, QUEUE))[-1]
        assert (queued.client_id, queued.queue_id) == ("cli_acme", "que_contract")
        assert queued.required_skills == ["contract", "senior"]
        await talk(centre)
        await seen(stub, operator_id="usr_mori", stated_reason_id="rsn_contract")
        await end(centre)
        # Sent with the news of the end still on its way: it waits for it.
        wrap_up = pb.CompleteWrapUpRequest(
            request_id="w", contact_id=CONTACT, reason_id="rsn_billing", answers=FORM
        )
        await stub.CompleteWrapUp(wrap_up, metadata=MORI)
        await stub.CompleteWrapUp(wrap_up, metadata=MORI)
        closed = await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_HANDLED)
        assert closed.path == ["guidance", "menu", "contract"]
        assert (closed.stated_reason_id, closed.confirmed_reason_id) == (
            "rsn_contract",
            "rsn_billing",
        )
        assert list(closed.answers) == FORM


async def test_a_flow_goes_on_after_a_restart_without_asking_anything_twice(
    centre: Centre,
) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        await hear_guidance(centre)
        await centre.asks(CONTACT, ANSWER, PLAY, PLAY)
    await press(centre, "1")
    async with centre.callreason():
        asked = await centre.asks(CONTACT, ANSWER, PLAY, PLAY, QUEUE)
        assert asked[-1].queue_id == "que_billing"


async def test_a_call_finishes_on_the_version_it_began_with(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        await centre.asks(CONTACT, ANSWER, PLAY)
        changed = SOURCE.replace("que_billing, skills: [billing]", "que_billing, skills: [gold]")
        second = await stub.PublishFlow(flow("publish-2", changed), metadata=ADMIN)
        assert second.version == 2
        await hear_guidance(centre)
        await press(centre, "1")
        queued = (await centre.asks(CONTACT, ANSWER, PLAY, PLAY, QUEUE))[-1]
        assert queued.required_skills == ["billing"]
        await arrive(centre, "con_2")
        await seen(stub, "con_2", flow_version=2)


async def test_who_hangs_up_in_the_guidance_has_left_there(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        await end(centre)
        await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_LEFT_IN_GUIDANCE)


async def test_a_wrap_up_that_nobody_sends_ends_by_itself(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub, wrap_up_ms_max=1_000)
        await arrive(centre)
        await talk(centre)
        await end(centre)
        await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_HANDLED_WITHOUT_WRAP_UP)


async def test_a_number_without_a_flow_ends_the_call(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await stub.PutClient(acme("put-1"), metadata=ADMIN)
        await arrive(centre)
        await centre.asks(CONTACT, media.HangUpRequest)
        await seen(stub, outcome=enquiry_events_pb2.ENQUIRY_OUTCOME_LOST)
        opening = pb.OpenEnquiryRequest(request_id="o", contact_id="con_2", dialled_number=NUMBER)
        code, _, reason = await refused(stub.OpenEnquiry(opening, metadata=SERVICE))
        assert (code, reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_FLOW")


async def test_a_faulty_flow_is_refused_with_lines_and_the_good_one_stays(
    centre: Centre,
) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        faulty = SOURCE.replace("que_billing", "que_vip").replace("next: goodbye", "next: nowhere")
        code, details, _ = await refused(stub.PublishFlow(flow("p2", faulty), metadata=ADMIN))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details == (
            "source: line 14: steps.billing.queue: the client company has no queue 'que_vip'\n"
            "line 16: steps.sorry.next: the flow has no step 'nowhere'"
        )
        huge = "flow: flw_acme\nstart: a\nsteps:\n" + "  あ: {}\n" * 2_000
        code, details, _ = await refused(stub.PublishFlow(flow("p3", huge), metadata=ADMIN))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.endswith(" more")
        again = await stub.PublishFlow(flow("p4"), metadata=ADMIN)
        assert (again.flow_id, again.version) == ("flw_acme", 1)


async def test_of_two_companies_that_want_a_number_at_once_one_gets_it(centre: Centre) -> None:
    async with centre.callreason() as stub:
        names = [f"cli_{i}" for i in range(8)]
        puts = (stub.PutClient(acme(n, client_id=n), metadata=ADMIN) for n in names)
        answers = await asyncio.gather(*puts, return_exceptions=True)
        taken = [a.code() for a in answers if isinstance(a, grpc.aio.AioRpcError)]
        assert taken == [grpc.StatusCode.ALREADY_EXISTS] * 7


async def test_a_companys_key_is_made_once_and_for_its_owner_alone(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await stub.PutClient(acme("put-1"), metadata=ADMIN)
        key = centre.keys / "cli_acme.key"
        before = key.read_bytes()
        await stub.PutClient(acme("put-2", name="Acme"), metadata=ADMIN)
        assert len(before) == 32
        assert key.read_bytes() == before
        assert key.stat().st_mode & 0o777 == 0o600


async def test_a_wrong_answer_is_named_and_nothing_is_closed(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        await talk(centre)
        await end(centre)
        await seen(stub, operator_id="usr_mori")

        async def sent(**said: Any) -> tuple[grpc.StatusCode, str, str]:
            request = pb.CompleteWrapUpRequest(request_id="w", contact_id=CONTACT, **said)
            return await refused(stub.CompleteWrapUp(request, metadata=MORI))

        code, details, _ = await sent()
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details == "answers[outcome]: must be answered"
        code, details, _ = await sent(answers=FORM, reason_id="rsn_gift")
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("reason_id: ")
        assert (await seen(stub)).outcome == enquiry_events_pb2.ENQUIRY_OUTCOME_UNSPECIFIED


async def test_nobody_reaches_into_anothers_contact(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre)
        await talk(centre)
        await seen(stub, operator_id="usr_mori")
        get = pb.GetEnquiryRequest(contact_id=CONTACT)
        confirm = pb.ConfirmReasonRequest(
            request_id="c", contact_id=CONTACT, reason_id="rsn_billing"
        )
        wrap_up = pb.CompleteWrapUpRequest(request_id="w", contact_id=CONTACT, answers=FORM)
        denied = grpc.StatusCode.PERMISSION_DENIED
        for call in (
            stub.GetEnquiry(get, metadata=SATO),
            stub.ConfirmReason(confirm, metadata=SATO),
            stub.CompleteWrapUp(wrap_up, metadata=SATO),
            stub.CompleteWrapUp(wrap_up, metadata=SUPERVISOR),
            stub.PutClient(acme("p"), metadata=SUPERVISOR),
            stub.PublishFlow(flow("p"), metadata=MORI),
            stub.GetEnquiry(get, metadata=bearer("supervisor", clients=["cli_hana"])),
            stub.GetEnquiry(get, metadata=bearer("client")),
        ):
            assert (await refused(call))[0] is denied
        for role in ("supervisor", "service"):
            elsewhere = bearer(role, tenant="out_other")
            call = stub.GetEnquiry(get, metadata=elsewhere)
            assert (await refused(call))[0] is grpc.StatusCode.NOT_FOUND
        taken = stub.PutClient(acme("p"), metadata=bearer("admin", tenant="out_other"))
        assert (await refused(taken))[0] is grpc.StatusCode.ALREADY_EXISTS
        await stub.ConfirmReason(confirm, metadata=SUPERVISOR)
        assert (await seen(stub)).confirmed_reason_id == "rsn_billing"
        code, _, reason = await refused(stub.CompleteWrapUp(wrap_up, metadata=MORI))
        assert (code, reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CALL_RUNS")


async def test_bad_requests_name_the_field(centre: Centre) -> None:
    async with centre.callreason() as stub:
        kind = client_events_pb2.FormField(key="a b")
        for call, field in (
            (stub.PutClient(acme("p", client_id="cli_../x"), metadata=ADMIN), "client_id"),
            (stub.PutClient(acme("p", wrap_up_form=[kind]), metadata=ADMIN), "wrap_up_form[0].key"),
            (stub.PutClient(acme(""), metadata=ADMIN), "request_id"),
            (stub.PublishFlow(flow("p", ""), metadata=ADMIN), "source"),
            (
                stub.AdvanceEnquiry(
                    pb.AdvanceEnquiryRequest(request_id="a", contact_id="con_1"), metadata=SERVICE
                ),
                "what",
            ),
            (stub.GetEnquiry(pb.GetEnquiryRequest(contact_id="x"), metadata=SERVICE), "contact_id"),
        ):
            code, details, _ = await refused(call)
            assert code is grpc.StatusCode.INVALID_ARGUMENT
            assert details.startswith(f"{field}: ")
