"""A backup holds every file of a stopped platform, and a damaged one restores nothing."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from sasayaki_tools import backup
from sasayaki_tools.platform import pids
from sasayaki_tools.say import Failed

FILES = {
    "keys/sip.key": b"\x00" * 32,
    "kafka/media.call-0/00000000000000000000.log": b"records" * 500,
    "node/journal/1.journal": b"happenings",
    "recordings/out_demo/con_1.pages": bytes(range(256)) * 40,
    "prompts/ab.wav": b"RIFF",
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with something of everything, and what is made anew at each start."""
    folder = tmp_path / "state"
    for name, content in {**FILES, "run/endpoints.json": b"{}", "log/node.log": b"x"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "keys/sip.key").chmod(0o600)
    return folder


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_was_backed_up_comes_back_as_it_was(state: Path, tmp_path: Path) -> None:
    backup.pack(state, tmp_path / "b")
    backup.unpack(tmp_path / "b", tmp_path / "new")

    assert held(tmp_path / "new") == FILES
    assert (tmp_path / "new/keys/sip.key").stat().st_mode & 0o077 == 0


def test_only_its_owner_may_read_a_backup(state: Path, tmp_path: Path) -> None:
    backup.pack(state, tmp_path / "b")

    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_a_backup_replaces_no_file(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SASAYAKI_STATE_DIR", str(state))
    (tmp_path / "b").write_text("something")

    with pytest.raises(Failed, match="replaces nothing"):
        backup.backup(tmp_path / "b")


def test_nothing_is_restored_over_a_platform(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.pack(state, tmp_path / "b")
    monkeypatch.setenv("SASAYAKI_STATE_DIR", str(state))

    with pytest.raises(Failed, match="holds a platform"):
        backup.restore(tmp_path / "b")


@pytest.mark.parametrize("process", ["sasayaki", "broker"])
def test_a_platform_of_which_anything_runs_is_not_backed_up(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    monkeypatch.setenv("SASAYAKI_STATE_DIR", str(state))
    (state / "run" / f"{process}.pid").write_text(str(pids.identify(os.getpid())))

    with pytest.raises(Failed, match="the platform runs"):
        backup.backup(tmp_path / "b")


def rewritten(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> None:
    """The backup with its members changed."""
    with tarfile.open(file) as tar:
        members = []
        for each in tar.getmembers():
            held_in = tar.extractfile(each)
            members.append((each, held_in.read() if held_in else b""))
    change(members)
    with tarfile.open(file, "w:gz") as tar:
        for head, content in members:
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))


def flip(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    head, content = members[-1]
    members[-1] = (head, bytes([content[0] ^ 1]) + content[1:])


def drop(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del members[-1]


def add(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members.append((tarfile.TarInfo("keys/another"), b"x"))


def headless(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del members[0]


def of_another_format(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    told = json.loads(members[0][1])
    members[0] = (members[0][0], json.dumps({**told, "format": 99}).encode())


def of_another_make(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[0] = (members[0][0], b"[1, 2]")


def of_nothing(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[0] = (members[0][0], b'{"format": 1, "files": {"keys/sip.key": {}}}')


def nested(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[0] = (members[0][0], b"[" * 100_000)


def longer(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    head, _ = members[-1]
    members[-1] = (head, b"x" * 100_000)


def escaping(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    told = json.loads(members[0][1])
    told["files"]["keys/../../out"] = {"bytes": 1, "sha256": sha256(b"x").hexdigest()}
    members[0] = (members[0][0], json.dumps(told).encode())
    members.append((tarfile.TarInfo("keys/../../out"), b"x"))


def linking(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    head, _ = members[-1]
    head.type, head.linkname = tarfile.SYMTYPE, "/etc/passwd"
    members[-1] = (head, b"")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (flip, "is not as its hash says"),
        (drop, "is missing"),
        (add, "'keys/another' is not one of its files"),
        (headless, "does not begin with MANIFEST.json"),
        (of_another_format, "its format is 99"),
        (of_another_make, "MANIFEST.json is not a list of files"),
        (of_nothing, "MANIFEST.json is not a list of files"),
        (nested, "MANIFEST.json is not a list of files"),
        (longer, "recordings/out_demo/con_1.pages has 100000 bytes, its list says 10240"),
        (escaping, "is not one of its files"),
        (linking, "is not one of its files"),
    ],
)
def test_a_damaged_or_hostile_backup_is_refused_by_name_and_changes_nothing(
    state: Path,
    tmp_path: Path,
    damage: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None],
    named: str,
) -> None:
    backup.pack(state, tmp_path / "b")
    rewritten(tmp_path / "b", damage)

    with pytest.raises(Failed, match=named):
        backup.unpack(tmp_path / "b", tmp_path / "new")
    assert held(tmp_path / "new") == {}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_backup_that_was_cut_is_refused(state: Path, tmp_path: Path, part: float) -> None:
    backup.pack(state, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: int(len(whole) * part)])

    with pytest.raises(Failed, match="no whole backup"):
        backup.unpack(tmp_path / "b", tmp_path / "new")
    assert held(tmp_path / "new") == {}


def refusal(source: Path, state: Path) -> str:
    """What is told of a backup that is not taken; empty when it is."""
    try:
        backup.unpack(source, state)
    except Failed as failure:
        return str(failure)
    return ""


def test_damage_anywhere_is_refused_in_words_or_harms_no_file(state: Path, tmp_path: Path) -> None:
    backup.pack(state, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    refused = 0
    for at in range(0, len(whole), 23):
        damage = bytes(byte ^ 0x55 for byte in whole[at : at + 20])
        (tmp_path / "damaged").write_bytes(whole[:at] + damage + whole[at + 20 :])
        new = tmp_path / str(at)
        why = refusal(tmp_path / "damaged", new)
        refused += bool(why)
        assert not why or "no whole backup" in why
        assert held(new) == ({} if why else FILES)
    assert refused > len(whole) / 23 / 2


def test_what_is_no_backup_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(gzip.compress(b"a letter"))

    with pytest.raises(Failed, match="no whole backup"):
        backup.unpack(tmp_path / "b", tmp_path / "new")
