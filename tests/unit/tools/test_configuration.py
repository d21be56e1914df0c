"""What people set up goes into files and comes back from them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sasayaki_demo.topics import Written
from sasayaki_tools.configuration import files
from sasayaki_tools.configuration.kinds import KINDS
from sasayaki_tools.configuration.main import changes
from sasayaki_tools.configuration.present import present
from sasayaki_tools.say import Failed

HASH = "ab" * 32
WORD = "cd" * 32
DEFINED = {"flow": "flw_a", "start": "x", "steps": {"x": {"prompt": HASH}}}
FLOW = json.dumps({**DEFINED, "words": {"ja": {"digit_1": WORD}}})


def told(topic: str, what: str, subject: str, tenant: str = "out_a", **data: Any) -> Written:
    event = {"type": f"x.{what}", "subject": subject, "tenantid": tenant, "data": data, "at": 0}
    return Written(topic, 0, 0, event)


def company(name: str, tenant: str = "out_a") -> Written:
    return told("callreason.client", "ClientPut", "cli_a", tenant, client_id="cli_a", name=name)


def flow(version: int, definition: str) -> Written:
    data = {"client_id": "cli_a", "version": version, "definition": definition}
    return told("callreason.flow", "FlowPublished", "flw_a", **data)


def script(event: str) -> Written:
    return told("callreason.knowledge", event, "cli_a", script_id="scr_a", version=1)


def test_every_kinds_method_is_one_that_the_contract_has() -> None:
    for kind in KINDS:
        service, method = kind.path.removeprefix("/").split("/")
        known = kind.request.DESCRIPTOR.file.services_by_name[service.rsplit(".", 1)[1]]
        assert known.methods_by_name[method].input_type is kind.request.DESCRIPTOR


def test_the_last_word_on_a_thing_counts_and_another_tenants_word_does_not() -> None:
    rows = present([company("A"), company("B"), company("C", "out_b")], "out_a")

    assert rows == {("clients", "cli_a"): {"client_id": "cli_a", "name": "B"}}


def test_a_flow_that_was_rolled_back_is_exported_as_the_version_that_is_live() -> None:
    other = FLOW.replace('"x"', '"y"')
    back = told("callreason.flow", "FlowRolledBack", "flw_a", client_id="cli_a", version=1)

    rows = present([flow(1, FLOW), flow(2, other), back], "out_a")

    assert yaml.safe_load(rows["flows", "flw_a"]["source"]) == DEFINED
    assert rows["flows", "flw_a"]["prompts"] == {HASH: HASH, "digit_1_ja": WORD}


def test_what_was_withdrawn_is_not_exported() -> None:
    assert present([script("ScriptPut")], "out_a")
    assert present([script("ScriptPut"), script("ScriptWithdrawn")], "out_a") == {}


def test_files_hold_the_rows_and_the_prompts_that_flows_name(tmp_path: Path) -> None:
    rows = present([company("A"), flow(1, FLOW)], "out_a")
    (tmp_path / "prompts").mkdir()
    for each in (HASH, WORD):
        (tmp_path / "prompts" / f"{each}.wav").write_bytes(b"RIFF")

    files.write(rows, tmp_path / "prompts", tmp_path / "out")

    assert files.read(tmp_path / "out") == rows
    assert [wav.stem for wav in files.prompts(tmp_path / "out")] == [HASH, WORD]


def test_an_export_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("something")

    with pytest.raises(Failed, match="replaces nothing"):
        files.write({}, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("clients/cli_a.yaml", "client_id: cli_a\ncolour: red", "colour"),
        ("clients/cli_a.yaml", "client_id: cli_b", "its name says 'cli_a'"),
        ("clients/cli_a.yaml", "- a list", "a mapping"),
        ("clients/cli_a.yaml", "client_id: [", "expected the node content"),
        ("clients/cli_a.yaml", "client_id: cli_a\nname: 7", "name"),
        ("colours/red.yaml", "a: b", "no kind 'colours'"),
        ("flows/flw_a.yaml", "client_id: cli_a\nsource: '['", "expected the node content"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)

    with pytest.raises(Failed, match=words) as refused:
        files.read(tmp_path)
    assert name in str(refused.value)


def test_what_differs_is_told_by_its_fields_and_what_is_equal_not_at_all() -> None:
    before = present([company("A"), flow(1, FLOW)], "out_a")
    after = present([company("B"), flow(1, FLOW), script("ScriptPut")], "out_a")

    assert [(kind, name, how) for kind, name, how, _ in changes(after, before)] == [
        ("clients", "cli_a", "changed: name"),
        ("scripts", "cli_a.scr_a", "new"),
    ]
