"""Signing in, staying in, getting out; and what other pages and strangers may not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from prometheus_client import REGISTRY
from tests.component.gateway.centre import (
    PASSWORD,
    Gateway,
    Services,
    gateway_over,
    give_passwords,
    signed_in_by_password,
)

from sasayaki_tools.platform.identity import Keys


@pytest.fixture
def people(tmp_path: Path) -> None:
    """Everybody has a password."""
    give_passwords(tmp_path)


async def test_a_session_says_who_is_signed_in_and_its_cookie_is_the_browsers_alone(
    gateway: Gateway,
) -> None:
    async with gateway.browser() as browser:
        answer = await browser.sign_in("usr_operator")
        again = await browser.http.get("/api/session")

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert again.json() == answer.json()
    assert answer.json()["user"] == {
        "userId": "usr_operator",
        "name": "人 operator",
        "furigana": "",
        "nameEn": "",
        "role": "operator",
        "teamId": "",
        "clientIds": ["cli_a"],
    }


async def test_signing_in_gives_a_new_cookie_and_ends_the_session_of_the_old_one(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_operator") as browser, gateway.browser() as thief:
        planted = browser.http.cookies["sasayaki_session"]
        thief.http.cookies.set("sasayaki_session", planted)
        await browser.sign_in("usr_operator")

        assert browser.http.cookies["sasayaki_session"] != planted
        assert (await thief.http.get("/api/session")).status_code == 401


async def test_after_signing_out_the_cookie_is_worth_nothing(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        cookie = browser.http.cookies["sasayaki_session"]
        assert (await browser.write("DELETE", "/api/session", None)).status_code == 204
        browser.http.cookies.set("sasayaki_session", cookie)
        assert (await browser.http.get("/api/session")).status_code == 401


@pytest.mark.usefixtures("people")
async def test_a_password_signs_in_and_a_wrong_one_does_not(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        assert await signed_in_by_password(browser, "usr_operator", "no") == 401
        assert await signed_in_by_password(browser, "nobody", PASSWORD) == 401
        assert await signed_in_by_password(browser, "operator", PASSWORD) == 200


@pytest.mark.usefixtures("people")
async def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        for _ in range(5):
            assert await signed_in_by_password(browser, "usr_operator", "wrong") == 401
        assert await signed_in_by_password(browser, "usr_operator", PASSWORD) == 429
        assert await signed_in_by_password(browser, "usr_manager", PASSWORD) == 200


async def test_without_the_demo_no_click_signs_in(
    services: Services, keys: Keys, tmp_path: Path
) -> None:
    async with gateway_over(services, keys, tmp_path, demo=False) as gateway:
        async with gateway.browser() as browser:
            assert (await browser.http.get("/api/session/demo")).status_code == 404
            assert (await browser.sign_in("usr_operator")).status_code == 404


async def test_a_write_without_the_sessions_token_is_refused(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        browser.csrf = ""
        assert (await browser.rpc("RoutingService/SetOperatorState")).json()["reason"] == "CSRF"
        browser.csrf = "guessed"
        assert (await browser.rpc("RoutingService/SetOperatorState")).status_code == 403
    assert gateway.services.asked == []


async def test_a_request_that_another_page_makes_is_refused(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        headers = {"Origin": "https://evil.example", "X-Sasayaki-Csrf": browser.csrf}
        rpc = "/api/rpc/RoutingService/SetOperatorState"
        refused = await browser.http.post(rpc, json={}, headers=headers)
        signing_in = await browser.http.post(
            "/api/session/demo", json={"userId": "usr_admin"}, headers=headers
        )

    assert (refused.status_code, refused.json()["reason"]) == (403, "ORIGIN")
    assert signing_in.status_code == 403


async def test_a_name_that_is_not_ours_reaches_nothing(gateway: Gateway) -> None:
    async with AsyncClient(base_url=f"http://{gateway.address}") as http:
        answer = await http.get("/api/session/demo", headers={"Host": "evil.example"})

    assert answer.status_code == 421


async def test_a_body_that_is_no_json_or_too_large_is_refused_before_its_route(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_operator") as browser:
        rpc, csrf = "/api/rpc/MediaService/Hold", {"X-Sasayaki-Csrf": browser.csrf}
        form = await browser.http.post(rpc, data={"contactId": "con_x"}, headers=csrf)
        kind = {**csrf, "Content-Type": "application/json"}
        large = await browser.http.post(rpc, content=b"x" * (1024 * 1024 + 1), headers=kind)

        async def pieces():  # type: ignore[no-untyped-def]
            for _ in range(20):
                yield b"x" * 100_000

        chunked = await browser.http.post(rpc, content=pieces(), headers=kind)

    assert (form.status_code, large.status_code, chunked.status_code) == (415, 413, 413)


async def test_an_idle_session_is_over_but_not_while_a_stream_is_open(
    services: Services, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway import parts

    skipped_s = 0.0
    real = parts.time.time
    monkeypatch.setattr(parts, "time", type("Clock", (), {"time": lambda: real() + skipped_s}))
    before = REGISTRY.get_sample_value("sasayaki_gateway_streams")
    async with gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_supervisor") as browser:
            async with gateway.events(browser, "MonitoringService/WatchFloor") as events:
                await anext(events)
                skipped_s = 31 * 60
                assert (await browser.http.get("/api/session")).status_code == 200
            while REGISTRY.get_sample_value("sasayaki_gateway_streams") != before:
                await asyncio.sleep(0.02)
            skipped_s = 63 * 60
            assert (await browser.http.get("/api/session")).status_code == 401


async def test_a_session_is_over_after_twelve_hours_whatever_is_done(
    services: Services, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway import parts

    skipped_s = 0.0
    real = parts.time.time
    monkeypatch.setattr(parts, "time", type("Clock", (), {"time": lambda: real() + skipped_s}))
    async with gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_supervisor") as browser:
            for quarter in range(1, 48):
                skipped_s = quarter * 15 * 60
                assert (await browser.http.get("/api/session")).status_code == 200
            skipped_s = 12 * 3600
            assert (await browser.http.get("/api/session")).status_code == 401


async def test_a_restart_signs_nobody_out(services: Services, keys: Keys, tmp_path: Path) -> None:
    async with gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_operator") as browser:
            cookie = browser.http.cookies["sasayaki_session"]
    async with gateway_over(services, keys, tmp_path) as gateway, gateway.browser() as browser:
        browser.http.cookies.set("sasayaki_session", cookie)
        assert (await browser.http.get("/api/session")).status_code == 200


async def test_no_file_of_the_gateway_holds_a_cookie_or_a_password(
    services: Services, keys: Keys, tmp_path: Path
) -> None:
    async with gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_admin") as browser:
            cookie = browser.http.cookies["sasayaki_session"]
            made = {"userId": "usr_new", "name": "新", "role": "operator", "password": PASSWORD}
            assert (await browser.write("POST", "/api/accounts", made)).status_code == 200
    await asyncio.sleep(0)
    kept = b"".join(each.read_bytes() for each in (tmp_path / "gateway").iterdir())
    assert cookie.encode() not in kept
    assert PASSWORD.encode() not in kept


async def test_every_answer_carries_the_headers_that_keep_scripts_out(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        for path in ("/", "/api/session", "/api/nothing"):
            headers = (await browser.http.get(path)).headers
            policy = headers["content-security-policy"]
            assert ("sandbox" if path.startswith("/api/") else "script-src 'self';") in policy
            assert "object-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"


async def test_more_streams_than_a_person_needs_are_refused(gateway: Gateway) -> None:
    from contextlib import AsyncExitStack

    async with gateway.browser("usr_operator") as browser, AsyncExitStack() as open_streams:
        kept = []  # a stream that nobody holds is closed
        for _ in range(16):
            events = gateway.events(browser, "RoutingService/WatchDesk")
            kept.append(await open_streams.enter_async_context(events))
            await anext(kept[-1])
        one_more = await browser.http.get("/api/stream/RoutingService/WatchDesk")

    assert (one_more.status_code, one_more.json()["reason"]) == (429, "TOO_MANY_STREAMS")
