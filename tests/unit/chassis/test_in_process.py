"""A service that calls itself goes through its gate as any caller, and meets the same refusals."""

import asyncio
from pathlib import Path

import grpc
import pytest
from tests.harness.peer import RIGHTS, Routing, stubs
from tests.harness.tokens import OURS, token, token_file

from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki_chassis import peers as peers_module
from sasayaki_chassis.identity import OwnToken, Verifier
from sasayaki_chassis.in_process import InProcess
from sasayaki_chassis.owner import Unavailable
from sasayaki_chassis.peers import Peers, Rejected
from sasayaki_chassis.rpc import Gate, Server, current
from sasayaki_chassis.telemetry import TRACEPARENT, bound


class House:
    """A service's methods and its way to them; there is no server."""

    def __init__(self, folder: Path, *, role: str = "service") -> None:
        self.routing = Routing(None)
        self.gate = Gate(Verifier(OURS.as_pem(private=False)), RIGHTS)
        self.gate.is_open = True
        in_process = InProcess(self.gate)
        stubs.add_RoutingServiceServicer_to_server(self.routing, in_process)
        own = token_file(folder)
        own.write_text(token(role=role))
        self.addresses = {"routing": "127.0.0.1:1"}
        self.peers = Peers(self.addresses, OwnToken(own))
        self.peers.call_in_process("routing", in_process)

    async def end(self, contact_id: str) -> object:
        return await self.peers.send(pb.EndContactRequest(contact_id=contact_id), request_id="r1")


async def test_what_a_service_asks_itself_needs_no_server(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert await house.end("con_1") == pb.EndContactResponse()
    (heard,) = house.routing.heard
    assert (heard.contact_id, heard.request_id) == ("con_1", "r1")


async def test_what_is_bound_to_the_call_is_not_bound_to_who_asked(tmp_path: Path) -> None:
    await House(tmp_path).end("con_1")
    assert bound.get() == {}


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("given", [TRACE, "", "090-1234-5678", TRACE.upper(), f"{TRACE}-more"])
async def test_only_a_trace_context_is_passed_on_as_one(tmp_path: Path, given: str) -> None:
    house, seen = House(tmp_path), list[str]()
    house.routing.on_call = lambda: seen.append(current.get().traceparent)
    request = pb.EndContactRequest(contact_id="con_1")
    await house.peers.send(request, request_id="r1", traceparent=given)
    (traceparent,) = seen
    assert TRACEPARENT.fullmatch(traceparent)
    assert (traceparent == given) == (given == TRACE)


async def test_its_role_gets_a_service_no_further_at_home(tmp_path: Path) -> None:
    house = House(tmp_path, role="operator")
    with pytest.raises(Rejected) as refused:
        await house.end("con_1")
    assert refused.value.code == "PERMISSION_DENIED"
    assert not house.routing.heard


async def test_until_the_gate_opens_a_service_asks_itself_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.gate.is_open = False
    with pytest.raises(Unavailable):
        await house.end("con_1")


async def test_a_service_that_does_not_serve_asks_at_its_address(tmp_path: Path) -> None:
    house, elsewhere = House(tmp_path), Routing(None)
    house.routing.answers["con_1"] = grpc.StatusCode.UNAVAILABLE
    server = Server(Verifier(OURS.as_pem(private=False)), RIGHTS)
    stubs.add_RoutingServiceServicer_to_server(elsewhere, server.grpc)
    house.addresses["routing"] = f"127.0.0.1:{await server.start('127.0.0.1:0')}"
    server.open_gate()
    await house.end("con_1")
    await house.peers.close()
    await server.grpc.stop(0)
    assert [request.contact_id for request in elsewhere.heard] == ["con_1"]


async def test_a_refusal_keeps_its_code_and_its_reason(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.routing.answers["con_1"] = grpc.StatusCode.FAILED_PRECONDITION
    house.routing.reasons["con_1"] = "OVER"
    with pytest.raises(Rejected) as refused:
        await house.end("con_1")
    assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "OVER")


async def test_a_bug_of_a_method_is_told_as_an_internal_error_alone(tmp_path: Path) -> None:
    house = House(tmp_path, role="admin")
    with pytest.raises(Rejected) as refused:
        await house.peers.send(pb.PutOperatorRequest(operator_id="usr_1"), request_id="r1")
    assert str(refused.value) == "INTERNAL: internal error"


async def test_a_method_that_does_not_end_is_given_up_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers_module, "CALL_S", 0.01)
    house = House(tmp_path, role="admin")
    before = asyncio.all_tasks()
    with pytest.raises(Unavailable):
        await house.peers.send(pb.PutOperatorRequest(operator_id="usr_slow"), request_id="r1")
    assert house.routing.entered.is_set()
    assert asyncio.all_tasks() == before
