"""callreason on a real broker: companies, flows, callers' histories for those who may see them."""

from __future__ import annotations

from typing import Any

import grpc
import grpc.aio
from tests.component.callreason.centre import (
    ADMIN,
    BEGINNING,
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
from tests.component.callreason.test_callreason import CONTACT, FORM, end, refused, seen, talk
from tests.component.callreason.test_flow_versions import GOOD, OTHER, with_tests
from tests.unit.callreason.flows import SHA, SOURCE

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1 import case_service_pb2 as case_pb
from sasayaki.callreason.v1 import case_service_pb2_grpc as case_rpc
from sasayaki.callreason.v1 import client_events_pb2, enquiry_events_pb2
from sasayaki.media.v1 import call_events
from sasayaki.routing.v1 import pool_events


async def arrive(centre: Centre, contact_id: str, caller_hash: str) -> None:
    said = {"dialled_number": NUMBER, "answer_by": "2099-01-01T00:00:00Z"}
    await centre.happen(contact_id, call_events.CallArrived, **said, caller_hash=caller_hash)


async def queue(centre: Centre, contact_id: str) -> None:
    heard = {"play_id": "guidance.1", "outcome": "PROMPT_OUTCOME_COMPLETED"}
    await centre.happen(contact_id, call_events.GuidancePlayed, **heard)
    pressed = {"play_id": "menu.2", "digits": "1", "outcome": "DIGITS_OUTCOME_COLLECTED"}
    await centre.happen(contact_id, call_events.DigitsCollected, **pressed)


async def test_a_callers_history_is_shown_to_whom_the_call_is_offered(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre, CONTACT, "ab")
        await queue(centre, CONTACT)
        await talk(centre, "usr_sato")
        await seen(stub, operator_id="usr_sato")
        await end(centre)
        done = pb.CompleteWrapUpRequest(request_id="w", contact_id=CONTACT, answers=FORM)
        await stub.CompleteWrapUp(done, metadata=SATO)
        message = case_pb.TakeMessageRequest(
            request_id="m",
            contact_id=CONTACT,
            name="山田",
            matter="折り返し希望",
            number="090-1234-5678",
            number_read_back=True,
        )
        async with grpc.aio.insecure_channel(centre.settings.grpc_address) as channel:
            cases = case_rpc.CaseServiceStub(channel)
            await cases.TakeMessage(message, metadata=SATO)
        await arrive(centre, "con_hidden", "")
        await arrive(centre, "con_2", "ab")
        await queue(centre, "con_2")
        asked = pb.GetCallerHistoryRequest(contact_id="con_2")
        await seen(stub, "con_2", stated_reason_id="rsn_billing")
        _, _, reason = await refused(stub.GetCallerHistory(asked, metadata=MORI))
        assert reason == "NOT_YOUR_CONTACT"
        offered = {"contact_id": "con_2", "operator_id": "usr_mori", "respond_by": BEGINNING}
        await centre.pool(pool_events.OfferMade, **offered)
        [earlier] = (await stub.GetCallerHistory(asked, metadata=MORI)).contacts
        assert (earlier.contact_id, earlier.reason_id) == (CONTACT, "rsn_billing")
        assert earlier.operator_id == "usr_sato"
        assert earlier.outcome == enquiry_events_pb2.ENQUIRY_OUTCOME_HANDLED
        assert [(each.key, each.value) for each in earlier.answers] == [("outcome", "resolved")]
        assert earlier.at.seconds > 0
        assert (earlier.open_message, earlier.open_escalation) == (True, False)
        ringing = pb.GetEnquiryRequest(contact_id="con_2")
        before = await stub.GetEnquiry(ringing, metadata=MORI)
        assert (before.client_id, before.stated_reason_id) == ("cli_acme", "rsn_billing")
        # Their first contact had nothing before it, and a hidden number is nobody's.
        for contact_id in (CONTACT, "con_hidden"):
            first = pb.GetCallerHistoryRequest(contact_id=contact_id)
            assert not (await stub.GetCallerHistory(first, metadata=SUPERVISOR)).contacts
    async with centre.callreason() as stub:
        await seen(stub, "con_2", client_id="cli_acme")
        again = await stub.GetCallerHistory(asked, metadata=SUPERVISOR)
        assert [each.contact_id for each in again.contacts] == [CONTACT]


async def test_a_history_is_for_nobody_else(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await arrive(centre, CONTACT, "ab")
        await seen(stub, client_id="cli_acme")
        asked = pb.GetCallerHistoryRequest(contact_id=CONTACT)
        for metadata, reason in (
            (bearer("supervisor", clients=["cli_hana"]), "NOT_YOUR_CLIENT"),
            (bearer("supervisor", tenant="out_other"), "UNKNOWN_CONTACT"),
        ):
            assert (await refused(stub.GetCallerHistory(asked, metadata=metadata)))[2] == reason
        client = stub.GetCallerHistory(asked, metadata=bearer("client"))
        assert (await refused(client))[0] is grpc.StatusCode.PERMISSION_DENIED
        asked.most = 51
        code, _, _ = await refused(stub.GetCallerHistory(asked, metadata=SUPERVISOR))
        assert code is grpc.StatusCode.INVALID_ARGUMENT


async def listed(stub: Any, metadata: Any) -> list[str]:
    answer = await stub.ListClients(pb.ListClientsRequest(), metadata=metadata)
    return [client.client_id for client in answer.clients]


async def test_everybody_is_told_the_companies_in_their_token(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        hana = acme("put-2", client_id="cli_hana", name="Hana", numbers=[])
        await stub.PutClient(hana, metadata=ADMIN)
        both = ["cli_acme", "cli_hana"]
        assert await listed(stub, bearer("admin", clients=[])) == both
        assert await listed(stub, bearer("manager", clients=[])) == both
        assert await listed(stub, bearer("supervisor", clients=[])) == []
        for role in ("operator", "client", "auditor"):
            assert await listed(stub, bearer(role, clients=["cli_hana"])) == ["cli_hana"]
        assert await listed(stub, bearer("admin", tenant="out_other")) == []
        code, _, _ = await refused(stub.ListClients(pb.ListClientsRequest(), metadata=SERVICE))
        assert code is grpc.StatusCode.PERMISSION_DENIED
        mine = bearer("operator", clients=["cli_acme"])
        [profile] = (await stub.ListClients(pb.ListClientsRequest(), metadata=mine)).clients
        put = acme("put-1")
        assert profile == pb.ClientProfile(
            client_id="cli_acme",
            name="Acme Electric",
            numbers=put.numbers,
            reasons=put.reasons,
            wrap_up_form=put.wrap_up_form,
            wrap_up_ms_max=60_000,
            queue_ids=put.queue_ids,
            recording=client_events_pb2.RECORDING_RULE_UNSPECIFIED,
        )


async def test_a_flow_is_given_out_as_its_author_wrote_it(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        await stub.PublishFlow(with_tests("p2", OTHER, GOOD), metadata=ADMIN)
        asked = pb.GetFlowRequest(flow_id="flw_acme")
        live = await stub.GetFlow(asked, metadata=SUPERVISOR)
        assert (live.version, live.live_version, live.client_id) == (2, 2, "cli_acme")
        assert (live.source, live.tests, dict(live.prompts)) == (OTHER, GOOD, SHA)
        asked.version = 1
        first = await stub.GetFlow(asked, metadata=ADMIN)
        assert (first.version, first.source, first.tests) == (1, SOURCE, "")
        asked.version = 3
        assert (await refused(stub.GetFlow(asked, metadata=ADMIN)))[2] == "UNKNOWN_VERSION"
        for metadata in (bearer("supervisor", clients=["cli_hana"]), bearer("admin", tenant="x")):
            _, _, reason = await refused(stub.GetFlow(asked, metadata=metadata))
            assert reason == "UNKNOWN_FLOW"
        code, _, _ = await refused(stub.GetFlow(asked, metadata=MORI))
        assert code is grpc.StatusCode.PERMISSION_DENIED


async def test_tests_that_are_too_long_to_be_kept_are_named(centre: Centre) -> None:
    async with centre.callreason() as stub:
        await furnish(stub)
        long = flow("p2", OTHER)
        long.tests = GOOD + "# " + 120_000 * '"' + "\n"
        code, details, _ = await refused(stub.PublishFlow(long, metadata=ADMIN))
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert details.startswith("tests: with the source ")
