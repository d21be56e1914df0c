"""`endpoints.json`: what it holds, who may read it, and that it keeps to its schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from joserfc import jwt

from sasayaki_tools.platform import endpoints, identity, ports
from sasayaki_tools.platform.endpoints import Endpoints, Running
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.platform.ports import Chooser
from sasayaki_tools.seed_file import read_seed

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "proto" / "endpoints.schema.json").read_text())
NOON_S = 1_800_000_000.0


@pytest.fixture
def keys(tmp_path: Path) -> identity.Keys:
    return identity.open_keys(tmp_path / "keys")


@pytest.fixture
def document(tmp_path: Path) -> Endpoints:
    chosen = ports.choose(Chooser(lambda port, udp: True), (20000, 23998))
    kafka = f"{ports.HOST}:{chosen.kafka}"
    places = Places(tmp_path)
    made = endpoints.describe(places, chosen, kafka, "out_demo", supervisor=1, notes=[])
    made.processes["node"] = Running(7, 1, "2026-11-21T12:00:00+00:00")
    return made


def written(document: Endpoints, folder: Path) -> Any:
    document.write(folder / "endpoints.json")
    return json.loads((folder / "endpoints.json").read_text())


def test_without_a_seed_the_document_keeps_to_its_schema_and_holds_no_token(
    document: Endpoints, tmp_path: Path
) -> None:
    found = written(document, tmp_path)
    jsonschema.validate(found, SCHEMA)
    assert found["tokens"] == found["sip_secrets"] == {}


def test_with_the_demo_seed_it_keeps_to_its_schema_and_everybody_has_a_token(
    document: Endpoints, keys: identity.Keys, tmp_path: Path
) -> None:
    seed = read_seed("demo")
    endpoints.add_seed(document, "demo", seed, keys)
    found = written(document, tmp_path)
    jsonschema.validate(found, SCHEMA)
    people = {user.id for user in seed.users}
    assert found["tokens"].keys() == people | {f"svc_{name}" for name in ports.SERVICES}
    assert found["sip_secrets"].keys() == people
    assert found["numbers"] == {
        "+81312345670": "cli_check",
        "+81312345671": "cli_check",
        "+81312345672": "cli_check",
        "+81312345673": "cli_check",
        "+81312345677": "cli_acme",
        "+81312345678": "cli_acme",
        "+81312345679": "cli_hana",
    }


def test_no_name_of_a_person_is_in_the_document(
    document: Endpoints, keys: identity.Keys, tmp_path: Path
) -> None:
    seed = read_seed("demo")
    endpoints.add_seed(document, "demo", seed, keys)
    written(document, tmp_path)
    text = (tmp_path / "endpoints.json").read_text()
    assert not [user.name for user in seed.users if user.name in text]


def test_only_the_owner_may_read_it(document: Endpoints, tmp_path: Path) -> None:
    written(document, tmp_path)
    assert (tmp_path / "endpoints.json").stat().st_mode & 0o777 == 0o600


def test_it_is_read_as_it_was_written(document: Endpoints, tmp_path: Path) -> None:
    written(document, tmp_path)
    assert endpoints.read(tmp_path / "endpoints.json") == document


def test_a_token_says_who_and_of_whom_for_twelve_hours(keys: identity.Keys) -> None:
    person = identity.Person("usr_sv01", "supervisor", ("cli_acme",), "tea_osaka")
    token = keys.token(person, "out_demo", now_s=NOON_S)
    read = jwt.decode(token, keys.signing, algorithms=["Ed25519"])
    assert read.header["alg"] == "Ed25519"
    assert read.claims == {
        "tenant": "out_demo",
        "sub": "usr_sv01",
        "role": "supervisor",
        "clients": ["cli_acme"],
        "team": "tea_osaka",
        "aud": "sasayaki",
        "iat": NOON_S,
        "exp": NOON_S + 12 * 3600,
    }


def test_keys_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    first, second = (identity.open_keys(tmp_path / "keys") for _ in range(2))
    assert first.signing.thumbprint() == second.signing.thumbprint()
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_sip_secret_depends_on_key_user_and_version_only() -> None:
    known = identity.sip_secret(b"k" * 32, "usr_op01")
    assert known == identity.sip_secret(b"k" * 32, "usr_op01", 1)
    others = {
        identity.sip_secret(b"l" * 32, "usr_op01"),
        identity.sip_secret(b"k" * 32, "usr_op02"),
        identity.sip_secret(b"k" * 32, "usr_op01", 2),
    }
    assert len(others | {known}) == 4
    assert len(known) == 52
    assert known == known.lower()
