"""`./sasayaki flow` says what is wrong with what it was asked, before it asks anybody."""

from pathlib import Path

import pytest

from sasayaki_tools.flow import main, platform
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import read_seed


@pytest.mark.parametrize("version", ["-1", "0", "two", "1.5", "99999999999"])
def test_a_version_that_can_be_none_is_told(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["rollback", "flw_acme", "--", version])

    assert ended.value.code == 2
    assert f"a version like 1, not {version!r}" in capsys.readouterr().err


def test_a_file_of_test_cases_without_any_publishes_nothing(tmp_path: Path) -> None:
    client = read_seed("demo").clients[0]
    (tmp_path / "a.yaml").write_text("flow: flw_acme")
    (tmp_path / "a.test.yaml").touch()

    with pytest.raises(Failed, match=r"a\.test\.yaml:1: the file is empty"):
        platform.publish(client, tmp_path / "a.yaml", tmp_path / "a.test.yaml", note="")
