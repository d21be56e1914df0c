"""What a test of routing does and sees: operators, contacts, phones, and the stream itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import grpc.aio
from tests.harness.kafka import records_of
from tests.harness.media_peer import MediaPeer
from tests.harness.process import ServiceProcess, free_address, service_process
from tests.harness.telling import Teller
from tests.harness.tokens import public_key_file, token, token_file

from sasayaki.callreason.v1.enquiry_events import EnquiryClosed, EnquiryOutcome
from sasayaki.event import Event, Recorded, events_of
from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki.routing.v1 import pool_events_pb2 as wire
from sasayaki.routing.v1 import routing_service_pb2 as pb
from sasayaki.routing.v1 import routing_service_pb2_grpc as stubs
from sasayaki_chassis import codec
from sasayaki_chassis.kafka.log import partition_of
from sasayaki_routing.pool.decider import POOL
from sasayaki_routing.pool.state.states import Pool

POOL_ID = "pool_test"
LOOK_S = 0.02
NODE = {"node_id": "node_1", "happening_seq": 1}


def bearer(**claims: Any) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token(**claims)}"),)


class Centre:
    """A tenant with one pool; requests go out as whoever may make them."""

    def __init__(
        self,
        kafka: str,
        prefix: str,
        folder: Path,
        media: MediaPeer,
        calls: Teller,
        enquiries: Teller,
        clients: Teller,
    ) -> None:
        self.media = media
        self.calls = calls
        self.enquiries = enquiries
        self.clients = clients
        self._kafka = kafka
        self._topic = f"{prefix}routing.pool"
        self._folder = folder
        address = free_address()
        self._settings = {
            "KAFKA_BOOTSTRAP": kafka,
            "TOPIC_PREFIX": prefix,
            "GRPC_ADDRESS": address,
            "HTTP_ADDRESS": "127.0.0.1:0",
            "TOKEN_PUBLIC_KEY_FILE": str(public_key_file(folder)),
            "SERVICE_TOKEN_FILE": str(token_file(folder, sub="usr_routing")),
            "ROUTING_ADDRESS": address,
            "MEDIA_ADDRESS": media.address,
        }
        self.channel = grpc.aio.insecure_channel(address, (("grpc.max_reconnect_backoff_ms", 100),))
        self.routing = stubs.RoutingServiceStub(self.channel)

    async def close(self) -> None:
        await self.channel.close()

    @asynccontextmanager
    async def running(self, **settings: str) -> AsyncIterator[ServiceProcess]:
        chosen = {**self._settings, **settings}
        async with service_process("sasayaki_routing", self._folder, chosen) as process:
            yield process

    async def put(self, operator_id: str, *skills: str) -> None:
        request = pb.PutOperatorRequest(
            request_id=str(uuid4()),
            operator_id=operator_id,
            skills=skills,
            client_ids=["cli_acme"],
        )
        await self.routing.PutOperator(request, metadata=bearer(role="admin", sub="usr_admin"))

    async def set_state(self, operator_id: str, state: wire.OperatorState.ValueType) -> None:
        request = pb.SetOperatorStateRequest(request_id=str(uuid4()), state=state)
        await self.routing.SetOperatorState(
            request, metadata=bearer(role="operator", sub=operator_id)
        )

    async def ready(self, operator_id: str, *skills: str) -> None:
        """Puts the operator into the pool and has them wait for a contact."""
        await self.put(operator_id, *skills)
        await self.set_state(operator_id, wire.OPERATOR_STATE_READY)

    async def queue(self, contact_id: str, *skills: str, request_id: str = "") -> str:
        """Queues a contact; returns the offer that was made at once, or nothing."""
        request = pb.QueueContactRequest(
            request_id=request_id or str(uuid4()),
            contact_id=contact_id,
            client_id="cli_acme",
            queue_id="que_claims",
            required_skills=skills,
            priority=3,
        )
        answer = await self.routing.QueueContact(request, metadata=bearer())
        return str(answer.offer_id)

    async def rings(self, contact_id: str, operator_id: str, ring_ms_max: int = 21_000) -> None:
        """Waits until media was asked to ring the operator's phone."""
        await self.media.heard(
            media_pb.DialRequest(
                contact_id=contact_id, operator_id=operator_id, ring_ms_max=ring_ms_max
            )
        )

    async def rang(self, contact_id: str) -> str:
        """Waits until some operator's phone was rung for a contact; returns whose last."""
        async with asyncio.timeout(60):
            while True:
                dials = self.media.all(media_pb.DialRequest)
                found = [dial for dial in dials if dial.contact_id == contact_id]
                if found:
                    return found[-1].operator_id
                await asyncio.sleep(LOOK_S)

    async def explained(self, contact_id: str, count: int) -> list[pb.Decision]:
        """Waits until so many decisions about a contact are told."""
        request = pb.ExplainDecisionRequest(contact_id=contact_id)
        who = bearer(role="supervisor", sub="usr_sato", clients=["cli_acme"])
        async with asyncio.timeout(30):
            while True:
                try:
                    told = await self.routing.ExplainDecision(request, metadata=who)
                except grpc.aio.AioRpcError as error:
                    waits = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE)
                    if error.code() not in waits:
                        raise
                else:
                    if len(told.decisions) >= count:
                        return list(told.decisions)
                await asyncio.sleep(LOOK_S)

    async def pick_up(self, contact_id: str, operator_id: str) -> None:
        talk = TalkStarted(leg_id=f"leg_{operator_id}", operator_id=operator_id, **NODE)
        await self.calls.tell(contact_id, talk)

    async def leg_ends(self, contact_id: str, operator_id: str, reason: LegEndReason) -> None:
        ended = OperatorLegEnded(
            leg_id=f"leg_{operator_id}", operator_id=operator_id, reason=reason, **NODE
        )
        await self.calls.tell(contact_id, ended)

    async def hang_up(self, contact_id: str) -> None:
        reason = CallEndReason.CUSTOMER_HUNG_UP
        await self.calls.tell(contact_id, CallEnded(reason=reason, **NODE))

    async def close_enquiry(self, contact_id: str, operator_id: str) -> None:
        closed = EnquiryClosed(
            outcome=EnquiryOutcome.HANDLED, reason_id="", operator_id=operator_id, answers=()
        )
        await self.enquiries.tell(contact_id, closed)

    async def history(self) -> list[Recorded[Event]]:
        """All that counts in the pool's stream, and that its sequence has no gap."""
        partition = partition_of(POOL_ID, POOL.partitions)
        parsed = [
            found
            for offset, value in await records_of(self._kafka, self._topic, partition)
            if (found := codec.history(offset, value, self._topic)) is not None
        ]
        records = [codec.decode(found, events_of("routing.pool")) for found in parsed]
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        return records

    async def pool(self) -> Pool:
        """The pool as anybody reads it from its stream."""
        return POOL.fold(POOL.initial, [record.data for record in await self.history()])  # type: ignore[misc]  # the stream holds the pool's events only

    async def until(self, states: dict[str, str], within_s: float = 30.0) -> Pool:
        """Waits until the operators are in these states (names of classes)."""
        seen: dict[str, str] = {}
        try:
            async with asyncio.timeout(within_s):
                while True:
                    pool = await self.pool()
                    seen = {
                        name: type(operator.status).__name__
                        for name, operator in pool.operators.items()
                    }
                    if states.items() <= seen.items():
                        return pool
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            raise AssertionError(f"operators are {seen}, not {states}") from error


async def again(ask: Callable[[], Awaitable[str]]) -> str:
    """Asks until routing is there to answer; the request is always the same one."""
    while True:
        try:
            return await ask()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
        await asyncio.sleep(LOOK_S)
