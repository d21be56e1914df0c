"""Bad input: it is refused with a clear answer, and nobody else notices."""

from __future__ import annotations

import asyncio
import random
import socket
from pathlib import Path
from typing import Any

import grpc
import pytest
from tests.e2e.centre import centre
from tests.harness.running import Running

from sasayaki.media.v1.call_events_pb2 import (
    SUPERVISION_MODE_LISTEN,
    SUPERVISION_MODE_UNSPECIFIED,
)
from sasayaki.monitoring.v1 import monitoring_service_pb2 as monitoring_pb
from sasayaki.monitoring.v1.supervision_events_pb2 import PURPOSE_HELP, PURPOSE_UNSPECIFIED
from sasayaki.routing.v1 import routing_service_pb2 as routing_pb
from sasayaki_demo.bots import OPERATOR_HZ
from sasayaki_demo.checks import UNWANTED_DBFS, read_wav
from sasayaki_demo.examine import VOICES
from sasayaki_demo.people import Supervisor, connected
from sasayaki_demo.sound import level, read_packets

FOREIGN_HZ = 2000.0
OPTIONS = (
    "OPTIONS sip:sasayaki SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{n}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:probe@{here}>;tag=p{n}\r\nTo: <sip:sasayaki>\r\n"
    "Call-ID: probe-{n}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def _answers(server: str, n: int) -> bool:
    """Returns whether a lawful OPTIONS is answered within half a second."""
    host, _, port = server.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        probe.settimeout(0.5)
        here = f"127.0.0.1:{probe.getsockname()[1]}"
        probe.sendto(OPTIONS.format(here=here, n=n).encode(), (host, int(port)))
        try:
            return probe.recv(2048).startswith(b"SIP/2.0 200")
        except TimeoutError:
            return False


def test_mangled_sip_never_stalls_the_node(running: Running) -> None:
    chance = random.Random(7)
    lawful = OPTIONS.format(here="127.0.0.1:9", n=0).encode().replace(b"OPTIONS", b"INVITE")
    host, _, port = running.endpoints.sip.partition(":")
    unanswered = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        attacker.bind(("127.0.0.1", 0))
        for round_ in range(50):
            for _ in range(20):
                junk = bytearray(lawful)
                for _ in range(chance.randrange(1, 12)):
                    junk[chance.randrange(len(junk))] = chance.randrange(256)
                attacker.sendto(bytes(junk[: chance.randrange(1, len(junk))]), (host, int(port)))
            if not _answers(running.endpoints.sip, round_):
                unanswered.append(round_)
    assert unanswered == []


async def test_a_wrong_secret_gets_401_and_nothing_else(running: Running, tmp_path: Path) -> None:
    async with centre(running, tmp_path) as at:
        await at.phones.add(
            "impostor", VOICES.operator, user="usr_op01", secret="wrong", register=True
        )
        told = await at.phones.wait("impostor", "registered", "register_failed")
    assert (told["event"], told["code"]) == ("register_failed", 401)


async def test_sound_from_a_foreign_address_is_neither_heard_nor_recorded(
    running: Running, tmp_path: Path
) -> None:
    async with centre(running, tmp_path) as at:
        await at.operator("usr_op01")
        talk = await at.talk("victim", "+819050000001", "usr_op01")
        await at.phones.do(
            "send_foreign", phone="victim", sound={"tone": FOREIGN_HZ}, ms=1000, mimic=True
        )
        await asyncio.sleep(1.5)
        await at.hang_up("victim")
        await at.wrap_up("usr_op01")
        heard = read_packets(talk.operator_rx).samples()
        recording = read_wav(await _finished_recording(at, talk.contact_id))
    assert level(heard[-12000:], FOREIGN_HZ) < UNWANTED_DBFS
    assert level(recording["customer"], FOREIGN_HZ) < UNWANTED_DBFS
    assert level(read_packets(talk.customer_rx).samples()[-8000:], OPERATOR_HZ) > -25


async def _finished_recording(at: Any, contact_id: str) -> bytes:
    supervisor = Supervisor("usr_sv01", at.platform, at.ledger)
    async with asyncio.timeout(15):
        while True:
            if await supervisor.recording_finished(contact_id):
                return await supervisor.recording(contact_id)
            await asyncio.sleep(0.2)


async def _refusal(running: Running, token: str | None, request: Any, method: str) -> Any:
    """Returns the status and message that a call with a token gets."""
    metadata = (("authorization", f"Bearer {token}"),) if token is not None else ()
    async with connected(running.endpoints) as platform:
        service, _, name = method.partition(".")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await getattr(getattr(platform, service), name)(request, metadata=metadata, timeout=5)
    return refused.value.code(), refused.value.details()


def start(**changes: Any) -> monitoring_pb.StartSupervisionRequest:
    """A lawful request for a contact that there is not, but for the changes."""
    lawful = {
        "request_id": "r1",
        "contact_id": "con_x",
        "mode": SUPERVISION_MODE_LISTEN,
        "purpose": PURPOSE_HELP,
    }
    return monitoring_pb.StartSupervisionRequest(**{**lawful, **changes})


@pytest.mark.parametrize("token", [None, "", "garbage", "a.b.c"])
async def test_a_bad_token_is_unauthenticated(running: Running, token: str | None) -> None:
    code, _ = await _refusal(running, token, start(), "monitoring.StartSupervision")
    assert code == grpc.StatusCode.UNAUTHENTICATED


async def test_an_operator_may_not_supervise(running: Running) -> None:
    token = running.endpoints.tokens["usr_op01"]
    code, _ = await _refusal(running, token, start(), "monitoring.StartSupervision")
    assert code == grpc.StatusCode.PERMISSION_DENIED


async def test_an_operator_may_not_change_profiles(running: Running) -> None:
    token = running.endpoints.tokens["usr_op01"]
    request = routing_pb.PutOperatorRequest(request_id="r2", operator_id="usr_op01")
    code, _ = await _refusal(running, token, request, "routing.PutOperator")
    assert code == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("request_id", ""),
        ("request_id", "r" * 129),
        ("contact_id", ""),
        ("mode", SUPERVISION_MODE_UNSPECIFIED),
        ("purpose", PURPOSE_UNSPECIFIED),
    ],
)
async def test_an_invalid_request_is_refused_with_the_field(
    running: Running, field: str, value: Any
) -> None:
    token = running.endpoints.tokens["usr_sv01"]
    request = start(**{field: value})
    code, message = await _refusal(running, token, request, "monitoring.StartSupervision")
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert field in message
