"""The broker's jars: coordinates and hashes from a lock file, files from wherever they can be had.

Each lock line is `group:artifact:version sha256 bytes`. A jar is taken from the cache, else from
the user's local Maven repository, else from the repository that the user's settings name, else
from Maven Central. Nothing is kept whose hash differs. Standard library only.

The lock was made from a folder that Maven filled (`dependency:copy-dependencies` with
`-DincludeScope=runtime -Dmdep.useRepositoryLayout=true`) by `lock_of`.
"""

import ast
import base64
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from sasayaki_tools.platform import wheels
from sasayaki_tools.say import Failed

FETCHES_AT_ONCE = 8
TRIES = 4
FETCH_WAIT_S = 60
FIRST_PAUSE_S = 0.5
# Mirrors that stand for Maven Central in a settings file.
CENTRAL_MIRRORS = {"central", "*", "external:*"}


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where a repository in Maven's layout keeps it."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.name}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository's base address, and the header that lets us in, if it needs one."""

    address: str
    authorization: str | None = None


def read_lock(lock: Path) -> tuple[Jar, ...]:
    """The jars that a lock names, sorted by file name so that the class path never varies."""
    jars = []
    for line in lock.read_text().splitlines():
        coordinates, digest, size = line.split()
        group, artifact, version = coordinates.split(":")
        jars.append(Jar(group, artifact, version, digest, int(size)))
    return tuple(sorted(jars, key=lambda jar: jar.name))


def lock_of(repository: Path) -> str:
    """The lock's text for all jars in a folder of Maven's layout."""
    lines = []
    for file in sorted(repository.rglob("*.jar")):
        *group, artifact, version, _ = file.relative_to(repository).parts
        content = file.read_bytes()
        name = f"{'.'.join(group)}:{artifact}:{version}"
        lines.append(f"{name} {sha256(content).hexdigest()} {len(content)}\n")
    return "".join(lines)


def missing(jars: tuple[Jar, ...], folder: Path) -> list[Jar]:
    """The jars that are not in the folder with their locked size.

    The hash was checked before a file got its name there.
    """
    return [jar for jar in jars if not _kept(folder / jar.name, jar)]


def bring(jars: tuple[Jar, ...], folder: Path) -> list[Path]:
    """All jars as files in the folder, in order; raises Failed when one cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [jar for jar in missing(jars, folder) if not _copy_local(jar, folder)]
    if wanted:
        if wheels.offline():
            raise Failed(f"SASAYAKI_OFFLINE=1 forbids fetching {len(wanted)} jars of the broker")
        repository = repository_for(os.environ, Path.home() / ".m2" / "settings.xml")
        with ThreadPoolExecutor(FETCHES_AT_ONCE) as pool:
            list(pool.map(lambda jar: _fetch(jar, repository, folder), wanted))
    return [folder / jar.name for jar in jars]


def repository_for(environment: Mapping[str, str], settings: Path) -> Repository:
    """MAVEN_REPO_URL, else the settings file's mirror of Maven Central, else Maven Central."""
    own = environment.get("MAVEN_REPO_URL")
    if own:
        return Repository(own.rstrip("/"))
    if settings.is_file():
        mirror = _mirror(settings.read_text(), environment)
        if mirror is not None:
            return mirror
    return Repository(central_address())


def central_address() -> str:
    """Where Maven Central is, as a Maven client from PyPI knows it."""
    constants = (wheels.bring("maven") / "jgo" / "constants.py").read_text()
    for node in ast.parse(constants).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names == ["MAVEN_CENTRAL_URL"]:
                return str(node.value.value)
    raise Failed("set MAVEN_REPO_URL to the address of a Maven repository")


def _mirror(settings: str, environment: Mapping[str, str]) -> Repository | None:
    """The settings file's mirror of Maven Central with its server's credentials, if it has one."""
    text = re.sub(r"\$\{env\.(\w+)\}", lambda hit: environment.get(hit.group(1), ""), settings)
    try:
        root = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", text, count=1))
    except ElementTree.ParseError as fault:
        raise Failed(f"the settings file of Maven cannot be read: {fault}") from None
    for mirror in root.iterfind("mirrors/mirror"):
        stands_for = {name.strip() for name in (mirror.findtext("mirrorOf") or "").split(",")}
        address = (mirror.findtext("url") or "").strip()
        if address and stands_for & CENTRAL_MIRRORS:
            return Repository(address.rstrip("/"), _login(root, mirror.findtext("id") or ""))
    return None


def _login(root: ElementTree.Element, server_id: str) -> str | None:
    for server in root.iterfind("servers/server"):
        user = (server.findtext("username") or "").strip()
        if user and (server.findtext("id") or "").strip() == server_id.strip():
            password = (server.findtext("password") or "").strip()
            return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    return None


def _kept(file: Path, jar: Jar) -> bool:
    return file.is_file() and file.stat().st_size == jar.size


def _copy_local(jar: Jar, folder: Path) -> bool:
    """Takes the jar from the user's own Maven repository, if it is there and right."""
    own = Path.home() / ".m2" / "repository" / jar.path
    if not _kept(own, jar) or sha256(own.read_bytes()).hexdigest() != jar.sha256:
        return False
    draft = folder / f".{jar.name}.{os.getpid()}"
    shutil.copyfile(own, draft)
    draft.rename(folder / jar.name)
    return True


def _fetch(jar: Jar, repository: Repository, folder: Path) -> None:
    """Brings one jar from the repository; its name appears only when the hash is right."""
    request = urllib.request.Request(f"{repository.address}/{jar.path}")
    request.add_header("User-Agent", "sasayaki")
    if repository.authorization:
        request.add_header("Authorization", repository.authorization)
    fault = "nothing was tried"
    for tried in range(TRIES):
        if tried:
            time.sleep(FIRST_PAUSE_S * 2**tried)
        try:
            with urllib.request.urlopen(request, timeout=FETCH_WAIT_S) as answer:
                content = answer.read(jar.size + 1)
        except (OSError, urllib.error.URLError) as error:
            fault = str(error)
            continue
        if sha256(content).hexdigest() == jar.sha256:
            draft = folder / f".{jar.name}.{os.getpid()}"
            draft.write_bytes(content)
            draft.rename(folder / jar.name)
            return
        fault = f"what came has another hash than the locked {jar.sha256!r}"
    raise Failed(
        f"the jar {jar.name!r} could not be had: {fault}\n"
        "MAVEN_REPO_URL names another Maven repository; SASAYAKI_KAFKA_BOOTSTRAP another broker"
    )
