"""The programs of one platform: what to run, with which settings. Pure: nothing is started here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sasayaki_tools.platform.ports import HOST, SERVICES, Ports


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

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def log_file(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def make(self) -> None:
        for folder in (self.run, self.log, self.keys, self.kafka, self.state / "node" / "journal"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.state / "spool").mkdir(exist_ok=True)
        (self.state / "recordings").mkdir(exist_ok=True)


def node_program(binary: Path, places: Places, ports: Ports, md5_users: str) -> Program:
    """The media node: SIP, sound and its journal."""
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
        "INSTANCE": f"{name}-1",
        "LOG_LEVEL": given.get("SASAYAKI_LOG_LEVEL", "info"),
        **{f"{peer.upper()}_ADDRESS": f"{HOST}:{ports.grpc[peer]}" for peer in SERVICES},
        **_own_settings(name, places),
    }
    prefix = f"SASAYAKI_{name.upper()}_"
    own = {prefix + setting: value for setting, value in settings.items()}
    return Program(name, (python, "-m", f"sasayaki_{name}"), own, stage=2)


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
