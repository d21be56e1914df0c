"""Reactors on a real broker: at least once, in order, and nobody waits for a stranger's peer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from aiokafka import AIOKafkaProducer
from tests.harness.counter import COUNTER, Add, SetTimer
from tests.harness.kafka import records_of
from tests.harness.peer import RIGHTS, EndContacts, Routing, counting_service, settings, stubs
from tests.harness.tokens import OURS
from tests.harness.waiting import until

from sasayaki_chassis.identity import Verifier
from sasayaki_chassis.owner import Meta
from sasayaki_chassis.rpc import Server
from sasayaki_chassis.service import Built, running

META = Meta("out_test")


class Platform:
    """A peer that can go away and come back at its address, and a service that reacts to counts."""

    def __init__(self, kafka: str, prefix: str, folder: Path) -> None:
        self.peer = Routing(None)
        self.kafka = kafka
        self.prefix = prefix
        self._folder = folder
        self._address = "127.0.0.1:0"

    @asynccontextmanager
    async def peer_is_there(self) -> AsyncIterator[None]:
        server = Server(Verifier(OURS.as_pem(private=False)), RIGHTS)
        stubs.add_RoutingServiceServicer_to_server(self.peer, server.grpc)
        self._address = f"127.0.0.1:{await server.start(self._address)}"
        server.open_gate()
        try:
            yield
        finally:
            await server.grpc.stop(0)

    @asynccontextmanager
    async def reacting(self) -> AsyncIterator[tuple[Built, EndContacts]]:
        chosen = settings(self.kafka, self.prefix, self._folder, routing_address=self._address)
        reactor = EndContacts()
        async with running(counting_service(chosen, reactors=(reactor,))) as built:
            yield built, reactor

    def heard(self) -> list[str]:
        return [request.contact_id for request in self.peer.heard]

    async def dead_letters(self) -> list[dict[str, object]]:
        return [
            json.loads(value)
            for partition in range(6)
            for _, value in await records_of(
                self.kafka, f"{self.prefix}test.dead-letters", partition
            )
        ]


@pytest.fixture
def platform(kafka: str, topic_prefix: str, tmp_path: Path) -> Platform:
    return Platform(kafka, topic_prefix, tmp_path)


async def count(built: Built, stream: str, request_id: str, times: int = 1) -> None:
    command = Add(times)
    await built.owners[COUNTER.stream].handle(stream, command, request_id=request_id, meta=META)


async def test_each_request_is_named_by_its_record_reactor_and_place(
    platform: Platform,
) -> None:
    async with platform.peer_is_there(), platform.reacting() as (built, _):
        await count(built, "con_1", "a", times=2)
        await until(lambda: len(platform.peer.heard) == 3)
    ids = [request.request_id for request in platform.peer.heard]
    first, second = ids[0].split("/")[0], ids[1].split("/")[0]
    assert ids == [f"{first}/end-contacts/0"] + [f"{second}/end-contacts/{n}" for n in (0, 1)]
    assert first != second


async def test_what_was_answered_is_not_sent_again_after_a_restart(platform: Platform) -> None:
    async with platform.peer_is_there():
        async with platform.reacting() as (built, _):
            await count(built, "con_1", "a")
            await until(lambda: len(platform.peer.heard) == 1)
        async with platform.reacting() as (built, reactor):
            assert reactor.seen == 1, "its memory is rebuilt by replay"
            await count(built, "con_2", "b")
            await until(lambda: len(platform.peer.heard) == 2)
    assert platform.heard() == ["con_1", "con_2"]


async def test_what_was_not_answered_is_sent_again_after_a_restart_with_the_same_id(
    platform: Platform,
) -> None:
    platform.peer.answers["con_1"] = grpc.StatusCode.UNAVAILABLE
    async with platform.peer_is_there():
        async with platform.reacting() as (built, _):
            await count(built, "con_1", "a")
            await until(lambda: len(platform.peer.heard) > 1)
        platform.peer.answers.clear()
        before = len(platform.peer.heard)
        async with platform.reacting():
            await until(lambda: len(platform.peer.heard) > before)
    assert len({request.request_id for request in platform.peer.heard}) == 1


async def test_a_peer_that_comes_back_gets_what_it_missed(platform: Platform) -> None:
    async with platform.peer_is_there():
        pass
    async with platform.reacting() as (built, _):
        await count(built, "con_1", "a")
        await count(built, "con_1", "b")
        async with platform.peer_is_there():
            await until(lambda: platform.heard() == ["con_1"] * 3)
    assert await platform.dead_letters() == []


async def test_one_slow_stream_holds_up_no_other(platform: Platform) -> None:
    platform.peer.answers["con_slow"] = grpc.StatusCode.UNAVAILABLE
    async with platform.peer_is_there(), platform.reacting() as (built, _):
        await count(built, "con_slow", "a")
        await until(lambda: "con_slow" in platform.heard())
        for number in range(20):
            await count(built, f"con_{number}", "a")
        await until(lambda: {f"con_{n}" for n in range(20)} <= set(platform.heard()))


async def test_requests_of_one_stream_stay_in_order_through_retries(platform: Platform) -> None:
    platform.peer.answers["con_1"] = grpc.StatusCode.UNAVAILABLE
    async with platform.peer_is_there(), platform.reacting() as (built, _):
        await count(built, "con_1", "a", times=3)
        await until(lambda: len(platform.peer.heard) > 2)
        platform.peer.answers.clear()
        await until(lambda: len({request.request_id for request in platform.peer.heard}) == 6)
    places = [request.request_id for request in platform.peer.heard]
    assert places == sorted(places), "record ids sort by age"


@pytest.mark.parametrize("code", ["FAILED_PRECONDITION", "NOT_FOUND", "INVALID_ARGUMENT"])
async def test_what_the_peer_refuses_for_good_becomes_a_dead_letter(
    platform: Platform, code: str
) -> None:
    platform.peer.answers["con_1"] = grpc.StatusCode[code]
    async with platform.peer_is_there(), platform.reacting() as (built, _):
        await count(built, "con_1", "a")
        await count(built, "con_2", "a")
        await until(lambda: sorted(platform.heard()) == ["con_1", "con_2"])
        letters: list[dict[str, object]] = []
        async with asyncio.timeout(20):
            while not letters:
                letters = await platform.dead_letters()
    (letter,) = letters
    assert letter["reason"] == code
    assert letter["follower"] == "test.end-contacts"
    assert letter["request"] == "sasayaki.routing.v1.EndContactRequest"
    assert letter["topic"] == f"{platform.prefix}{COUNTER.stream}"


async def test_a_refusal_of_what_has_become_pointless_is_an_answer(platform: Platform) -> None:
    for contact_id, reason in (("con_1", "OVER"), ("con_2", "NOT_OVER")):
        platform.peer.answers[contact_id] = grpc.StatusCode.FAILED_PRECONDITION
        platform.peer.reasons[contact_id] = reason
    async with platform.peer_is_there(), platform.reacting() as (built, _):
        await count(built, "con_1", "a")
        await until(lambda: platform.heard() == ["con_1"])
        await count(built, "con_2", "a")
        letters: list[dict[str, object]] = []
        async with asyncio.timeout(20):
            while not letters:
                letters = await platform.dead_letters()
    assert [letter["body"]["contact_id"] for letter in letters] == ["con_2"]  # type: ignore[index]


async def test_void_and_broken_records_change_nothing(platform: Platform) -> None:
    async with platform.peer_is_there(), platform.reacting() as (built, reactor):
        await count(built, "con_1", "a")
        await until(lambda: reactor.seen == 1)
        topic = f"{platform.prefix}{COUNTER.stream}"
        producer = AIOKafkaProducer(bootstrap_servers=platform.kafka)
        await producer.start()
        for partition in range(COUNTER.partitions):
            there = [value for _, value in await records_of(platform.kafka, topic, partition)]
            for value in (*there, b"", b"{", b'{"at": 0}', b"\xff", None):
                await producer.send_and_wait(topic, value, b"key", partition)
        await producer.stop()
        await count(built, "con_2", "a")
        await until(lambda: platform.heard() == ["con_1", "con_2"])
        assert reactor.seen == 2


async def test_other_events_call_for_nothing(platform: Platform) -> None:
    async with platform.peer_is_there(), platform.reacting() as (built, reactor):
        owners = built.owners[COUNTER.stream]
        await owners.handle("con_1", SetTimer(3600), request_id="a", meta=META)
        await until(lambda: reactor.seen == 1)
    assert platform.heard() == []
