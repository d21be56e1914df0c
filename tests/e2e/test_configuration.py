"""What is set up on a platform is exported, changed as files, tried dry, and imported."""

from __future__ import annotations

from pathlib import Path

from tests.harness.running import Running, launch, state_folder

FOLDERS = {"clients", "flows", "operators", "scripts", "articles", "retention", "prompts"}
"""What the demo's seed sets up, among others."""


def held(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_empty_platform_becomes_what_another_was_exported_as(
    running: Running, tmp_path: Path
) -> None:
    launch(running.state, "export", str(tmp_path / "one"))
    with state_folder() as empty:
        try:
            launch(empty, "up", "--detach")
            launch(empty, "import", str(tmp_path / "one"))
            launch(empty, "export", str(tmp_path / "two"))
        finally:
            launch(empty, "down")

    assert held(tmp_path / "two") == held(tmp_path / "one")
    assert {name.split("/")[0] for name in held(tmp_path / "one")} >= FOLDERS


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    running: Running, tmp_path: Path
) -> None:
    launch(running.state, "export", str(tmp_path / "before"))
    changed = tmp_path / "before" / "clients" / "cli_hana.yaml"
    changed.write_text(changed.read_text().replace("Hana Travel", "Hana Tours"))

    said = launch(running.state, "import", "--dry-run", str(tmp_path / "before"))

    assert said == "clients/cli_hana: changed: name\n"
    launch(running.state, "export", str(tmp_path / "after"))
    assert b"Hana Travel" in (tmp_path / "after" / "clients" / "cli_hana.yaml").read_bytes()
