"""The phone's socket, and recordings in parts."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any

import grpc
import pytest
from tests.component.gateway.centre import Gateway
from tests.harness.web import Browser
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.recording.v1 import recording_service_pb2 as recording
from sasayaki_gateway.web import phone_socket

WATCH = "MediaService/WatchPhone"
CONNECT = "MediaService/ConnectBrowser"
WAV = struct.pack("<4sI4s", b"RIFF", 992, b"WAVE") + bytes(range(256)) * 3 + bytes(220)


def socket(gateway: Gateway, browser: Browser, origin: str = "") -> connect:
    cookie = browser.http.cookies.get("sasayaki_session", "")
    return connect(
        f"ws://{gateway.address}/api/phone",
        origin=origin or f"http://{gateway.address}",  # type: ignore[arg-type]  # a NewType of str
        additional_headers={"Cookie": f"sasayaki_session={cookie}"},
    )


async def said(phone: ClientConnection) -> Any:
    async with asyncio.timeout(10):
        return json.loads(await phone.recv())


async def close_code(phone: ClientConnection) -> int | None:
    async with asyncio.timeout(15):
        try:
            while True:
                await phone.recv()
        except ConnectionClosed:
            return phone.close_code


async def test_the_phone_says_what_it_is_at_once_and_after_each_change(gateway: Gateway) -> None:
    gateway.services.first[WATCH] = media.WatchPhoneResponse(browser=media.BROWSER_STATE_NONE)
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        first = await said(phone)
        leg = media.PhoneLeg(contact_id="con_a", state=media.PHONE_LEG_STATE_RINGING)
        ringing = media.WatchPhoneResponse(browser=media.BROWSER_STATE_CONNECTED, legs=[leg])
        await gateway.services.tell(WATCH, ringing)
        second = await said(phone)

    assert (first["type"], first["browser"], first["legs"]) == ("phone", "BROWSER_STATE_NONE", [])
    assert second["legs"][0]["state"] == "PHONE_LEG_STATE_RINGING"


async def test_a_socket_that_is_still_says_again_what_the_phone_is(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_socket, "LOOK_S", 0.05)
    gateway.services.first[WATCH] = media.WatchPhoneResponse(browser=media.BROWSER_STATE_NONE)
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        assert await said(phone) == await said(phone) == await said(phone)


async def test_an_offer_is_answered_and_a_press_reaches_media(gateway: Gateway) -> None:
    gateway.services.answers[CONNECT] = media.ConnectBrowserResponse(
        connection_id="brc_1", sdp_answer="v=0 answer"
    )
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        await said(phone)
        await phone.send(json.dumps({"type": "offer", "sdp": "v=0 offer"}))
        answer = await said(phone)
        await phone.send(json.dumps({"type": "mute", "contactId": "con_a", "muted": True}))
        while gateway.services.asked[-1][0] != "MediaService/Mute":
            await asyncio.sleep(0.01)

    assert answer == {"type": "answer", "connectionId": "brc_1", "sdp": "v=0 answer"}
    _, who, mute = gateway.services.asked[-1]
    assert who.user_id == "usr_operator"
    assert isinstance(mute, media.MuteRequest)
    assert (mute.contact_id, mute.muted) == ("con_a", True)
    assert mute.request_id


async def test_what_media_refuses_is_said_and_the_socket_stays_open(gateway: Gateway) -> None:
    refusal = (grpc.StatusCode.FAILED_PRECONDITION, "NOT_RINGING")
    gateway.services.answers["MediaService/PickUp"] = refusal
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        await said(phone)
        await phone.send(json.dumps({"type": "pick_up", "contactId": "con_a"}))
        refused = await said(phone)
        await phone.send("not even JSON")
        nonsense = await said(phone)

    assert (refused["type"], refused["reason"], refused["about"]) == (
        "error",
        "NOT_RINGING",
        "pick_up",
    )
    assert nonsense["code"] == "INVALID_ARGUMENT"


async def test_bytes_are_refused_like_any_nonsense_and_the_socket_stays_open(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        await said(phone)
        await phone.send(b"\x00\xff")
        nonsense = await said(phone)
        await phone.send("not even JSON")
        again = await said(phone)

    assert [nonsense["code"], again["code"]] == ["INVALID_ARGUMENT", "INVALID_ARGUMENT"]


async def test_a_second_tab_takes_the_phone_over_and_the_first_is_told(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        async with socket(gateway, browser) as first:
            await said(first)
            async with socket(gateway, browser) as second:
                await said(second)
                assert await close_code(first) == 4001
                await second.send("still mine?")
                assert (await said(second))["type"] == "error"


async def test_signing_out_closes_the_socket_and_hangs_up(gateway: Gateway) -> None:
    gateway.services.answers[CONNECT] = media.ConnectBrowserResponse(connection_id="brc_1")
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        await phone.send(json.dumps({"type": "offer", "sdp": "v=0"}))
        while (await said(phone))["type"] != "answer":
            pass
        assert (await browser.write("DELETE", "/api/session", None)).status_code == 204
        assert await close_code(phone) == 4002

    name, _, request = gateway.services.asked[-1]
    assert name == "MediaService/DisconnectBrowser"
    assert isinstance(request, media.DisconnectBrowserRequest)
    assert request.connection_id == "brc_1"


async def test_a_page_that_is_not_ours_gets_no_socket(gateway: Gateway) -> None:
    from websockets.exceptions import InvalidStatus

    async with gateway.browser("usr_operator") as browser:
        with pytest.raises(InvalidStatus):
            await socket(gateway, browser, "https://evil.example")
    async with gateway.browser() as nobody:
        with pytest.raises(InvalidStatus):
            await socket(gateway, nobody)


async def test_one_who_presses_all_the_time_is_let_go(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser, socket(gateway, browser) as phone:
        for _ in range(60):
            await phone.send("{}")
        assert await close_code(phone) == 1008


def stored(gateway: Gateway) -> None:
    chunks = [WAV[at : at + 100] for at in range(0, len(WAV), 100)]
    gateway.services.answers["RecordingService/GetRecording"] = [  # type: ignore[assignment]
        recording.GetRecordingResponse(chunk=chunk) for chunk in chunks
    ]


async def test_a_recording_comes_whole_or_in_the_part_that_is_asked_for(gateway: Gateway) -> None:
    stored(gateway)
    async with gateway.browser("usr_supervisor") as browser:
        path = "/api/recordings/con_a.wav"
        whole = await browser.http.get(path)
        part = await browser.http.get(path, headers={"Range": "bytes=150-349"})
        end = await browser.http.get(path, headers={"Range": "bytes=-10"})
        beyond = await browser.http.get(path, headers={"Range": "bytes=5000-"})

    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, WAV, "bytes")
    assert (part.status_code, part.content) == (206, WAV[150:350])
    assert part.headers["content-range"] == f"bytes 150-349/{len(WAV)}"
    assert end.content == WAV[-10:]
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(WAV)}")


async def test_a_recording_is_its_services_to_refuse(gateway: Gateway) -> None:
    stored(gateway)
    async with gateway.browser("usr_operator") as browser:
        assert (await browser.http.get("/api/recordings/con_a.wav")).status_code == 403
