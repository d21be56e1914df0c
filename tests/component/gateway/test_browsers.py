"""What browsers are told, and what other pages, proxies and faults of ours may not bring about."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from tests.component.gateway.centre import (
    PASSWORD,
    Gateway,
    Services,
    gateway_over,
    give_passwords,
    signed_in_by_password,
)
from tests.component.gateway.test_phone import stored

from sasayaki_chassis.telemetry import JsonLines
from sasayaki_tools.platform.identity import Keys

HTTPS = {"Host": "calls.example", "Origin": "https://calls.example"}


@pytest.fixture
async def by_tls(services: Services, keys: Keys, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway whose browsers come by https, over a proxy."""
    settings = {"origins": "https://calls.example"}
    async with gateway_over(services, keys, tmp_path, **settings) as found:
        yield found


async def test_by_tls_each_cookie_is_bound_to_this_host_and_to_tls(by_tls: Gateway) -> None:
    async with AsyncClient(base_url=f"http://{by_tls.address}", headers=HTTPS) as http:
        asked = {"userId": "usr_operator"}
        answer = await http.post("/api/session/demo", json=asked)
        cookie = answer.headers["set-cookie"]
        name, _, rest = cookie.partition("=")
        given = {"Cookie": f"{name}={rest.partition(';')[0]}"}
        signed_in = await http.get("/api/session", headers=given)
        csrf = {"X-Sasayaki-Csrf": answer.json()["csrf"]}
        gone = await http.request("DELETE", "/api/session", headers={**given, **csrf})

    assert name == "__Host-sasayaki_session"
    for each in (cookie, gone.headers["set-cookie"]):
        parts = {part.strip().lower() for part in each.split(";")}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert "domain" not in each.lower()
    assert "max-age=0" in gone.headers["set-cookie"].lower()
    assert signed_in.status_code == 200
    assert rest.partition(";")[0] not in answer.text


async def test_by_tls_browsers_are_told_to_come_by_nothing_else(by_tls: Gateway) -> None:
    async with AsyncClient(base_url=f"http://{by_tls.address}", headers=HTTPS) as http:
        for path in ("/", "/api/session", "/api/nothing"):
            told = (await http.get(path)).headers["strict-transport-security"]
            assert "includeSubDomains" in told
            assert int(told.split(";")[0].removeprefix("max-age=")) >= 31_536_000


