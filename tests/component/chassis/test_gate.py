"""Who gets in: no token, a wrong one, a right one with the wrong role, and no way round."""

import asyncio
import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator

import grpc
import grpc.aio
import pytest
from tests.harness.peer import RIGHTS, Routing
from tests.harness.tokens import NOBODYS, OURS, token

from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1 import routing_service_pb2_grpc as stubs
from sasayaki_chassis.identity import Verifier
from sasayaki_chassis.rpc import Server

NO_ALGORITHM = b'{"alg":"none"}'
SHARED_SECRET = b'{"alg":"HS256"}'
PEM = OURS.as_pem(private=False)


@pytest.fixture
async def stub() -> AsyncIterator["stubs.RoutingServiceAsyncStub"]:
    server = Server(Verifier(PEM), RIGHTS)
    stubs.add_RoutingServiceServicer_to_server(Routing(None), server.grpc)
    port = await server.start("127.0.0.1:0")
    server.open_gate()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield stubs.RoutingServiceStub(channel)
    await server.stop()


async def test_until_its_streams_are_read_a_service_denies_nothing_and_asks_to_come_again() -> None:
    server = Server(Verifier(PEM), RIGHTS)
    stubs.add_RoutingServiceServicer_to_server(Routing(None), server.grpc)
    port = await server.start("127.0.0.1:0")
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        request = pb.EndContactRequest(request_id="r1", contact_id="con_1")
        end = stubs.RoutingServiceStub(channel).EndContact
        early = await code_of(end(request, metadata=bearer(token())))
        server.open_gate()
        later = await code_of(end(request, metadata=bearer(token())))
    await server.stop()
    assert early == grpc.StatusCode.UNAVAILABLE
    assert later != grpc.StatusCode.UNAVAILABLE


def bearer(text: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {text}"),)


async def code_of(call: grpc.aio.UnaryUnaryCall) -> grpc.StatusCode:
    return await call.code()


def unsigned() -> str:
    """A token with `alg: none`, by hand: no library writes one."""
    _, body, _ = token().split(".")
    return f"{base64url(NO_ALGORITHM)}.{body}."


def signed_with_the_public_key() -> str:
    """The classic confusion: our public key, which everybody may know, as an HMAC secret."""
    _, body, _ = token().split(".")
    signed = f"{base64url(SHARED_SECRET)}.{body}"
    return f"{signed}.{base64url(hmac.digest(PEM, signed.encode(), 'sha256'))}"


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


WRONG: dict[str, tuple[tuple[str, str], ...]] = {
    "none": (),
    "empty": (("authorization", ""),),
    "basic": (("authorization", "Basic dXNyOnB3"),),
    "no scheme": (("authorization", token()),),
    "garbage": bearer("garbage"),
    "dots": bearer("a.b.c"),
    "longer": bearer(f"{token()}x"),
    "alg none": bearer(unsigned()),
    "another key": bearer(token(key=NOBODYS)),
    "the public key as a shared secret": bearer(signed_with_the_public_key()),
    "another algorithm": bearer(token(algorithm="EdDSA")),
    "another audience": bearer(token(aud="another")),
    "no audience": bearer(token(aud=None)),
    "expired": bearer(token(exp=int(time.time()) - 1)),
    "no expiry": bearer(token(exp=None)),
    "no user": bearer(token(sub=None)),
    "a user that is no text": bearer(token(sub=7)),
    "no tenant": bearer(token(tenant=None)),
    "an empty tenant": bearer(token(tenant="")),
    "no role": bearer(token(role=None)),
    "an empty role": bearer(token(role="")),
    "clients that are no texts": bearer(token(clients=[7])),
    "clients that are one text": bearer(token(clients="cli_acme")),
    "a team that is no text": bearer(token(team=7)),
}


@pytest.mark.parametrize("metadata", WRONG.values(), ids=WRONG.keys())
async def test_a_token_that_proves_nothing_is_unauthenticated(
    stub: "stubs.RoutingServiceAsyncStub", metadata: tuple[tuple[str, str], ...]
) -> None:
    call = stub.EndContact(pb.EndContactRequest(contact_id="con_1"), metadata=metadata)
    assert await code_of(call) is grpc.StatusCode.UNAUTHENTICATED


async def test_the_right_token_gets_in(stub: "stubs.RoutingServiceAsyncStub") -> None:
    call = stub.EndContact(pb.EndContactRequest(contact_id="con_1"), metadata=bearer(token()))
    assert await code_of(call) is grpc.StatusCode.OK


@pytest.mark.parametrize("role", ["operator", "root"])
async def test_a_role_without_the_right_is_denied(
    stub: "stubs.RoutingServiceAsyncStub", role: str
) -> None:
    metadata = bearer(token(role=role))
    call = stub.EndContact(pb.EndContactRequest(contact_id="con_1"), metadata=metadata)
    assert await code_of(call) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_method_that_no_line_lists_is_denied_to_everybody(
    stub: "stubs.RoutingServiceAsyncStub",
) -> None:
    call = stub.QueueContact(pb.QueueContactRequest(), metadata=bearer(token(role="admin")))
    assert await code_of(call) is grpc.StatusCode.PERMISSION_DENIED


async def test_a_stream_needs_a_token_too(stub: "stubs.RoutingServiceAsyncStub") -> None:
    call = stub.WatchDesk(pb.WatchDeskRequest())
    assert await call.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_a_stream_says_who_watches_and_ends_with_the_token(
    stub: "stubs.RoutingServiceAsyncStub",
) -> None:
    metadata = bearer(token(sub="usr_mori", exp=int(time.time()) + 2))
    call = stub.WatchDesk(pb.WatchDeskRequest(), metadata=metadata)
    assert await call.read() == pb.WatchDeskResponse(operator_id="usr_mori")
    async with asyncio.timeout(5):
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_bug_is_internal_and_tells_the_caller_nothing(
    stub: "stubs.RoutingServiceAsyncStub",
) -> None:
    call = stub.PutOperator(pb.PutOperatorRequest(), metadata=bearer(token(role="admin")))
    assert await call.code() is grpc.StatusCode.INTERNAL
    assert await call.details() == "internal error"


async def test_a_call_that_takes_longer_than_its_deadline_ends(
    stub: "stubs.RoutingServiceAsyncStub",
) -> None:
    request = pb.PutOperatorRequest(operator_id="usr_slow")
    call = stub.PutOperator(request, metadata=bearer(token(role="admin")), timeout=0.2)
    assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
