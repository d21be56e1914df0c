"""Nobody is called at the centre's cost who should not be, and each attempt raises an alarm.

The trunk for calls out is a socket of the test: what reaches it is a call out.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from tests.e2e.centre import Centre, centre
from tests.harness.foreigners import ForeignPhones, write_tone
from tests.harness.running import Running, running_platform

from sasayaki.callreason.v1 import callreason_service_pb2 as callreason_pb
from sasayaki.media.v1 import media_service_pb2 as media_pb
from sasayaki.routing.v1 import pool_events_pb2 as pool_pb
from sasayaki.routing.v1 import routing_service_pb2 as routing_pb
from sasayaki_demo.examine import NUMBER, VOICES
from sasayaki_demo.people import Platform, connected
from sasayaki_demo.topics import read_topics

OPERATOR, ADMIN, SERVICE = "usr_op01", "usr_admin", "svc_callreason"
CLIENT = "cli_check"
ALLOWED, FOREIGN, PREMIUM = "+81312300001", "+88213000001", "+81990000001"
ALARM_S = 5.0
OUT_S = 5.0
FLOW = """\
flow: flw_check
start: guidance
steps:
  guidance: {kind: announce, prompt: guidance, guidance: true, next: out}
  out: {kind: transfer_out, number: "%s", otherwise: goodbye}
  goodbye: {kind: hang_up}
"""


class Trunk:
    """A UDP socket that stands for the telephone network, and what has reached it."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.invites: list[str] = []

    def look(self) -> list[str]:
        """The request lines of all INVITEs so far."""
        while True:
            try:
                message = self._socket.recv(65536)
            except BlockingIOError:
                return self.invites
            line = message.split(b"\r\n", 1)[0].decode()
            if line.startswith("INVITE"):
                self.invites.append(line)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def connected_to(trunk: Trunk, folder: Path) -> Iterator[Running]:
    """A platform whose calls out go to the trunk; phones and callers come from this machine."""
    names = folder / "trunks.json"
    named = {"name": "test", "sources": ["127.0.0.0/8"], "outbound": trunk.address}
    names.write_text(json.dumps({"trunks": [{**named, "calls_max": 10}]}))
    with running_platform(SASAYAKI_NODE_TRUNKS=str(names)) as running:
        yield running


@pytest.fixture(scope="module")
def trunk() -> Iterator[Trunk]:
    made = Trunk()
    yield made
    made.close()


