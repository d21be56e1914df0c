"""The production composition's services, started as docker-compose.yml and the Dockerfile say.

No container engine is needed: each service's command, environment, secrets and health check are
taken from the files; only addresses, ports and folders are put in the place of the containers'.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.harness.kafka import free_ports

from sasayaki_tools.paths import BINARIES, ROOT
from sasayaki_tools.platform.identity import open_keys, write_service_tokens
from sasayaki_tools.platform.plan import Places, gateway_program, node_program, service_program
from sasayaki_tools.platform.ports import SERVICES, Ports
from sasayaki_tools.seed_file import people_file, read_seed

WELL_S = 60.0
LOOK_EVERY_S = 0.2
TENANT = "out_demo"
PARTS = ("node", *SERVICES, "gateway")
VARIABLE = re.compile(r"\$\{SASAYAKI_\w+_ADDRESS[^}]*\}")
DEFAULTED = re.compile(r"\$\{\w+:-([^}]*)\}")
FOLDERS = ("/var/lib/sasayaki", "/run/sasayaki")
"""Where the composition's volumes are mounted."""


def composition() -> dict[str, Any]:
    """docker-compose.yml as data."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def image_command() -> list[str]:
    """What the image runs."""
    commands = re.findall(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    command: list[str] = json.loads(commands[-1])
    return command


class Machine:
    """Stands for the composition's network, volumes and secrets."""

    def __init__(self, folder: Path, kafka: str) -> None:
        self._folder = folder
        self._kafka = kafka
        self._ports: dict[str, int] = {}
        self.secrets = self._make_secrets()

    def here(self, value: str) -> str:
        """A value of the composition as it holds on this machine."""
        value = DEFAULTED.sub(r"\1", VARIABLE.sub("127.0.0.1", value))
        if value.startswith("kafka-1:"):
            return self._kafka
        if value.startswith("/run/secrets/"):
            return str(self.secrets[value.removeprefix("/run/secrets/")])
        for folder in FOLDERS:
            if value.startswith(folder):
                return str(self._folder / "volumes" / value.removeprefix("/"))
        return re.sub(r"^[\w.-]+:(\d+)$", lambda hit: f"127.0.0.1:{self._port(hit[1])}", value)

    def local(self, code: str) -> str:
        """A health check's program with the ports of this machine."""
        return re.sub(r"localhost:(\d+)", lambda hit: f"127.0.0.1:{self._port(hit[1])}", code)

    def volume(self, mount: str) -> None:
        """Makes the folder of a volume."""
        target = mount.split(":")[1]
        (self._folder / "volumes" / target.removeprefix("/")).mkdir(parents=True, exist_ok=True)

    def _port(self, usual: str) -> int:
        return self._ports.setdefault(usual, free_ports(1)[0])

    def _make_secrets(self) -> Mapping[str, Path]:
        keys = open_keys(self._folder / "secrets")
        write_service_tokens(keys, SERVICES, TENANT)
        (keys.folder / "people.json").write_text(people_file(read_seed("demo")))
        declared = composition()["secrets"]
        return {name: keys.folder / Path(each["file"]).name for name, each in declared.items()}


@contextmanager
def started(part: str, machine: Machine, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One service with what the composition gives it, and nothing else of this machine."""
    service = composition()["services"][part]
    for mount in service.get("volumes", ()):
        machine.volume(mount)
    environment = {name: machine.here(str(value)) for name, value in service["environment"].items()}
    environment["SASAYAKI_SERVICE"] = service["build"]["args"]["SERVICE"]
    environment["PATH"] = f"{Path(sys.executable).parent}:{BINARIES}:{os.environ['PATH']}"
    work = folder / "work" / part
    work.mkdir(parents=True)
    with (folder / f"{part}.log").open("wb") as log:
        process = subprocess.Popen(
            image_command(), env=environment, cwd=work, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def is_well(part: str, machine: Machine) -> bool:
    """What the composition's health check of a service says."""
    kind, program, *arguments = composition()["services"][part]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    command = [sys.executable, *map(machine.local, arguments)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.timeout(180)
def test_every_service_of_the_composition_starts_and_gets_well(kafka: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, kafka)
    with ExitStack() as running:
        processes = {
            part: running.enter_context(started(part, machine, tmp_path)) for part in PARTS
        }
        until = time.monotonic() + WELL_S
        unwell = set(PARTS)
        while unwell and time.monotonic() < until:
            unwell = {part for part in unwell if not is_well(part, machine)}
            time.sleep(LOOK_EVERY_S)
        words = {part: (tmp_path / f"{part}.log").read_text()[-2_000:] for part in unwell}
        assert not unwell, words
        assert all(process.poll() is None for process in processes.values())

    written = [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert not written, "a container's own files can't be written: it is read-only"


def test_the_composition_gives_each_service_every_folder_that_the_launcher_gives_it() -> None:
    ports = Ports(
        1, 2, 3, dict.fromkeys(SERVICES, 4), dict.fromkeys(SERVICES, 5), 6, (8, 10), 7, 8, 9
    )
    places = Places(Path("/state"))
    programs = [node_program(Path("node"), places, ports, "", {})]
    programs += [service_program(name, "python", places, ports, "kafka", {}) for name in SERVICES]
    programs.append(gateway_program("python", places, ports, demo=False, given={}))

    services = composition()["services"]
    for program in programs:
        given = {name for name, value in program.environment.items() if "/state" in value}
        missing = given - services[program.name]["environment"].keys()
        assert not missing, f"{program.name} is not given {missing}"


def test_the_composition_gives_browsers_an_address_of_the_node_and_ports_of_their_own() -> None:
    node = composition()["services"]["node"]
    given = node["environment"]
    assert given["SASAYAKI_NODE_BROWSER_HOST"] == given["SASAYAKI_NODE_RTP_ADDRESS"]
    rtp, browsers = (_range(given[f"SASAYAKI_NODE_{use}_PORTS"]) for use in ("RTP", "BROWSER"))
    assert set(rtp).isdisjoint(browsers)
    assert len(browsers[::2]) >= 2_000, "fewer than the node's connections"
    # Behind NAT both are set from outside; else nothing is announced.
    assert given["SASAYAKI_NODE_ANNOUNCED_ADDRESS"] == "${SASAYAKI_ANNOUNCED_ADDRESS:-}"
    assert given["SASAYAKI_NODE_LOCAL_NETWORKS"] == "${SASAYAKI_LOCAL_NETWORKS:-}"
    # The host's network: each port is reached as it is, none is published as another.
    assert node["network_mode"] == "host"
    assert "ports" not in node


def _range(value: str) -> range:
    first, last = map(int, value.split("-"))
    return range(first, last + 1)
