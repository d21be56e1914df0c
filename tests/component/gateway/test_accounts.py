"""Accounts by HTTP: made, changed, and what becomes of sessions and streams."""

from __future__ import annotations

import asyncio

from tests.component.gateway.centre import PASSWORD, Gateway


async def test_an_account_that_is_made_can_sign_in(gateway: Gateway) -> None:
    new = {
        "userId": "usr_new",
        "name": "新田 花",
        "furigana": "ニッタ ハナ",
        "nameEn": "Hana Nitta",
        "role": "operator",
        "teamId": "tea_1",
        "clientIds": ["cli_a"],
        "password": PASSWORD,
    }
    async with gateway.browser("usr_manager") as manager, gateway.browser() as browser:
        made = await manager.write("POST", "/api/accounts", new)
        again = await manager.write("POST", "/api/accounts", new)
        asked = {"user": "usr_new", "password": PASSWORD}
        signed_in = await browser.http.post("/api/session", json=asked)

    assert made.status_code == 200
    assert PASSWORD not in made.text
    assert made.json()["hasPassword"] is True
    assert again.json()["reason"] == "USER_TAKEN"
    assert signed_in.json()["user"]["furigana"] == "ニッタ ハナ"


async def test_other_rights_end_the_persons_sessions_and_streams(gateway: Gateway) -> None:
    async with gateway.browser("usr_manager") as manager, gateway.browser("usr_operator") as one:
        async with gateway.events(one, "RoutingService/WatchDesk") as events:
            await anext(events)
            change = {"clientIds": []}
            changed = await manager.write("PATCH", "/api/accounts/usr_operator", change)
            assert changed.json()["clientIds"] == []
            async with asyncio.timeout(15):
                async for _ in events:
                    pass
        assert (await one.http.get("/api/session")).status_code == 401


async def test_one_who_is_disabled_is_out_at_once_and_stays_out(gateway: Gateway) -> None:
    async with gateway.browser("usr_admin") as admin, gateway.browser("usr_supervisor") as one:
        change = {"disabled": True}
        changed = await admin.write("PATCH", "/api/accounts/usr_supervisor", change)
        assert changed.status_code == 200
        assert (await one.http.get("/api/session")).status_code == 401
        assert (await one.sign_in("usr_supervisor")).status_code == 404


async def test_a_field_that_is_wrong_is_named_and_never_repeated(gateway: Gateway) -> None:
    async with gateway.browser("usr_admin") as admin:
        new = {"userId": "usr_new", "name": "x", "role": "operator", "password": "too short"}
        answer = await admin.write("POST", "/api/accounts", new)
        unknown = await admin.write("POST", "/api/accounts", {**new, "admin": True})

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARGUMENT")
    assert "password" in answer.json()["message"]
    assert "too short" not in answer.text
    assert unknown.status_code == 400