@pytest.fixture(scope="module")
def centre_with_trunk(trunk: Trunk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with connected_to(trunk, tmp_path_factory.mktemp("trunk")) as running:
        yield running


async def alarm(running: Running, refusal: str, since: float) -> dict[str, Any]:
    """The first refusal of a kind since then; it must have been told in time."""
    async with asyncio.timeout(20):
        while True:
            for record in await read_topics(running.endpoints.kafka):
                if record.is_history and record.name == "OutboundRefused":
                    at = _seconds(record.event["time"])
                    if record.data["refusal"].endswith(refusal) and at >= since:
                        assert at - since <= ALARM_S
                        return record.data
            await asyncio.sleep(0.2)


async def newest_contact(running: Running) -> str:
    """The contact that arrived last."""
    records = await read_topics(running.endpoints.kafka)
    arrived = [r for r in records if r.is_history and r.name == "CallArrived"]
    return str(max(arrived, key=lambda record: record.event["time"]).event["subject"])


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


async def ask(platform: Platform, running: Running, user: str, method: Any, request: Any) -> Any:
    token = running.endpoints.tokens[user]
    return await method(request, metadata=(("authorization", f"Bearer {token}"),), timeout=10)


async def allow(at: Centre, *prefixes: str) -> None:
    """Lets the company call numbers with these prefixes."""
    rule = media_pb.SetOutboundRuleRequest(
        request_id=f"rule-{time.time_ns()}",
        client_id=CLIENT,
        prefixes=prefixes,
        concurrent_max=5,
        per_minute_max=50,
        per_day_max=500,
    )
    await at.ask(ADMIN, at.platform.media.SetOutboundRule, rule)


def out(contact_id: str, number: str) -> media_pb.DialOutsideRequest:
    return media_pb.DialOutsideRequest(
        request_id=f"out-{time.time_ns()}", contact_id=contact_id, number=number
    )


async def refused(at: Centre, user: str, contact_id: str, number: str) -> str:
    """The words with which a call out is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await at.ask(user, at.platform.media.DialOutside, out(contact_id, number))
    assert error.value.code() is grpc.StatusCode.PERMISSION_DENIED
    return str(error.value.details())


async def test_a_call_out_needs_a_right_a_rule_and_a_number(
    centre_with_trunk: Running, trunk: Trunk, tmp_path: Path
) -> None:
    running = centre_with_trunk
    async with centre(running, tmp_path) as at:
        await at.operator(OPERATOR)
        talk = await at.talk("wanted", "+819040000091", OPERATOR)
        await allow(at)
        began = time.time()
        await refused(at, SERVICE, talk.contact_id, ALLOWED)
        await alarm(running, "NUMBER_NOT_ALLOWED", began)
        await allow(at, "+813")
        for number in (FOREIGN, PREMIUM):
            began = time.time()
            await refused(at, SERVICE, talk.contact_id, number)
            await alarm(running, "NUMBER_NOT_ALLOWED", began)
        began = time.time()
        await refused(at, OPERATOR, talk.contact_id, ALLOWED)
        told = await alarm(running, "NO_RIGHT", began)
        assert told["operator_id"] == OPERATOR
        await at.hang_up("wanted")
        await at.wrap_up(OPERATOR)
        assert trunk.look() == []

        # What is allowed does go out: the trunk would have told.
        await at.customer("allowed", "+819040000093")
        contact_id = await newest_contact(running)
        await at.ask(SERVICE, at.platform.media.DialOutside, out(contact_id, ALLOWED))
        async with asyncio.timeout(OUT_S):
            while not trunk.look():
                await asyncio.sleep(0.05)
        assert ALLOWED in trunk.invites[0]
        await at.hang_up("allowed")


async def test_a_phone_that_gives_another_name_than_its_own_reaches_nobody(
    centre_with_trunk: Running, trunk: Trunk, tmp_path: Path
) -> None:
    running = centre_with_trunk
    before = set(trunk.look())
    async with centre(running, tmp_path) as at:
        secret = running.endpoints.sip_secrets[OPERATOR]
        await at.phones.register(OPERATOR, secret, VOICES.operator)
        since, began = at.phones.position, time.time()
        await at.phones.do("call", phone=OPERATOR, to=FOREIGN, **{"from": "usr_op02"})
        answer = await at.phones.wait(OPERATOR, "refused", "established", since=since)
        assert (answer["event"], answer["code"]) == ("refused", 403)
        await alarm(running, "FORGED_FROM", began)
    assert set(trunk.look()) == before


async def test_a_transfer_by_a_phone_to_somewhere_outside_is_refused(
    centre_with_trunk: Running, trunk: Trunk, tmp_path: Path
) -> None:
    running = centre_with_trunk
    before = set(trunk.look())
    phones = await ForeignPhones.start()
    try:
        async with connected(running.endpoints) as platform, centre(running, tmp_path) as at:
            await phones.do(
                "phone",
                "operator",
                user=OPERATOR,
                server=running.endpoints.sip,
                secret=running.endpoints.sip_secrets[OPERATOR],
                tone=str(write_tone(tmp_path / "o.wav", 850.0)),
            )
            await phones.wait("registered", "operator")
            await ready(platform, running)
            since = at.phones.position
            await at.phones.add("customer", VOICES.customer, record=True)
            await at.phones.call("customer", NUMBER, "+819040000092")
            await at.phones.wait("customer", "established", since=since, within_s=20)
            await asyncio.sleep(2.2)
            await at.phones.do("dtmf", phone="customer", digits="2")
            await phones.wait("established", "operator")
            began = time.time()
            await phones.do("refer", "operator", to=f"sip:{FOREIGN}@198.51.100.7")
            while not (told := await phones.wait("transferred", "operator"))["final"]:
                pass
            assert told["code"] >= 400
            await alarm(running, "REFER_OUTSIDE", began)
            await at.hang_up("customer")
    finally:
        await phones.stop()
    assert set(trunk.look()) == before


async def ready(platform: Platform, running: Running) -> None:
    asked = routing_pb.SetOperatorStateRequest(
        request_id=f"ready-{time.time_ns()}", state=pool_pb.OPERATOR_STATE_READY
    )
    await ask(platform, running, OPERATOR, platform.routing.SetOperatorState, asked)


@pytest.mark.parametrize("number", ["{{dtmf}}", "{digits}", "${caller}", "81312300001", "110"])
async def test_a_flow_that_would_call_what_a_customer_keys_is_not_published(
    centre_with_trunk: Running, trunk: Trunk, number: str
) -> None:
    running = centre_with_trunk
    before = set(trunk.look())
    async with connected(running.endpoints) as platform:
        asked = callreason_pb.PublishFlowRequest(
            request_id=f"flow-{number}",
            client_id=CLIENT,
            source=FLOW % number,
            prompts={"guidance": "ab" * 32},
        )
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await ask(platform, running, ADMIN, platform.callreason.PublishFlow, asked)
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "line 5" in str(error.value.details())
    assert set(trunk.look()) == before