async def test_what_is_no_page_is_shown_as_none(gateway: Gateway) -> None:
    stored(gateway)
    async with gateway.browser("usr_supervisor") as browser:
        answers = [
            await browser.http.get(path)
            for path in ("/api/session", "/api/people", "/api/nothing", "/api/recordings/con_a.wav")
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert policy.endswith("sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
    assert [each.headers["content-type"] for each in answers] == [
        *["application/json"] * 3,
        "audio/wav",
    ]


async def test_a_pages_policy_names_what_it_may_load_and_nothing_foreign(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        headers = (await browser.http.get("/")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["content-type"].endswith("charset=utf-8")


async def test_a_recording_is_a_file_whose_name_nobody_can_bend(gateway: Gateway) -> None:
    stored(gateway)
    async with gateway.browser("usr_supervisor") as browser:
        whole = await browser.http.get("/api/recordings/con_a.wav")
        bent = [
            await browser.http.get(f"/api/recordings/{name}.wav")
            for name in ("con_a%22;x=%22", "con_a%0d%0aX-Evil:1", "%2e%2e%2fpeople", "あ", "x" * 65)
        ]

    assert whole.headers["content-disposition"] == 'attachment; filename="con_a.wav"'
    assert {each.status_code for each in bent} == {404}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_browser_that_says_that_another_page_asks_reaches_nothing(
    gateway: Gateway, site: str
) -> None:
    async with gateway.browser("usr_operator") as browser:
        for path in ("/api/session", "/api/people", "/api/session/oidc"):
            answer = await browser.http.get(path, headers={"Sec-Fetch-Site": site})
            assert (answer.status_code, answer.json()["reason"]) == (403, "ORIGIN")
        own = await browser.http.get("/api/people", headers={"Sec-Fetch-Site": "same-origin"})
        page = await browser.http.get("/", headers={"Sec-Fetch-Site": site})

    assert own.status_code == 200
    assert page.status_code != 403


async def test_what_changes_something_is_never_asked_by_get(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        for path in ("/api/rpc/RoutingService/SetOperatorState", "/api/session/password"):
            for method in ("GET", "HEAD", "OPTIONS", "TRACE"):
                answer = await browser.http.request(method, path)
                assert answer.status_code in (404, 405), (method, path)
    assert gateway.services.asked == []


async def test_no_method_brings_back_what_was_sent(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        for path in ("/", "/api/session", "/api/people"):
            answer = await browser.http.request("TRACE", path, headers={"X-Secret": "abc"})
            assert answer.status_code == 405
            assert "abc" not in answer.text


async def test_a_request_with_two_lengths_is_refused_and_its_rest_is_no_request(
    gateway: Gateway,
) -> None:
    host, port = gateway.address.split(":")
    smuggled = "GET /api/session/ways HTTP/1.1\r\nHost: x\r\n\r\n"
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: {gateway.address}\r\n"
        "Content-Type: application/json\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
    )

    def ask() -> bytes:
        with socket.create_connection((host, int(port)), 5) as sock:
            sock.sendall((head + smuggled).encode())
            found = b""
            while piece := sock.recv(65_536):
                found += piece
            return found

    import asyncio

    answer = await asyncio.to_thread(ask)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_bug_says_nothing_of_itself_and_later_requests_are_served(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from sasayaki_gateway.web import account_routes

    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    async with gateway.browser("usr_admin") as browser:
        with monkeypatch.context() as patch:
            patch.setattr(account_routes, "shown_account", broken)
            answer = await browser.http.get("/api/accounts")
        assert (answer.status_code, answer.json()["reason"]) == (500, "BUG")
        assert "secret" not in answer.text
        assert any(each.levelname == "ERROR" and each.exc_info for each in caplog.records)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await browser.http.get("/api/accounts")).status_code == 200


async def test_a_service_that_is_away_is_said_and_nothing_is_let_through(
    services: Services, keys: Keys, tmp_path: Path
) -> None:
    services.address = "127.0.0.1:1"
    async with gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_operator") as browser:
            answer = await browser.rpc("RoutingService/SetOperatorState")
            assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
            assert (await browser.http.get("/api/session")).status_code == 200


async def test_who_asks_faster_than_people_do_has_to_wait(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway.sessions import paces

    monkeypatch.setattr(paces, "BURST_MOST", 5)
    monkeypatch.setattr(paces, "A_SECOND", 0.01)
    async with gateway.browser("usr_operator") as fast, gateway.browser("usr_manager") as other:
        statuses = [(await fast.http.get("/api/people")).status_code for _ in range(7)]
        refused = await fast.http.get("/api/people")
        assert statuses == [200] * 5 + [429] * 2
        assert refused.json()["reason"] == "TOO_FAST"
        assert int(refused.headers["retry-after"]) > 1
        assert (await other.http.get("/api/people")).status_code == 200


@pytest.mark.parametrize(("proxies", "locked"), [("", True), ("127.0.0.1", False)])
async def test_who_tries_passwords_is_said_by_a_trusted_proxy_and_by_nobody_else(
    services: Services,
    keys: Keys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    proxies: str,
    locked: bool,
) -> None:
    from sasayaki_gateway.accounts import attempts

    monkeypatch.setattr(attempts, "FREE_TRIES_OF_ADDRESS", 2)
    give_passwords(tmp_path)
    async with gateway_over(services, keys, tmp_path, trusted_proxies=proxies) as gateway:
        async with gateway.browser() as attacker, gateway.browser() as person:
            attacker.http.headers["X-Forwarded-For"] = "198.51.100.7"
            person.http.headers["X-Forwarded-For"] = "198.51.100.8"
            for user in ("usr_a", "usr_b"):
                assert await signed_in_by_password(attacker, user, "wrong") == 401
            assert await signed_in_by_password(attacker, "usr_admin", PASSWORD) == 429
            status = await signed_in_by_password(person, "usr_admin", PASSWORD)
            assert status == (429 if locked else 200)


async def test_the_log_says_who_signed_in_was_refused_and_changed_what_and_no_secret(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sasayaki_gateway")
    async with gateway.browser("usr_admin") as admin, gateway.browser() as browser:
        cookie = admin.http.cookies["sasayaki_session"]
        made = {"userId": "usr_new", "name": "新田 花", "role": "operator", "password": PASSWORD}
        await admin.write("POST", "/api/accounts", made)
        await signed_in_by_password(browser, "usr_new", "a wrong password")
        await signed_in_by_password(browser, "a password typed as a name", "x")
        await browser.http.get("/api/nothing%0a{}", headers={"X-Odd": "{}"})
        await signed_in_by_password(browser, "usr_new", PASSWORD)
        await browser.http.get("/api/people")
        await browser.write("DELETE", "/api/session", None)
    lines = [json.loads(JsonLines("gateway").format(each)) for each in caplog.records]
    told = [(each["event"], each.get("user_id")) for each in lines]

    assert ("signed_in", "usr_admin") in told
    assert ("account_made", "usr_admin") in told
    assert ("proof_failed", "usr_new") in told
    assert ("proof_failed", "") in told
    assert ("signed_in", "usr_new") in told
    assert ("request_refused", "usr_new") in told
    assert ("signed_out", "usr_new") in told
    assert not any("\n" in JsonLines("gateway").format(each) for each in caplog.records)
    for line in lines:
        assert line["time"].endswith("+00:00")
        assert {"level", "service", "logger"} <= line.keys()
    text = json.dumps(lines, ensure_ascii=False)
    for secret in (PASSWORD, "a wrong password", "typed as a name", "新田", cookie, browser.csrf):
        assert secret not in text
