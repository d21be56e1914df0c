"""What the sources of gateway and console never do, whoever writes them next (docs/security.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GATEWAY = sorted((ROOT / "services/gateway/sasayaki_gateway").rglob("*.py"))
CONSOLE = sorted(
    each
    for each in (ROOT / "console/src").rglob("*.ts*")
    if ".test." not in each.name and each.name != "api.d.ts"
)
SETTINGS_OF_BROWSER = {"language", "calendar", "phone", "theme"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
NEVER_IMPORTED = {
    *("pickle", "marshal", "shelve", "yaml", "xml", "lxml", "ldap", "ldap3", "jinja2", "random"),
    *("subprocess", "pty", "smtplib", "imaplib", "ctypes", "telnetlib"),
}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] for each in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("file", GATEWAY, ids=lambda each: each.stem)
def test_the_gateway_runs_no_text_starts_no_program_and_reads_no_unsafe_format(file: Path) -> None:
    tree = ast.parse(file.read_text())

    assert not RUNS_TEXT & {name for name, _ in calls(tree)}
    assert not NEVER_IMPORTED & set(imported(tree))
    assert not {name for name, _ in calls(tree) if name.startswith("os.")}


def test_statements_to_the_file_are_made_of_constants_and_take_values_apart() -> None:
    store = ROOT / "services/gateway/sasayaki_gateway/accounts/store.py"
    free = {"columns", "_COLUMNS", "column", "kind"}
    for name, call in calls(ast.parse(store.read_text())):
        if name.endswith(".execute") and isinstance(call.args[0], ast.JoinedStr):
            used = {n.id for n in ast.walk(call.args[0]) if isinstance(n, ast.Name)}
            assert used <= free, ast.unparse(call)


def test_what_nobody_may_guess_is_the_systems_randomness_of_at_least_128_bits() -> None:
    found = [
        (file.name, ast.unparse(call))
        for file in GATEWAY
        for name, call in calls(ast.parse(file.read_text()))
        if name.startswith("secrets.")
    ]
    from sasayaki_gateway.sessions.sessions import SECRET_BYTES

    assert SECRET_BYTES >= 16
    for file, call in found:
        if file != "feed.py":  # marks of a stream, which are no secret
            size = re.fullmatch(r"secrets\.token_urlsafe\((\w+)\)", call)
            assert size, (file, call)
            assert size[1] == "SECRET_BYTES" or int(size[1]) >= 16


def test_a_hash_that_protects_something_is_sha_256_or_argon2id() -> None:
    from argon2 import PasswordHasher, Type

    from sasayaki_gateway.accounts.passwords import Passwords

    for file in GATEWAY:
        for name, call in calls(ast.parse(file.read_text())):
            if re.fullmatch(r"hashlib\.\w+", name):
                kept = any(ast.unparse(each) == "usedforsecurity=False" for each in call.keywords)
                assert name == "hashlib.sha256" or kept, (file.name, ast.unparse(call))
    hasher: PasswordHasher = Passwords()._hasher
    assert hasher.type is Type.ID
    # OWASP's least: 19 MiB with two passes, or the like.
    assert (hasher.memory_cost, hasher.time_cost) >= (19 * 1024, 2)
    assert hasher.salt_len >= 16


@pytest.mark.parametrize("file", CONSOLE, ids=lambda each: each.name)
def test_the_console_shows_text_as_text_and_runs_none(file: Path) -> None:
    text = file.read_text()

    for never in (
        *("dangerouslySetInnerHTML", "innerHTML", "outerHTML", "insertAdjacentHTML"),
        *("document.write", "eval(", "new Function", "javascript:", "__proto__", "document.cookie"),
        *("sessionStorage", "indexedDB", "window.open", "caches."),
    ):
        assert never not in text, never


def test_no_message_of_another_window_is_listened_to() -> None:
    heard = [
        (file.name, line.strip())
        for file in CONSOLE
        for line in file.read_text().splitlines()
        if 'addEventListener("message"' in line or "onmessage" in line
    ]

    assert {name for name, _ in heard} == {"stream.ts", "returns.ts", "socket.ts"}
    assert not any(line.startswith(("window.", "addEventListener", "self.")) for _, line in heard)


def test_what_the_browser_keeps_is_how_it_looks_and_an_unsent_form_that_goes_at_sign_out() -> None:
    kept = {
        file.relative_to(ROOT / "console/src").as_posix()
        for file in CONSOLE
        if "localStorage" in file.read_text()
    }

    assert kept == {
        "app/dates.ts",
        "floor/kept.ts",
        "i18n/index.ts",
        "phone/settings.ts",
        "session/forgetting.ts",
        "session/sealing.ts",
    }
    sealed = {each.name for each in CONSOLE if "keepSealed(" in each.read_text()}
    assert sealed == {"drafts.ts", "sealing.ts"}


def test_the_console_asks_its_own_host_alone_and_needs_no_plugin() -> None:
    page = (ROOT / "console/index.html").read_text()

    assert not re.search(r"https?://|<(object|embed|applet|iframe)", page)
    for file in CONSOLE:
        for address in re.findall(r"fetch\(\s*[\"'`]([^\"'`]*)", file.read_text()):
            assert address.startswith("/api/")


def test_the_gateway_shows_no_description_of_itself_and_no_inner_page() -> None:
    source = (ROOT / "services/gateway/sasayaki_gateway/app.py").read_text()

    assert "FastAPI(openapi_url=None, docs_url=None, redoc_url=None)" in source
    assert "debug" not in source
    assert "server_header=False" in source


def test_the_image_holds_what_is_named_and_no_history_of_the_source() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?:--from=\S+ )?(\S+)", recipe, re.MULTILINE)

    assert copied
    for each in copied:
        assert each not in (".", "./", "*")
        assert ".git" not in each
    assert "USER sasayaki" in recipe


def composition() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_of_the_composition_only_the_gateway_and_the_graphs_are_seen_and_on_this_machine() -> None:
    services = composition()["services"]
    ports = {name: each["ports"] for name, each in services.items() if each.get("ports")}

    assert set(ports) <= {"gateway", "grafana"}
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)
    for name in ("routing", "media", "monitoring", "recording", "callreason", "gateway"):
        each = services[name]
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["networks"] == ["inside"]


def test_secrets_are_mounted_from_files_and_each_service_has_its_own_token_alone() -> None:
    services = composition()["services"]
    for name, each in services.items():
        environment = each.get("environment", {})
        for key, value in environment.items():
            if re.search(r"(KEY|TOKEN|PASSWORD|SECRET|PEOPLE)", key) and value:
                assert str(value).startswith("/run/secrets/") or "FILE" not in key, (name, key)
        tokens = [secret for secret in each.get("secrets", []) if str(secret).endswith("_token")]
        assert len(tokens) <= 1, (name, tokens)
