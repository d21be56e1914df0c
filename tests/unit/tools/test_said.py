"""A program is asked for its version, and not waited for when it is broken."""

from pathlib import Path

import pytest

from sasayaki_tools.platform import java, node, said


def program(folder: Path, name: str, script: str) -> Path:
    made = folder / name
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return made


def test_both_channels_are_heard(tmp_path: Path) -> None:
    both = program(tmp_path, "both", 'echo "asked $1"; echo aside >&2')
    assert said.version_said(both, "--version") == "asked --version\naside\n"


@pytest.mark.parametrize("script", ["echo 'v1.2.3'; exit 1", "exec /nowhere/at-all"])
def test_a_program_that_fails_has_no_version(tmp_path: Path, script: str) -> None:
    assert said.version_said(program(tmp_path, "failing", script), "--version") is None


def test_a_program_that_does_not_answer_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(said, "WAIT_S", 0.05)
    assert said.version_said(program(tmp_path, "silent", "exec sleep 60"), "--version") is None


def test_each_runtimes_own_way_of_saying_it_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path, "npm", "exit 0")
    program(tmp_path, "java", "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2")
    program(tmp_path, "node", "echo v20.19.2")
    found_java, found_node = java.find_java(), node.find_node()
    assert found_java is not None
    assert found_java.version == "17.0.15"
    assert found_node is not None
    assert found_node.version == "20.19.2"
