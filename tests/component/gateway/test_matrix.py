"""T1: every route and every RPC, asked by whoever must not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.component.gateway.centre import PEOPLE, RIGHTS, ROLES, Gateway, gateway_over, serving

from sasayaki_gateway.contract.methods import OPEN
from sasayaki_gateway.doors.streams import STREAMS
from sasayaki_tools.platform.identity import open_keys

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "console/openapi.json").read_text())
UNGUARDED = {
    ("get", "/api/session/ways"),
    ("post", "/api/session"),
    ("get", "/api/session/demo"),
    ("post", "/api/session/demo"),
    ("get", "/api/session/oidc"),
    ("get", "/api/session/oidc/callback"),
}
"""What one may ask without a session: the ways to get one."""
OTHER = {
    "tenant": "out_two",
    "people": [{**each, "userId": f"{each['userId']}2"} for each in PEOPLE["people"]],
}


def operations() -> list[tuple[str, str]]:
    """Method and path of every route of the document but the phone's socket."""
    return [
        (method, path)
        for path, item in DOCUMENT["paths"].items()
        for method in item
        if method != "parameters" and path != "/api/phone"
    ]


def filled(path: str) -> str:
    return (
        path.replace("{userId}", "usr_operator")
        .replace("{contactId}", "con_x")
        .replace("{clientId}", "cli_a")
        .replace("{name}", "menu")
        .replace("{sha256}", "1" * 64)
    )


async def test_without_a_session_or_with_an_expired_one_nothing_is_reached(
    gateway: Gateway,
) -> None:
    """Asks every route that is guarded, with no cookie and with one that is over."""
    async with gateway.browser("usr_admin") as gone, gateway.browser() as nobody:
        cookie = gone.http.cookies["sasayaki_session"]
        assert (await gone.write("DELETE", "/api/session", None)).status_code == 204
        gone.http.cookies.set("sasayaki_session", cookie)
        for method, path in operations():
            if (method, path) in UNGUARDED:
                continue
            for browser in (nobody, gone):
                answer = await browser.write(method.upper(), filled(path), None)
                assert answer.status_code == 401, (method, path)
                assert answer.json()["reason"] == "NO_SESSION"
    assert gateway.services.asked == []


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_exactly_the_rpcs_that_the_services_rights_give_it(
    gateway: Gateway, role: str
) -> None:
    async with gateway.browser(f"usr_{role}") as browser:
        for name, method in OPEN.items():
            if method.path not in RIGHTS:
                continue  # its service does not have it yet
            if name in STREAMS:
                path = f"/api/stream/{name}"
                async with browser.http.stream("GET", path) as opened:
                    status = opened.status_code
            else:
                status = (await browser.rpc(name)).status_code
            assert (status == 200) == (role in RIGHTS[method.path]), (role, name, status)
            assert status in (200, 403)


async def test_the_tenant_and_the_client_companies_are_the_sessions_whatever_is_asked(
    tmp_path: Path,
) -> None:
    keys = open_keys(tmp_path / "keys")
    (tmp_path / "people.json").write_text(json.dumps(OTHER))
    async with serving(keys) as services, gateway_over(services, keys, tmp_path) as gateway:
        async with gateway.browser("usr_admin2") as browser:
            for name, method in OPEN.items():
                if name not in STREAMS and "admin" in RIGHTS.get(method.path, ()):
                    assert (await browser.rpc(name)).status_code == 200
        assert services.asked
        for _, who, _ in services.asked:
            assert (who.tenant_id, who.clients) == ("out_two", {"cli_a"})


async def test_accounts_of_another_tenant_are_neither_seen_nor_changed(tmp_path: Path) -> None:
    keys = open_keys(tmp_path / "keys")
    file = tmp_path / "people.json"
    async with serving(keys) as services:
        for people in (PEOPLE, OTHER):  # one after the other into one SQLite file
            file.write_text(json.dumps(people))
            async with gateway_over(services, keys, tmp_path) as gateway:
                pass
        async with gateway_over(services, keys, tmp_path) as gateway:
            async with gateway.browser("usr_admin2") as browser:
                people = (await browser.http.get("/api/people")).json()
                accounts = (await browser.http.get("/api/accounts")).json()
                changed = await browser.write(
                    "PATCH", "/api/accounts/usr_operator", {"name": "誰か"}
                )

    assert {each["userId"] for each in people} == {f"usr_{role}2" for role in ROLES}
    assert {each["userId"] for each in accounts} == {f"usr_{role}2" for role in ROLES}
    assert changed.status_code == 404


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("manager", "admin")])
async def test_only_managers_and_administrators_see_and_change_accounts(
    gateway: Gateway, role: str
) -> None:
    async with gateway.browser(f"usr_{role}") as browser:
        new = {"userId": "usr_new", "name": "新", "role": "operator"}
        assert (await browser.http.get("/api/accounts")).status_code == 403
        assert (await browser.write("POST", "/api/accounts", new)).status_code == 403
        answer = await browser.write("PATCH", "/api/accounts/usr_admin", {"name": "誰か"})
        assert answer.status_code == 403
        missing = await browser.write("PATCH", "/api/accounts/usr_nobody", {"name": "誰か"})
        assert missing.status_code == 403


async def test_people_outside_the_centre_see_no_names_but_their_own(gateway: Gateway) -> None:
    async with gateway.browser("usr_client") as browser:
        people = (await browser.http.get("/api/people")).json()

    assert [each["userId"] for each in people] == ["usr_client"]


def test_every_route_of_the_document_is_served_and_no_other() -> None:
    from sasayaki_gateway.web import (
        account_routes,
        oidc_routes,
        own_account_routes,
        prompt_routes,
        recording_routes,
        session_routes,
    )

    served = {
        (method.lower(), re.sub(r"_(\w)", lambda found: found[1].upper(), route.path))
        for module in (
            session_routes,
            oidc_routes,
            own_account_routes,
            account_routes,
            recording_routes,
            prompt_routes,
        )
        for route in module.router.routes
        for method in route.methods  # type: ignore[attr-defined]  # all of them are API routes
    }
    own = {(m, p) for m, p in operations() if not p.startswith(("/api/rpc/", "/api/stream/"))}
    doors = {p for _, p in operations() if p.startswith(("/api/rpc/", "/api/stream/"))}

    assert served == own
    assert doors == {f"/api/{'stream' if name in STREAMS else 'rpc'}/{name}" for name in OPEN}
