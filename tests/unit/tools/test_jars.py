"""The broker's jars: where they come from, and that nothing with another hash is kept."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from sasayaki_tools.platform import jars
from sasayaki_tools.platform.jars import Jar
from sasayaki_tools.say import Failed

CONTENT = b"a jar's bytes"
LINE = f"org.example:thing:1.2 {sha256(CONTENT).hexdigest()} {len(CONTENT)}\n"
PLACE = "org/example/thing/1.2/thing-1.2.jar"

SETTINGS = """<settings xmlns="http://maven.apache.org/SETTINGS/1.0.0">
  <servers><server><id>own</id><username>${env.WHO}</username><password>pw</password></server></servers>
  <mirrors><mirror><id>own</id><mirrorOf>central,other</mirrorOf><url>http://mirror.test/m2/</url></mirror></mirrors>
</settings>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        return None


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A repository's folder and its address on this machine."""
    folder = tmp_path / "repository"
    (folder / PLACE).parent.mkdir(parents=True)
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def locked(tmp_path: Path) -> tuple[Jar, ...]:
    lock = tmp_path / "jars.lock"
    lock.write_text(LINE)
    return jars.read_lock(lock)


@pytest.fixture(autouse=True)
def away_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(jars, "FIRST_PAUSE_S", 0.0)
    monkeypatch.delenv("SASAYAKI_OFFLINE", raising=False)


def test_the_committed_lock_names_each_jar_once_without_any_address() -> None:
    lock = Path(__file__).resolve().parents[3] / "tools" / "kafka-4.3.1.lock"
    found = jars.read_lock(lock)
    assert len({jar.name for jar in found}) == len(found) == 46
    assert "kafka_2.13-4.3.1.jar" in {jar.name for jar in found}
    assert "//" not in lock.read_text()


def test_a_class_path_is_in_the_same_order_whatever_the_order_of_the_lock(tmp_path: Path) -> None:
    lines = [f"g:b:1 {'0' * 64} 1\n", f"g:a:1 {'0' * 64} 1\n"]
    orders = []
    for content in (lines, lines[::-1]):
        (tmp_path / "lock").write_text("".join(content))
        orders.append([jar.name for jar in jars.read_lock(tmp_path / "lock")])
    assert orders[0] == orders[1] == ["a-1.jar", "b-1.jar"]


def test_a_lock_made_of_a_folder_is_read_as_that_folder(
    repository: tuple[Path, str], locked: tuple[Jar, ...]
) -> None:
    (repository[0] / PLACE).write_bytes(CONTENT)
    assert jars.lock_of(repository[0]) == LINE


def test_a_jar_is_fetched_from_the_repository_that_the_user_names(
    repository: tuple[Path, str],
    locked: tuple[Jar, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (repository[0] / PLACE).write_bytes(CONTENT)
    monkeypatch.setenv("MAVEN_REPO_URL", repository[1])
    assert [file.read_bytes() for file in jars.bring(locked, tmp_path / "jars")] == [CONTENT]


def test_a_jar_with_another_hash_is_not_kept(
    repository: tuple[Path, str],
    locked: tuple[Jar, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (repository[0] / PLACE).write_bytes(CONTENT.upper())
    monkeypatch.setenv("MAVEN_REPO_URL", repository[1])
    with pytest.raises(Failed, match="another hash"):
        jars.bring(locked, tmp_path / "jars")
    assert list((tmp_path / "jars").iterdir()) == []


def test_a_jar_of_the_users_own_maven_repository_is_not_fetched(
    locked: tuple[Jar, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home" / ".m2" / "repository" / PLACE
    own.parent.mkdir(parents=True)
    own.write_bytes(CONTENT)
    monkeypatch.setenv("SASAYAKI_OFFLINE", "1")
    assert jars.bring(locked, tmp_path / "jars")[0].read_bytes() == CONTENT


def test_offline_nothing_is_fetched(
    locked: tuple[Jar, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SASAYAKI_OFFLINE", "1")
    with pytest.raises(Failed, match="SASAYAKI_OFFLINE"):
        jars.bring(locked, tmp_path / "jars")


def test_a_jar_cut_short_counts_as_missing(locked: tuple[Jar, ...], tmp_path: Path) -> None:
    (tmp_path / "thing-1.2.jar").write_bytes(CONTENT[:-1])
    assert jars.missing(locked, tmp_path) == list(locked)


def test_the_mirror_of_the_users_settings_is_asked_with_its_credentials(tmp_path: Path) -> None:
    settings = tmp_path / "settings.xml"
    settings.write_text(SETTINGS)
    found = jars.repository_for({"WHO": "me"}, settings)
    assert found == jars.Repository("http://mirror.test/m2", "Basic bWU6cHc=")


def test_the_users_setting_comes_before_the_settings_file(tmp_path: Path) -> None:
    settings = tmp_path / "settings.xml"
    settings.write_text(SETTINGS)
    found = jars.repository_for({"MAVEN_REPO_URL": "http://own.test/"}, settings)
    assert found == jars.Repository("http://own.test")
