"""Signing in at an identity provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from joserfc.jwk import OKPKey
from tests.component.gateway.centre import Gateway, Services, gateway_over
from tests.component.gateway.provider import CLIENT, Provider, provider_running
from tests.harness.web import Browser

from sasayaki_tools.platform.identity import Keys


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with provider_running() as found:
        found.person = "operator"
        yield found


@pytest.fixture
async def gateway(
    services: Services, keys: Keys, tmp_path: Path, provider: Provider
) -> AsyncIterator[Gateway]:
    settings = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "demo": False}
    async with gateway_over(services, keys, tmp_path, **settings) as found:
        yield found


async def round_trip(browser: Browser) -> Response:
    """To the provider and back; the gateway's last answer."""
    there = await browser.http.get("/api/session/oidc")
    assert there.status_code == 303
    back = await browser.http.get(there.headers["location"])
    return await browser.http.get(back.headers["location"])


async def test_a_person_whom_the_provider_names_is_signed_in(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        answer = await round_trip(browser)
        session = await browser.http.get("/api/session")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert session.json()["user"]["userId"] == "usr_operator"


async def test_the_ways_to_sign_in_say_that_there_is_a_provider(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        ways = await browser.http.get("/api/session/ways")

    assert ways.json() == {"password": True, "demo": False, "oidc": True}


async def test_somebody_without_an_account_is_not(gateway: Gateway, provider: Provider) -> None:
    provider.person = "stranger"
    async with gateway.browser() as browser:
        assert (await round_trip(browser)).json()["reason"] == "OIDC_UNKNOWN"
        assert (await browser.http.get("/api/session")).status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"preferred_username": None},
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    gateway: Gateway, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.claims = lie
    async with gateway.browser() as browser:
        answer = await round_trip(browser)

    assert (answer.status_code, answer.json()["reason"]) == (403, "OIDC_ANSWER")


async def test_an_id_token_of_another_key_is_refused(gateway: Gateway, provider: Provider) -> None:
    provider.key = OKPKey.generate_key("Ed25519", parameters={"kid": "one"})
    async with gateway.browser() as browser:
        assert (await round_trip(browser)).json()["reason"] == "OIDC_ANSWER"


async def test_an_answer_that_another_browser_began_is_refused(gateway: Gateway) -> None:
    async with gateway.browser() as attacker, gateway.browser() as victim:
        there = await attacker.http.get("/api/session/oidc")
        back = await attacker.http.get(there.headers["location"])
        answer = await victim.http.get(back.headers["location"])

    assert (answer.status_code, answer.json()["reason"]) == (403, "OIDC_STATE")


async def test_an_answer_is_good_for_once(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        there = await browser.http.get("/api/session/oidc")
        state = browser.http.cookies["sasayaki_oidc"]
        back = await browser.http.get(there.headers["location"])
        assert (await browser.http.get(back.headers["location"])).status_code == 303
        browser.http.cookies.set("sasayaki_oidc", state, path="/api/session/oidc/callback")
        again = await browser.http.get(back.headers["location"])

    assert again.json()["reason"] == "OIDC_STATE"
