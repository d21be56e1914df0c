"""One's own password and sessions; first passwords, which somebody else set."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from httpx2 import Response
from tests.component.gateway.centre import (
    PASSWORD,
    Gateway,
    Services,
    gateway_over,
    give_passwords,
    signed_in_by_password,
)
from tests.harness.web import Browser

from sasayaki_tools.platform.identity import Keys

ANOTHER = "二度と寝坊はしない four words"
NEW = {"userId": "usr_new", "name": "新田 花", "role": "operator", "password": PASSWORD}


@pytest.fixture(autouse=True)
def people(tmp_path: Path) -> None:
    """Everybody has a password."""
    give_passwords(tmp_path)


async def choose(browser: Browser, password: str, current: str = PASSWORD) -> Response:
    body = {"current": current, "password": password}
    answer = await browser.write("POST", "/api/session/password", body)
    if answer.status_code == 200:
        browser.csrf = answer.json()["csrf"]
    return answer


async def test_everybody_chooses_their_own_password_with_the_present_one(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser, gateway.browser() as later:
        assert (await choose(browser, ANOTHER, "guessed")).json()["reason"] == "WRONG_PASSWORD"
        assert (await choose(browser, ANOTHER)).status_code == 200
        assert await signed_in_by_password(later, "usr_operator", PASSWORD) == 401
        assert await signed_in_by_password(later, "usr_operator", ANOTHER) == 200


async def test_another_password_ends_every_session_and_gives_this_browser_a_new_one(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_operator") as browser, gateway.browser("usr_operator") as other:
        before = browser.http.cookies["sasayaki_session"]
        assert (await choose(browser, ANOTHER)).status_code == 200

        assert browser.http.cookies["sasayaki_session"] != before
        assert (await browser.http.get("/api/session")).status_code == 200
        assert (await other.http.get("/api/session")).status_code == 401
        other.http.cookies.set("sasayaki_session", before)
        assert (await other.http.get("/api/session")).status_code == 401


async def test_wrong_present_passwords_lock_as_wrong_sign_ins_do(gateway: Gateway) -> None:
    async with gateway.browser("usr_operator") as browser:
        for _ in range(5):
            assert (await choose(browser, ANOTHER, "guessed")).status_code == 403
        locked = await choose(browser, ANOTHER)

    assert (locked.status_code, locked.json()["reason"]) == (429, "LOCKED")
    assert int(locked.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("too short", "FIELDS"),
        ("password1234", "PASSWORD_GUESSABLE"),
        ("sasayaki2026", "PASSWORD_GUESSABLE"),
        ("supervisor 2026", "PASSWORD_GUESSABLE"),
        (PASSWORD, "PASSWORD_SAME"),
    ],
)
async def test_a_password_that_is_easily_guessed_is_refused_and_not_repeated(
    gateway: Gateway, password: str, reason: str
) -> None:
    async with gateway.browser("usr_supervisor") as browser:
        answer = await choose(browser, password)

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert password not in answer.text


@pytest.mark.parametrize(
    "password",
    [
        "ただの長い文を書いてみただけ",
        "only small letters here",
        "🐈🐈‍⬛ 猫が二匹と犬が三匹",
        "Forty geese walked past the harbour while nobody counted; " * 2 + "a cook sang",
    ],
)
async def test_any_characters_and_up_to_128_of_them_will_do_exactly_as_they_came(
    gateway: Gateway, password: str
) -> None:
    assert len(password) <= 128
    async with gateway.browser("usr_operator") as browser, gateway.browser() as later:
        assert (await choose(browser, password)).status_code == 200
        assert await signed_in_by_password(later, "usr_operator", password.swapcase()[:-1]) == 401
        assert await signed_in_by_password(later, "usr_operator", password) == 200


async def test_a_password_of_the_list_of_leaked_ones_is_refused(
    services: Services, keys: Keys, tmp_path: Path
) -> None:
    leaked = tmp_path / "leaked.txt"
    leaked.write_text("E3A96F2E1B9D7B1B1E0E0C5C8B2B7D7B1C2C3D4E:7\r\n")
    async with gateway_over(services, keys, tmp_path, leaked_passwords_file=leaked) as gateway:
        async with gateway.browser("usr_operator") as browser:
            leaked.write_text(f"{'0' * 40}:1\r\n{sha1(ANOTHER)}:3\r\n{'F' * 40}:2\r\n")
            assert (await choose(browser, ANOTHER)).json()["reason"] == "PASSWORD_LEAKED"
            assert (await choose(browser, f"{ANOTHER}!")).status_code == 200


async def test_a_first_password_opens_nothing_but_the_choice_of_another(gateway: Gateway) -> None:
    async with gateway.browser("usr_manager") as manager, gateway.browser() as browser:
        made = await manager.write("POST", "/api/accounts", NEW)
        assert made.json()["passwordIsInitial"] is True
        assert await signed_in_by_password(browser, "usr_new", PASSWORD) == 200
        session = await browser.http.get("/api/session")
        assert session.json()["passwordIsInitial"] is True
        for refused in (
            await browser.http.get("/api/people"),
            await browser.rpc("RoutingService/SetOperatorState"),
            await browser.http.get("/api/stream/RoutingService/WatchDesk"),
        ):
            assert (refused.status_code, refused.json()["reason"]) == (403, "PASSWORD_INITIAL")

        assert (await choose(browser, ANOTHER)).json()["passwordIsInitial"] is False
        assert (await browser.http.get("/api/people")).status_code == 200


async def test_a_first_password_is_over_after_three_days(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway.web import account_routes

    earlier = time.time() - 73 * 3600
    monkeypatch.setattr(account_routes, "time", SimpleNamespace(time=lambda: earlier))
    async with gateway.browser("usr_manager") as manager, gateway.browser() as browser:
        await manager.write("POST", "/api/accounts", NEW)
        asked = {"user": "usr_new", "password": PASSWORD}
        answer = await browser.http.post("/api/session", json=asked)

    assert (answer.status_code, answer.json()["reason"]) == (401, "INITIAL_OVER")


async def test_ones_own_password_is_good_for_as_long_as_one_keeps_it(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway.web import session_routes

    ten_years_on = time.time() + 10 * 365 * 86_400
    monkeypatch.setattr(session_routes, "time", SimpleNamespace(time=lambda: ten_years_on))
    async with gateway.browser() as browser:
        assert await signed_in_by_password(browser, "usr_operator", PASSWORD) == 200


async def test_the_key_for_what_a_browser_keeps_is_a_persons_own_and_lasts(
    gateway: Gateway,
) -> None:
    keys = []
    for user in ("usr_operator", "usr_operator", "usr_manager"):
        async with gateway.browser(user) as browser:
            keys.append((await browser.http.get("/api/session")).json()["storageKey"])

    assert keys[0] == keys[1] != keys[2]
    assert len(base64.b64decode(keys[0])) == 32


async def test_nobody_sets_their_own_password_as_if_it_were_anothers(gateway: Gateway) -> None:
    async with gateway.browser("usr_admin") as admin:
        answer = await admin.write("PATCH", "/api/accounts/usr_admin", {"password": ANOTHER})

    assert (answer.status_code, answer.json()["reason"]) == (403, "OWN_PASSWORD")


async def test_a_person_sees_their_sessions_and_ends_another_with_the_password(
    gateway: Gateway,
) -> None:
    async with gateway.browser("usr_operator") as one, gateway.browser("usr_operator") as two:
        seen = (await one.http.get("/api/session/all")).json()
        (other,) = (each for each in seen if not each["here"])
        wrong = {"sessionId": other["sessionId"], "password": "guessed"}
        refused = await one.write("POST", "/api/session/end", wrong)
        assert refused.json()["reason"] == "WRONG_PASSWORD"
        right = {**wrong, "password": PASSWORD}
        assert (await one.write("POST", "/api/session/end", right)).status_code == 204
        again = await one.write("POST", "/api/session/end", right)

        assert len(seen) == 2
        assert again.json()["reason"] == "UNKNOWN_SESSION"
        assert (await two.http.get("/api/session")).status_code == 401
        assert (await one.http.get("/api/session")).status_code == 200


async def test_ending_ones_sessions_takes_a_proof_when_one_signed_in_long_ago(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sasayaki_gateway.sessions import session

    async with gateway.browser("usr_operator") as one, gateway.browser("usr_operator") as two:
        monkeypatch.setattr(session, "FRESH_S", 0.0)
        assert (await one.write("POST", "/api/session/end", {})).json()["reason"] == "PROVE_ANEW"
        monkeypatch.setattr(session, "FRESH_S", 60.0)
        assert (await one.write("POST", "/api/session/end", {})).status_code == 204
        assert (await two.http.get("/api/session")).status_code == 401


async def test_who_manages_an_account_ends_its_sessions(gateway: Gateway) -> None:
    async with gateway.browser("usr_manager") as manager, gateway.browser("usr_operator") as one:
        ended = await manager.write("DELETE", "/api/accounts/usr_operator/sessions", None)
        above = await manager.write("DELETE", "/api/accounts/usr_admin/sessions", None)

        assert (ended.status_code, above.status_code) == (204, 403)
        assert (await one.http.get("/api/session")).status_code == 401


def sha1(password: str) -> str:
    import hashlib

    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
