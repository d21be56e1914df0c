"""Client companies' keys: made once, whole, for one user alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sasayaki_callreason.sealed.keys import make_key
from sasayaki_chassis.seals import KEY_BYTES


def test_a_key_is_32_random_bytes_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert make_key(folder, "cli_acme")
    assert make_key(folder, "cli_hana")
    acme, hana = folder / "cli_acme.key", folder / "cli_hana.key"
    assert len(acme.read_bytes()) == KEY_BYTES
    assert acme.read_bytes() != hana.read_bytes()
    assert acme.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    make_key(tmp_path, "cli_acme")
    before = (tmp_path / "cli_acme.key").read_bytes()
    assert not make_key(tmp_path, "cli_acme")
    assert (tmp_path / "cli_acme.key").read_bytes() == before


def test_of_many_who_make_a_key_at_once_one_does(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: make_key(tmp_path, "cli_acme"), range(64)))
    assert made.count(True) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["cli_acme.key"]
