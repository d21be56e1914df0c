"""`backup` and `restore`: everything that a stopped platform keeps, as one file.

The file is a gzipped tar: `MANIFEST.json` first, with the size and SHA-256 of every other member,
then the files of the state folder. It holds keys and recordings: whoever has it has everything.
"""

import io
import itertools
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import BaseModel, ValidationError

from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform import pids
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import Failed, note, step

FORMAT = 1
MANIFEST = "MANIFEST.json"
MANIFEST_BYTES_MOST = 256 << 20
KEPT = ("keys", "kafka", "node", "spool", "recordings", "prompts", "gateway")
"""Folders of the state; what stands in `run` and `log` is made anew."""
COMPRESSION = 1
"""Sound and Kafka's batches hardly get smaller: as little work as may be."""


class Held(BaseModel):
    """What a backup's list says of one file."""

    bytes: int
    sha256: str


Manifest = dict[str, Held]


class Listed(BaseModel):
    """`MANIFEST.json`."""

    format: int
    files: Manifest


def backup(target: Path) -> int:
    """Writes the state of the platform that does not run; raises Failed when it does."""
    places = Places(state_dir())
    _refuse_running(places)
    if target.exists():
        raise Failed(f"{target} is there already; a backup replaces nothing")
    if not any(_files(places.state)):
        raise Failed(f"nothing to back up in {places.state}")
    with step(f"backup of {places.state}"):
        manifest = pack(places.state, target)
    note(f"{len(manifest)} files, {target.stat().st_size:,} bytes in {target}")
    note("it holds keys and recordings: keep it as safe as the platform itself")
    return 0


def restore(source: Path) -> int:
    """Puts a backup into an empty state folder; raises Failed and changes nothing otherwise."""
    places = Places(state_dir())
    _refuse_running(places)
    if any(_files(places.state)):
        raise Failed(f"{places.state} holds a platform; move it away first: nothing is replaced")
    if not source.is_file():
        raise Failed(f"there is no file {source}")
    with step(f"restore into {places.state}"):
        manifest = unpack(source, places.state)
    note(f"{len(manifest)} files, each as its hash says; ./sasayaki up starts it")
    return 0


def pack(state: Path, target: Path) -> Manifest:
    """Writes the files of a state folder, whole or not at all; returns what is in it."""
    names = sorted(_files(state))
    manifest: Manifest = {
        name: Held(bytes=(state / name).stat().st_size, sha256=_digest(state / name))
        for name in names
    }
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            _write(out, state, manifest)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def unpack(source: Path, state: Path) -> Manifest:
    """Fills a state folder from a backup once every file of it is there and right."""
    state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=state, prefix=".restore-") as folder:
        draft = Path(folder)
        manifest = _read(source, draft)
        for kept in KEPT:
            if (draft / kept).is_dir():
                shutil.rmtree(state / kept, ignore_errors=True)
                (draft / kept).rename(state / kept)
    return manifest


def _refuse_running(places: Places) -> None:
    noted = (pids.read(file) for file in places.run.glob("*.pid"))
    if any(who is not None and pids.is_alive(who) for who in noted):
        raise Failed("the platform runs, and its files change; ./sasayaki down ends it")


def _files(state: Path) -> Iterator[str]:
    """What is kept, as names below the state folder."""
    for kept in KEPT:
        for path in (state / kept).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(state).as_posix()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _write(out: IO[bytes], state: Path, manifest: Manifest) -> None:
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=COMPRESSION) as tar:
        text = Listed(format=FORMAT, files=manifest).model_dump_json(indent=1).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(text), 0o600
        tar.addfile(head, io.BytesIO(text))
        for name, known in manifest.items():
            tar.add(state / name, name, recursive=False)
            if _digest(state / name) != known.sha256:
                raise Failed(f"{name} changed while it was read: does something still run?")


def _read(source: Path, draft: Path) -> Manifest:
    """The files of a backup, checked, in an empty folder."""
    try:
        with tarfile.open(source, mode="r:gz") as tar:
            manifest = _manifest(tar)
            members = itertools.islice(tar, 1, None)
            found = {_take(tar, member, draft, manifest) for member in members}
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise Failed(f"{source} is no whole backup: {error}") from None
    if missing := manifest.keys() - found:
        raise Failed(f"{source} is no whole backup: {min(missing)} is missing")
    return manifest


def _manifest(tar: tarfile.TarFile) -> Manifest:
    head = tar.next()
    if head is None or head.name != MANIFEST or head.size > MANIFEST_BYTES_MOST:
        raise ValueError(f"it does not begin with {MANIFEST}")
    file = tar.extractfile(head)
    try:
        told = Listed.model_validate_json(file.read() if file else b"")
    except ValidationError:
        raise ValueError(f"{MANIFEST} is not a list of files") from None
    if told.format != FORMAT:
        raise ValueError(f"its format is {told.format}, this build reads {FORMAT}")
    return told.files


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, draft: Path, manifest: Manifest) -> str:
    """Writes one member that the manifest names; returns its name."""
    known = manifest.get(member.name)
    path = PurePosixPath(member.name)
    inside = ".." not in path.parts and path.parts[:1] in [(kept,) for kept in KEPT]
    if known is None or not inside or not member.isreg():
        raise ValueError(f"{member.name!r} is not one of its files")
    if member.size != known.bytes:
        raise ValueError(f"{member.name} has {member.size} bytes, its list says {known.bytes}")
    target = draft / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = tar.extractfile(member)
    assert content is not None, "a regular file has content"
    with target.open("xb") as out:
        shutil.copyfileobj(content, out)
    target.chmod(member.mode & 0o700)
    if _digest(target) != known.sha256:
        raise ValueError(f"{member.name} is not as its hash says")
    return member.name
