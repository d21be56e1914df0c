"""Sessions and phones of people who come, go and come again at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.gateway.test_accounts import OPERATOR

from sasayaki_gateway.accounts.store import Store
from sasayaki_gateway.doors import phones
from sasayaki_gateway.doors.phones import Holder, Phones
from sasayaki_gateway.sessions.session import Lives
from sasayaki_gateway.sessions.sessions import SEEN_EVERY_S, Changed, Sessions

CHANGED = replace(OPERATOR, password_hash="another")


async def of_one(folder: Path, now_s: list[float]) -> tuple[Store, Sessions]:
    store = Store(folder)
    await store.put_account(OPERATOR)
    return store, Sessions(store, Lives(10_000.0, 10_000.0), lambda: now_s[0])


async def test_nobody_is_signed_in_by_a_password_that_was_changed_while_it_was_looked_at(
    tmp_path: Path,
) -> None:
    store, sessions = await of_one(tmp_path, [1_000.0])
    await store.put_account(CHANGED)

    with pytest.raises(Changed):
        await sessions.begin(OPERATOR, None)

    store.close()


@pytest.mark.parametrize("change_first", [True, False])
async def test_a_changed_password_ends_a_session_that_is_just_beginning(
    tmp_path: Path, change_first: bool
) -> None:
    store, sessions = await of_one(tmp_path, [1_000.0])

    async def change() -> None:
        await store.put_account(CHANGED)
        await sessions.end_all_of(OPERATOR.user_id)

    both = [change(), sessions.begin(OPERATOR, None)]
    await asyncio.gather(*(both if change_first else reversed(both)), return_exceptions=True)

    kept = store.sessions()
    store.close()
    assert (sessions._open, kept) == ({}, [])


async def test_nothing_is_kept_of_a_session_that_ends_while_its_use_is_noted(
    tmp_path: Path,
) -> None:
    now_s = [1_000.0]
    store, sessions = await of_one(tmp_path, now_s)
    cookie, session = await sessions.begin(OPERATOR, None)
    now_s[0] += SEEN_EVERY_S
    assert sessions.of_cookie(cookie)

    await asyncio.gather(sessions.end_old(), sessions.end(session.key))

    store.close()
    assert (sessions._open, sessions._noted) == ({}, {})


async def test_a_tab_that_takes_no_goodbye_does_not_hold_up_the_one_that_follows() -> None:
    held, never = Phones(), asyncio.Event()

    async def stuck(code: int) -> None:
        await never.wait()

    async def closed(code: int) -> None:
        raise AssertionError(f"closed with {code}")

    later = Holder("ses_2", closed, "brc_2")
    await held.take("usr_mori", Holder("ses_1", stuck))
    async with asyncio.timeout(phones.CLOSE_S * 5):
        await held.take("usr_mori", later)

    assert held.connection_of("usr_mori", "ses_2") == "brc_2"
