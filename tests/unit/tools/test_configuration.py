"""What people set up goes into files and comes back from them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_demo.topics import Written
from sasayaki_tools.configuration import files
from sasayaki_tools.configuration.kinds import KINDS, Kind, kind_of
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


def kind(folder: str) -> Kind:
    found = kind_of(folder)
    assert found is not None
    return found


def company(name: str, tenant: str = "out_a") -> Written:
    return told("callreason.client", "ClientPut", "cli_a", tenant, client_id="cli_a", name=name)


def flow(version: int, definition: str) -> Written:
    data = {"client_id": "cli_a", "version": version, "definition": definition}
    return told("callreason.flow", "FlowPublished", "flw_a", **data)


def written(version: int, source: str, tests: str) -> Written:
    data = {"client_id": "cli_a", "version": version, "source": source, "tests": tests}
    prompts = [{"name": "hello", "sha256": HASH}]
    return told("callreason.flow", "FlowWritten", "flw_a", **data, prompts=prompts)


def sound(name: str, sha256: str, version: int = 1) -> Written:
    data = {"name": name, "version": version, "sha256": sha256, "length_ms": 500}
    return told("media.prompt", "PromptPut", "cli_a", **data)


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


AUTHORED = "# ours\nflow: flw_a\nstart: x\nsteps:\n  x: {kind: announce, prompt: hello}\n"


def test_a_flow_is_exported_as_its_author_wrote_it_with_its_test_cases() -> None:
    rows = present([flow(1, FLOW), written(1, AUTHORED, "flow: flw_a\n")], "out_a")

    assert rows["flows", "flw_a"] == {
        "client_id": "cli_a",
        "source": AUTHORED,
        "tests": "flow: flw_a\n",
        "prompts": {"hello": HASH},
    }


def test_test_cases_that_were_changed_alone_are_exported_with_the_version_that_is_live() -> None:
    back = told("callreason.flow", "FlowRolledBack", "flw_a", client_id="cli_a", version=1)
    story = [
        *(flow(1, FLOW), written(1, AUTHORED, "one")),
        *(flow(2, FLOW), written(2, AUTHORED, "two")),
        *(back, written(1, AUTHORED, "one again")),
    ]

    assert present(story[:4], "out_a")["flows", "flw_a"]["tests"] == "two"
    assert present(story[:5], "out_a")["flows", "flw_a"]["tests"] == "one"
    assert present(story, "out_a")["flows", "flw_a"]["tests"] == "one again"


def test_a_companys_sounds_are_exported_by_the_newest_of_each_name() -> None:
    rows = present([sound("a", HASH), sound("b", HASH), sound("a", WORD, version=2)], "out_a")

    prompts = {"a": WORD, "b": HASH}
    assert rows == {("sounds", "cli_a"): {"client_id": "cli_a", "prompts": prompts}}


def test_sounds_are_put_again_under_their_names(tmp_path: Path) -> None:
    (tmp_path / f"{HASH}.wav").write_bytes(b"RIFF")
    row = {"client_id": "cli_a", "prompts": {"a": HASH}}

    [put] = kind("sounds").messages(row, tmp_path)

    assert put == media.PutPromptRequest(client_id="cli_a", name="a", wav=b"RIFF")


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
        ("sounds/cli_a.yaml", "client_id: cli_a\nprompts: {a: b}", "prompts.a"),
        ("sounds/cli_a.yaml", "client_id: cli_a", "prompts"),
        ("sounds/cli_a.yaml", f"client_id: cli_a\nprompts: {{a: {HASH}}}", f"no {HASH}.wav"),
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
