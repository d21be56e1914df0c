"""The gateway's SQLite file: accounts and sessions, all of them in memory too.

Reads come from memory. Writes go to the file first, in a thread and one after another, so what was
answered is on disk. One process has the file at a time.
"""

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sasayaki_gateway.accounts.account import Account
from sasayaki_gateway.sessions.session import Session

FILE = "gateway.sqlite"
ACCOUNTS_MOST = 20_000
"""In one file, all tenants together."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
  user_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, furigana TEXT NOT NULL,
  name_en TEXT NOT NULL, role TEXT NOT NULL, team_id TEXT NOT NULL, client_ids TEXT NOT NULL,
  password_hash TEXT NOT NULL, disabled INTEGER NOT NULL,
  initial_until_s REAL NOT NULL DEFAULT 0, subject TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS session (
  key TEXT PRIMARY KEY, user_id TEXT NOT NULL, csrf TEXT NOT NULL, began_s REAL NOT NULL,
  seen_s REAL NOT NULL
) STRICT;
"""
ADDED = {"initial_until_s": "REAL NOT NULL DEFAULT 0", "subject": "TEXT NOT NULL DEFAULT ''"}
"""Columns of accounts that files of earlier versions lack."""


class Store:
    """The file, open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / FILE
        file.touch(mode=0o600)
        self._file = sqlite3.connect(file, check_same_thread=False, isolation_level="IMMEDIATE")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(SCHEMA)
        there = {row[1] for row in self._file.execute("PRAGMA table_info(account)")}
        for column, kind in ADDED.items():
            if column not in there:
                self._file.execute(f"ALTER TABLE account ADD COLUMN {column} {kind}")
        self._turn = asyncio.Lock()
        self.accounts = {account.user_id: account for account in self._read_accounts()}

    def sessions(self) -> list[Session]:
        """The sessions that were open when the file was last used."""
        columns = "key, user_id, csrf, began_s, seen_s"
        return [Session(*row) for row in self._file.execute(f"SELECT {columns} FROM session")]

    async def put_account(self, account: Account) -> None:
        """Makes or replaces an account."""
        await self._write([(_PUT_ACCOUNT, _row(account))])
        self.accounts[account.user_id] = account

    async def put_session(self, session: Session, gone: Iterable[str] = ()) -> None:
        """Keeps a session, and forgets others."""
        row = (session.key, session.user_id, session.csrf, session.began_s, session.seen_s)
        await self._write([(_PUT_SESSION, row), *((_END_SESSION, (key,)) for key in gone)])

    async def end_sessions(self, keys: Iterable[str]) -> None:
        await self._write([(_END_SESSION, (key,)) for key in keys])

    async def seen(self, sessions: Iterable[Session]) -> None:
        """Notes when sessions were last used."""
        await self._write([(_SEEN_SESSION, (each.seen_s, each.key)) for each in sessions])

    def close(self) -> None:
        self._file.close()

    async def _write(self, statements: list[tuple[str, tuple[object, ...]]]) -> None:
        if statements:
            async with self._turn:
                await asyncio.to_thread(self._write_now, statements)

    def _write_now(self, statements: list[tuple[str, tuple[object, ...]]]) -> None:
        with self._file:  # all of them or none
            for statement, values in statements:
                self._file.execute(statement, values)

    def _read_accounts(self) -> Iterable[Account]:
        for row in self._file.execute(f"SELECT {_COLUMNS} FROM account"):
            user, tenant, name, furigana, name_en, role, team, *rest = row
            clients, password, disabled, initial_until_s, subject = rest
            yield Account(
                user_id=user,
                tenant_id=tenant,
                name=name,
                furigana=furigana,
                name_en=name_en,
                role=role,
                team_id=team,
                client_ids=tuple(json.loads(clients)),
                password_hash=password,
                disabled=bool(disabled),
                initial_until_s=initial_until_s,
                subject=subject,
            )


_COLUMNS = (
    "user_id, tenant_id, name, furigana, name_en, role, team_id, client_ids, "
    "password_hash, disabled, initial_until_s, subject"
)
_PUT_ACCOUNT = f"INSERT OR REPLACE INTO account ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
_PUT_SESSION = "INSERT INTO session (key, user_id, csrf, began_s, seen_s) VALUES (?,?,?,?,?)"
_END_SESSION = "DELETE FROM session WHERE key = ?"
_SEEN_SESSION = "UPDATE session SET seen_s = ? WHERE key = ?"


def _row(account: Account) -> tuple[object, ...]:
    return (
        account.user_id,
        account.tenant_id,
        account.name,
        account.furigana,
        account.name_en,
        account.role,
        account.team_id,
        json.dumps(account.client_ids),
        account.password_hash,
        int(account.disabled),
        account.initial_until_s,
        account.subject,
    )
