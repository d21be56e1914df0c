"""The programs of one platform: what to run, with which settings. Pure: nothing is started here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sasayaki_tools.paths import CONSOLE
from sasayaki_tools.platform.ports import HOST, SERVICES, Ports

TRUNK_CALLS_MAX = 1000
"""Of a platform that was given no trunks, at once: as many as a trunk may have."""

GATHER_US = "1000"
"""The node shares its cores with all else here: packets wait up to a millisecond for others."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep alive; programs of a lower stage start earlier and end later."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    stage: int


@dataclass(frozen=True, slots=True)
class Places:
    """Where a platform keeps what it writes."""

    state: Path

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def kafka(self) -> Path:
        return self.state / "kafka"

    @property
    def endpoints(self) -> Path:
        return self.run / "endpoints.json"

    @property
    def people(self) -> Path:
        return self.run / "people.json"

    @property
    def trunks(self) -> Path:
        return self.run / "trunks.json"

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def log_file(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def make(self) -> None:
        for folder in (self.run, self.log, self.keys, self.kafka, self.state / "node" / "journal"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.state / "spool").mkdir(exist_ok=True)
        (self.state / "recordings").mkdir(exist_ok=True)


def own_trunks(ports: Ports) -> str:
    """The trunks of a platform that was given none: everybody may call, and what is called outside
    is a port of this machine, where a phone may play the outside world.
    """
    trunk = {
        "name": "outside",
        "sources": ["0.0.0.0/0"],
        "outbound": f"{ports.phones}:{ports.outside}",
        "calls_max": TRUNK_CALLS_MAX,
    }
    return json.dumps({"trunks": [trunk]}, indent=2) + "\n"


def node_program(
    binary: Path, places: Places, ports: Ports, md5_users: str, given: Mapping[str, str]
) -> Program:
    """The media node: SIP, sound and its journal; `given` may name the user's own trunks."""
    first, last = ports.rtp
    settings = {
        "SIP": f"{ports.phones}:{ports.sip}",
        "RTP_PORTS": f"{first}-{last}",
        "RTP_ADDRESS": ports.phones,
        "SOCKET": str(places.run / "node.sock"),
        "JOURNAL": str(places.state / "node" / "journal"),
        "SPOOL": str(places.state / "spool"),
        "SIP_KEY_FILE": str(places.keys / "sip.key"),
        "MD5_USERS": md5_users,
        "HTTP": f"{HOST}:{ports.node_http}",
        "GATHER_US": given.get("SASAYAKI_NODE_GATHER_US", GATHER_US),
        "TRUNKS": given.get("SASAYAKI_NODE_TRUNKS") or str(places.trunks),
    }
    named = {f"SASAYAKI_NODE_{name}": value for name, value in settings.items()}
    return Program("node", (str(binary),), named, stage=0)


def service_program(
    name: str, python: str, places: Places, ports: Ports, kafka: str, given: Mapping[str, str]
) -> Program:
    """A Python service; `given` is the launcher's own environment, whose log level stands."""
    settings = {
        "KAFKA_BOOTSTRAP": kafka,
        "GRPC_ADDRESS": f"{HOST}:{ports.grpc[name]}",
        "HTTP_ADDRESS": f"{HOST}:{ports.http[name]}",
        "TOKEN_PUBLIC_KEY_FILE": str(places.keys / "token.pub.pem"),
        "SERVICE_TOKEN_FILE": str(places.keys / f"{name}.jwt"),
        "LOG_LEVEL": given.get("SASAYAKI_LOG_LEVEL", "info"),
        **{f"{peer.upper()}_ADDRESS": f"{HOST}:{ports.grpc[peer]}" for peer in SERVICES},
        **_own_settings(name, places),
    }
    prefix = f"SASAYAKI_{name.upper()}_"
    own = {prefix + setting: value for setting, value in settings.items()}
    return Program(name, (python, "-m", f"sasayaki_{name}"), own, stage=2)


def gateway_program(
    python: str, places: Places, ports: Ports, *, demo: bool, given: Mapping[str, str]
) -> Program:
    """The gateway: the browser's door. With `demo` a click signs in; `given` as for services."""
    settings = {
        "LISTEN_ADDRESS": f"{HOST}:{ports.gateway}",
        "HTTP_ADDRESS": f"{HOST}:{ports.gateway_http}",
        "STATE": str(places.state / "gateway"),
        "CONSOLE": str(CONSOLE / "dist"),
        "TOKEN_PRIVATE_KEY_FILE": str(places.keys / "token.pem"),
        "LOG_LEVEL": given.get("SASAYAKI_LOG_LEVEL", "info"),
        **{f"{peer.upper()}_ADDRESS": f"{HOST}:{ports.grpc[peer]}" for peer in SERVICES},
        **({"DEMO": "1", "PEOPLE_FILE": str(places.people)} if demo else {}),
    }
    own = {f"SASAYAKI_GATEWAY_{setting}": value for setting, value in settings.items()}
    return Program("gateway", (python, "-m", "sasayaki_gateway"), own, stage=2)


def _own_settings(name: str, places: Places) -> dict[str, str]:
    """What only this service needs to know about the machine."""
    match name:
        case "media":
            return {
                "NODE_SOCKET": str(places.run / "node.sock"),
                "SPOOL": str(places.state / "spool"),
                "KEYS": str(places.keys),
                "PROMPTS": str(places.state / "prompts"),
            }
        case "callreason" | "monitoring":
            return {"KEYS": str(places.keys)}
        case "recording":
            return {"VAULT": str(places.state / "recordings"), "KEYS": str(places.keys)}
        case _:
            return {}


def kafka_address(ports: Ports, given: Mapping[str, str]) -> str:
    """The broker that services talk to: the user's own, else ours."""
    return given.get("SASAYAKI_KAFKA_BOOTSTRAP") or f"{HOST}:{ports.kafka}"
