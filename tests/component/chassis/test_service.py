"""A whole service on a real broker: it comes up, answers, tells how it is, and goes down."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tests.harness.counter import COUNTER, Count
from tests.harness.peer import Totals, counting_service, settings
from tests.harness.tokens import token
from tests.harness.waiting import until

from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1 import routing_service_pb2_grpc as stubs
from sasayaki_chassis.channels import REASON_KEY
from sasayaki_chassis.service import Built, running

BEARER = (("authorization", f"Bearer {token()}"),)
CONTACT = "con_1"


@pytest.fixture
def totals() -> Totals:
    return Totals()


@pytest.fixture
async def built(
    kafka: str, topic_prefix: str, tmp_path: Path, totals: Totals
) -> AsyncIterator[Built]:
    service = counting_service(settings(kafka, topic_prefix, tmp_path), projections=(totals,))
    async with running(service) as built:
        yield built


@pytest.fixture
async def channel(built: Built) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{built.ports['grpc']}") as channel:
        yield channel


async def release(channel: grpc.aio.Channel, request: pb.ReleaseRequest) -> pb.ReleaseResponse:
    return await stubs.RoutingServiceStub(channel).Release(request, metadata=BEARER)


async def get(built: Built, path: str) -> tuple[str, str]:
    """Status line and body of a probe."""
    reader, writer = await asyncio.open_connection("127.0.0.1", built.ports["http"])
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return head.splitlines()[0], body


async def test_a_command_is_decided_written_and_seen_by_views(
    built: Built, channel: grpc.aio.Channel, totals: Totals
) -> None:
    await release(channel, pb.ReleaseRequest(request_id="a", contact_id=CONTACT))
    await release(channel, pb.ReleaseRequest(request_id="a", contact_id=CONTACT))
    await release(channel, pb.ReleaseRequest(request_id="b", contact_id=CONTACT))
    assert built.owners[COUNTER.stream].state(CONTACT) == Count(2)
    await until(lambda: totals.totals == {CONTACT: 2})
    await until(lambda: built.lag_s(totals) < 1.0)
    built.require_current(totals)


async def test_the_tenant_comes_from_the_token(built: Built, channel: grpc.aio.Channel) -> None:
    await release(channel, pb.ReleaseRequest(request_id="a", contact_id=CONTACT))
    meta = built.owners[COUNTER.stream].meta(CONTACT)
    assert meta is not None
    assert meta.tenant_id == "out_test"


async def test_a_refusal_is_a_status_with_its_reason(channel: grpc.aio.Channel) -> None:
    request = pb.ReleaseRequest(request_id="a", contact_id=CONTACT, operator_id="usr_refused")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await release(channel, request)
    assert refused.value.code() is grpc.StatusCode.OUT_OF_RANGE
    assert (REASON_KEY, "NEGATIVE") in tuple(refused.value.trailing_metadata())


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.ReleaseRequest(contact_id=CONTACT), "request_id"),
        (pb.ReleaseRequest(request_id="x" * 129, contact_id=CONTACT), "request_id"),
        (pb.ReleaseRequest(request_id="a"), "contact_id"),
        (pb.ReleaseRequest(request_id="a", contact_id="usr_1"), "contact_id"),
        (pb.ReleaseRequest(request_id="a", contact_id="con_\n"), "contact_id"),
    ],
)
async def test_a_bad_field_is_named(
    channel: grpc.aio.Channel, request_: pb.ReleaseRequest, field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await release(channel, request_)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.value.details() or "").startswith(f"{field}: ")


async def test_health_says_serving_for_the_server_and_each_service(
    channel: grpc.aio.Channel,
) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    for name in ("", "sasayaki.routing.v1.RoutingService"):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_probes_tell_health_metrics_and_the_asyncapi(built: Built) -> None:
    assert await get(built, "/healthz") == ("HTTP/1.1 200 OK", '{"serving": true}')
    _, metrics = await get(built, "/metrics")
    assert 'sasayaki_chassis_partitions_served{stream="test.counter"} 6.0' in metrics
    _, document = await get(built, "/asyncapi.json")
    assert json.loads(document)["asyncapi"] == "3.0.0"
    assert (await get(built, "/etc/passwd"))[0] == "HTTP/1.1 404 Not Found"


async def test_a_service_that_came_back_knows_what_it_knew(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    service = counting_service(settings(kafka, topic_prefix, tmp_path))
    for expected in (1, 2):
        async with running(service) as built:
            address = f"127.0.0.1:{built.ports['grpc']}"
            async with grpc.aio.insecure_channel(address) as channel:
                request = pb.ReleaseRequest(request_id=str(expected), contact_id=CONTACT)
                await release(channel, request)
            assert built.owners[COUNTER.stream].state(CONTACT) == Count(expected)


async def test_a_part_that_fails_ends_the_service(
    kafka: str, topic_prefix: str, tmp_path: Path
) -> None:
    async def fail(built: Built) -> None:
        raise RuntimeError("broken part")

    service = counting_service(settings(kafka, topic_prefix, tmp_path), background=(fail,))
    with pytest.raises(ExceptionGroup) as raised:
        async with running(service):
            await asyncio.Event().wait()
    assert raised.group_contains(RuntimeError, match="broken part")
