"""docs/security.md against the program: limits, words, log lines, locks."""

from __future__ import annotations

import ast
import hashlib
import re
from importlib import import_module
from pathlib import Path

import pytest

from sasayaki_gateway.accounts.password_rules import CONTEXT_WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
LIMITS = re.findall(r"^\| .* \| ([\d.]+) \| `([\w.]+)` \|$", PAGE, re.MULTILINE)
LOCKS = re.findall(r"^\| (\S+) \| `([0-9a-f]{16})` \|$", PAGE, re.MULTILINE)
DOCUMENTED = {
    "2.1.1": ("by its declared shape", "console/openapi.json", "E.164", "RFC 3339"),
    "2.1.2": ("what must fit together", "checked by the one service that decides it"),
    "2.1.3": ("Business limits", "| requests of a person at once |", "| sessions of all |"),
    "5.1.1": ("**Files.**", "`audio/wav`", "as attachments"),
    "6.1.1": ("lock the account and the network address", "nobody is shut out for good"),
    "6.1.3": ("| password |", "| identity provider", "| one click |", "no other way in"),
    "6.3.3": ("**A second factor**", "Passwords alone remain", "guarded room"),
    "6.8.4": ("provider's strength of proof nothing is assumed",),
    "7.1.1": ("30 minutes without a request", "12 hours", "NIST SP 800-63B", "the one deviation"),
    "7.1.2": ("at most 10 sessions", "ends the one used longest ago"),
    "7.1.3": ("does not sign out at the identity provider", "unless their account is disabled"),
    "8.1.1": ("list of roles", "open to nobody", "from the token alone"),
    "8.1.2": ("Of fields", "no sound of supervisors", "nobody their own rights"),
    "11.1.1": ("NIST SP 800-57", "never in a repository or an image", "one use each"),
    "11.1.2": ("Ed25519", "AES-256-GCM", "argon2id", "ECDSA P-256", "XChaCha20-Poly1305"),
    "11.2.2": ("Algorithms stand in one place each", "sealed data names its key"),
    "13.1.1": ("| gateway | identity provider |", "the only address outside"),
    "14.1.1": ("| secret |", "| sealed |", "| personal |", "| open |"),
    "14.1.2": ("never in a log, an address", "retention by client company", "`no-store`"),
    "15.1.3": ("What takes long", "a browser that takes nothing is let go"),
    "17.2.1": ("DTLS certificate of the media node", "in memory alone"),
}
"""Requirement of ASVS 5.0 -> what the page must say for it."""


@pytest.mark.parametrize(("value", "place"), LIMITS, ids=[place for _, place in LIMITS])
def test_a_limit_is_what_the_page_says(value: str, place: str) -> None:
    module, _, name = place.rpartition(".")

    assert getattr(import_module(module), name) == float(value)


def test_the_page_names_every_sort_of_limit() -> None:
    modules = {place.split(".")[1] for _, place in LIMITS}

    assert {"accounts", "sessions", "web", "doors", "app"} <= modules


def test_the_words_that_no_password_may_rest_on_are_listed() -> None:
    listed = re.search(r"and these words: (.*?); and those", PAGE, re.DOTALL)

    assert listed
    assert tuple(each.strip() for each in listed[1].split(",")) == CONTEXT_WORDS


def test_every_line_that_the_gateway_logs_is_in_the_inventory() -> None:
    told = set()
    for file in (ROOT / "services/gateway/sasayaki_gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not re.match(
                r"log\.|_note$", ast.unparse(node.func)
            ):
                continue
            if isinstance(node.args[0], ast.Constant):
                told.add(node.args[0].value)
    listed = set(re.findall(r"`(\w+)`", PAGE.split("## Logs")[1].split("## ")[0]))

    assert told
    assert told <= listed, told - listed


@pytest.mark.parametrize(("number", "facts"), DOCUMENTED.items(), ids=list(DOCUMENTED))
def test_the_page_says_what_the_standard_wants_documented(
    number: str, facts: tuple[str, ...]
) -> None:
    said = " ".join(PAGE.split())

    assert [fact for fact in facts if fact not in said] == []


@pytest.mark.parametrize(("lock", "mark"), LOCKS, ids=[lock for lock, _ in LOCKS])
def test_what_is_shipped_is_what_was_last_held_against_advisories(lock: str, mark: str) -> None:
    """After a change of a lock: look at advisories, then write its mark into docs/security.md."""
    assert hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()[:16] == mark


def test_every_part_is_pinned_with_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    parts = re.findall(r"^[a-z0-9][\w.-]*==\S+.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)

    assert len(LOCKS) == 3
    assert parts
    assert all("--hash=sha256:" in each for each in parts)


def test_times_to_mend_a_known_flaw_are_named() -> None:
    assert re.search(r"within 3 days", PAGE)
    assert re.search(r"within 14", PAGE)
