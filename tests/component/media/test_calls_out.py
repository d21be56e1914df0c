"""Nobody is called unless a rule, a right and a cap allow it; each attempt leaves an alarm."""

from typing import Any

import grpc
import pytest
from tests.component.media.desk import NUMBER, Desk, bearer
from tests.component.media.test_kill import answered, arrived, restarted
from tests.component.media.test_talks import talking
from tests.harness.waiting import until

from sasayaki.media.node.v1 import node_pb2 as node
from sasayaki.media.v1 import call_events_pb2 as events
from sasayaki.media.v1 import media_service_pb2 as pb

ADMIN = bearer("admin")


async def rule(desk: Desk, **caps: int) -> None:
    request = pb.SetOutboundRuleRequest(
        request_id="rule-1",
        client_id="cli_acme",
        prefixes=["+81"],
        concurrent_max=caps.get("concurrent", 1),
        per_minute_max=caps.get("per_minute", 10),
        per_day_max=10,
    )
    await desk.stub.SetOutboundRule(request, metadata=ADMIN)


def back(contact_id: str, number: int = 1) -> pb.PlaceCallRequest:
    return pb.PlaceCallRequest(
        request_id=f"callback-{number}",
        client_id="cli_acme",
        previous_contact_id=contact_id,
        record=events.RECORDING_POLICY_AFTER_GUIDANCE,
    )


def outside(contact_id: str, number: str) -> pb.DialOutsideRequest:
    return pb.DialOutsideRequest(request_id="out-1", contact_id=contact_id, number=number)


