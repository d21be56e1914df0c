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
        {"sub": None},
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
        browser.http.cookies.set("sasayaki_oidc", state)
        again = await browser.http.get(back.headers["location"])

    assert again.json()["reason"] == "OIDC_STATE"


async def test_an_account_is_the_persons_who_came_first_whatever_name_another_gets(
    gateway: Gateway, provider: Provider
) -> None:
    async with gateway.browser() as first, gateway.browser() as second:
        assert (await round_trip(first)).status_code == 303
        provider.claims = {"sub": "43"}
        refused = await round_trip(second)
        assert (refused.status_code, refused.json()["reason"]) == (403, "OIDC_OTHER_PERSON")
        provider.claims = {}
        assert (await round_trip(second)).status_code == 303


async def test_who_manages_accounts_loosens_the_tie_to_a_person_and_ends_their_sessions(
    gateway: Gateway, provider: Provider
) -> None:
    provider.person = "admin"
    async with gateway.browser() as admin, gateway.browser() as one, gateway.browser() as other:
        await round_trip(admin)
        admin.csrf = (await admin.http.get("/api/session")).json()["csrf"]
        provider.person = "operator"
        await round_trip(one)
        path = "/api/accounts/usr_operator"
        loosened = await admin.write("PATCH", path, {"forgetSubject": True})
        assert loosened.json()["hasSubject"] is False
        assert (await one.http.get("/api/session")).status_code == 401
        provider.claims = {"sub": "43"}
        assert (await round_trip(other)).status_code == 303


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://another.example/token"},
        {"authorization_endpoint": "http://another.example/authorize"},
        {"jwks_uri": "http://another.example/keys"},
    ],
)
async def test_a_provider_that_calls_itself_otherwise_or_speaks_without_tls_is_not_asked(
    gateway: Gateway, provider: Provider, said: dict[str, str]
) -> None:
    provider.said = said
    async with gateway.browser() as browser:
        answer = await browser.http.get("/api/session/oidc")

    assert (answer.status_code, answer.json()["reason"]) == (503, "OIDC_ISSUER")


async def test_a_providers_answer_that_leads_elsewhere_is_not_followed(
    gateway: Gateway, provider: Provider
) -> None:
    provider.said = {"token_endpoint": f"{provider.issuer}/elsewhere"}
    async with gateway.browser() as browser:
        answer = await round_trip(browser)

    assert (answer.status_code, answer.json()["reason"]) == (403, "OIDC_ANSWER")
    assert provider.used == set()


async def test_a_sign_in_at_the_provider_is_begun_by_a_proof_that_nobody_can_guess(
    gateway: Gateway, provider: Provider
) -> None:
    async with gateway.browser() as one, gateway.browser() as two:
        asked = []
        for browser in (one, two):
            there = await browser.http.get("/api/session/oidc")
            await browser.http.get(there.headers["location"])
            asked.append(provider.asked)

    assert {each["code_challenge_method"] for each in asked} == {"S256"}
    assert {each["response_type"] for each in asked} == {"code"}
    assert {each["scope"] for each in asked} == {"openid profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) >= 22