async def reason_of(ask: Any) -> str:
    """Why it was refused; no right is what every refusal has in common."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    return str(dict(refused.value.trailing_metadata() or ())["sasayaki-reason"])


async def over(desk: Desk, contact_id: str) -> None:
    ended = node.CallEnded(reason=node.CALL_END_CUSTOMER_HUNG_UP)
    desk.node.happen(contact_id, call_ended=ended)
    await desk.told(contact_id, "CallEnded")


async def test_a_customer_is_called_back_by_the_number_that_they_dialled(desk: Desk) -> None:
    await rule(desk)
    first = await arrived(desk)
    await over(desk, first)
    contact_id = (await desk.stub.PlaceCall(back(first), metadata=desk.service)).contact_id
    await until(lambda: len(desk.node.asked("place")) == 1)
    (place,) = desk.node.asked("place")
    assert (place.contact_id, place.number, place.from_number) == (
        contact_id,
        "+819012345678",
        NUMBER,
    )
    desk.node.happen(contact_id, customer_rang=node.CustomerRang())
    desk.node.happen(contact_id, answered=node.Answered())
    await over(desk, contact_id)
    assert await desk.kinds(contact_id) == [
        "CallPlaced",
        "CustomerRang",
        "CallAnswered",
        "CallEnded",
    ]
    placed = await desk.told(contact_id, "CallPlaced")
    arrival = await desk.told(first, "CallArrived")
    assert placed["caller_hash"] == arrival["caller_hash"]
    assert placed["previous_contact_id"] == first
    everything = str(await desk.history()) + str(await desk.calls_out())
    assert "9012345678" not in everything
    assert "9012345678" not in (desk.folder / "sasayaki_media.log").read_text()


async def test_a_repeated_request_calls_the_customer_once(desk: Desk) -> None:
    await rule(desk)
    first = await arrived(desk)
    one = await desk.stub.PlaceCall(back(first), metadata=desk.service)
    two = await desk.stub.PlaceCall(back(first), metadata=desk.service)
    assert one.contact_id == two.contact_id
    await until(lambda: len(desk.node.asked("place")) == 1)


async def test_a_call_out_counts_until_it_is_over(desk: Desk) -> None:
    await rule(desk, concurrent=1)
    first = await arrived(desk)
    contact_id = (await desk.stub.PlaceCall(back(first), metadata=desk.service)).contact_id
    second = desk.stub.PlaceCall(back(first, 2), metadata=desk.service)
    assert await reason_of(second) == "OUTBOUND_REFUSED"
    told = await desk.outbound_told("OutboundRefused")
    assert told["refusal"] == "OUTBOUND_REFUSAL_CONCURRENT_CAP"
    assert told["contact_id"] == first  # whom to call back again, or never
    desk.media.kill()
    ended = node.CallEnded(reason=node.CALL_END_NO_ANSWER)
    desk.node.happen(contact_id, call_ended=ended)
    await restarted(desk)
    await desk.outbound_told("OutboundEnded")
    third = await desk.stub.PlaceCall(back(first, 3), metadata=desk.service)
    assert third.contact_id != contact_id


async def test_a_call_that_the_node_cannot_place_is_over_and_counts_no_more(desk: Desk) -> None:
    await rule(desk)
    first = await arrived(desk)
    desk.node.refuses["place"] = "NO_TRUNK"
    contact_id = (await desk.stub.PlaceCall(back(first), metadata=desk.service)).contact_id
    ended = await desk.told(contact_id, "CallEnded")
    assert ended["reason"] == "CALL_END_REASON_UNREACHABLE"
    await desk.outbound_told("OutboundEnded")


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+12125550100", "NUMBER_NOT_ALLOWED"),
        ("0990123456", "NUMBER_NOT_ALLOWED"),
        ("{{digits}}", "NO_NUMBER"),
        ("119", "NO_NUMBER"),
    ],
    ids=["abroad", "premium", "a template", "an emergency number"],
)
async def test_what_no_rule_allows_reaches_no_node_and_is_an_alarm(
    desk: Desk, number: str, why: str
) -> None:
    await rule(desk)
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    ask = desk.stub.DialOutside(outside(contact_id, number), metadata=desk.service)
    assert await reason_of(ask) == "OUTBOUND_REFUSED"
    told = await desk.outbound_told("OutboundRefused")
    assert (told["refusal"], told["contact_id"]) == (f"OUTBOUND_REFUSAL_{why}", contact_id)
    assert desk.node.asked("dial") == []


async def test_who_has_no_right_calls_nobody_and_is_an_alarm(desk: Desk) -> None:
    await rule(desk)
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    mori = bearer("operator", sub="usr_mori")
    ask = desk.stub.DialOutside(outside(contact_id, "0312345678"), metadata=mori)
    assert await reason_of(ask) == "OUTBOUND_REFUSED"
    told = await desk.outbound_told("OutboundRefused")
    assert (told["refusal"], told["operator_id"]) == ("OUTBOUND_REFUSAL_NO_RIGHT", "usr_mori")
    assert desk.node.asked("dial") == []


async def test_who_keeps_trying_is_refused_each_time_and_raises_one_alarm(desk: Desk) -> None:
    await rule(desk)
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    mori = bearer("operator", sub="usr_mori")
    for number in range(20):
        request = outside(contact_id, "0312345678")
        request.request_id = f"out-{number}"
        assert await reason_of(desk.stub.DialOutside(request, metadata=mori)) == "OUTBOUND_REFUSED"
    kato = desk.stub.DialOutside(
        outside(contact_id, "0312345678"), metadata=bearer("operator", sub="usr_kato")
    )
    assert await reason_of(kato) == "OUTBOUND_REFUSED"
    told = await desk.calls_out()
    alarms = [each["data"] for each in told if each["type"].endswith(".OutboundRefused")]
    assert [each["operator_id"] for each in alarms] == ["usr_mori", "usr_kato"]
    assert desk.node.asked("dial") == []


async def test_a_customer_is_handed_on_to_somebody_outside(desk: Desk) -> None:
    await rule(desk)
    contact_id = await arrived(desk)
    await answered(desk, contact_id)
    ask = desk.stub.DialOutside(outside(contact_id, "03-1234-5678"), metadata=desk.service)
    leg_id = (await ask).leg_id
    await until(lambda: len(desk.node.asked("dial")) == 1)
    (dial,) = desk.node.asked("dial")
    assert (dial.leg_id, dial.number, dial.from_number) == (leg_id, "+81312345678", NUMBER)
    left = node.LegEnded(leg_id=leg_id, reason=node.LEG_END_NO_ANSWER)
    desk.node.happen(contact_id, leg_ended=left)
    ended = await desk.outbound_told("OutboundEnded")
    assert (ended["outbound_id"], ended["contact_id"]) == (leg_id, contact_id)


@pytest.mark.parametrize(
    ("suspicion", "why"),
    [
        (node.SUSPICION_FORGED_FROM, "FORGED_FROM"),
        (node.SUSPICION_UNKNOWN_PEER, "UNKNOWN_PEER"),
        (node.SUSPICION_REFER_OUTSIDE, "REFER_OUTSIDE"),
    ],
)
async def test_what_smelt_of_fraud_in_the_node_is_an_alarm(
    desk: Desk, suspicion: "node.Suspicion.ValueType", why: str
) -> None:
    await arrived(desk)
    desk.node.happen(suspected=node.Suspected(suspicion=suspicion, trunk="carrier"))
    told = await desk.outbound_told("OutboundRefused")
    assert (told["refusal"], told["trunk"]) == (f"OUTBOUND_REFUSAL_{why}", "carrier")


async def test_a_phone_that_hands_over_to_outside_is_refused_and_is_an_alarm(desk: Desk) -> None:
    contact_id = await talking(desk)
    leg_id = desk.node.asked("dial")[0].leg_id
    referred = node.Referred(leg_id=leg_id, target="+81312345678", ours=False)
    desk.node.happen(contact_id, referred=referred)
    told = await desk.outbound_told("OutboundRefused")
    assert (told["refusal"], told["contact_id"]) == (
        "OUTBOUND_REFUSAL_REFER_OUTSIDE",
        contact_id,
    )
    assert (await desk.told(contact_id, "TransferAnswered"))["sip_code"] == 403
    await until(lambda: len(desk.node.asked("answer_refer")) == 1)
    assert desk.node.asked("answer_refer")[0].sip_code == 403


async def test_only_an_administrator_says_whom_a_company_may_call(desk: Desk) -> None:
    request = pb.SetOutboundRuleRequest(request_id="rule-1", client_id="cli_acme")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.stub.SetOutboundRule(request, metadata=desk.service)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    request.client_id = "cli_nobody"
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await desk.stub.SetOutboundRule(request, metadata=ADMIN)
    assert unknown.value.code() is grpc.StatusCode.NOT_FOUND
