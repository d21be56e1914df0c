"""`var/run/endpoints.json`: where a running platform is, for programs and people.

It holds tokens, so only its owner may read it. Its schema is `proto/endpoints.schema.json`.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sasayaki_tools.platform.identity import Keys, Person, service_identity, write_private
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.platform.ports import HOST, SERVICES, Ports
from sasayaki_tools.seed_file import Seed


@dataclass(slots=True)
class Running:
    """One supervised process: its pid (0 while it waits for a restart), starts, since when."""

    pid: int
    starts: int
    since: str


@dataclass(slots=True)
class Endpoints:
    """The document, field by field."""

    state_dir: str
    supervisor: int
    tenant: str
    sip: str
    outside: str
    gateway: str
    kafka: str
    topic_prefix: str
    grpc: dict[str, str]
    metrics: dict[str, str]
    numbers: dict[str, str]
    tokens: dict[str, str]
    sip_secrets: dict[str, str]
    seed: str | None
    notes: list[str]
    processes: dict[str, Running] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Writes the document, whole or not at all."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        write_private(file, f"{text}\n".encode())


def read(file: Path) -> Endpoints | None:
    """The document of a platform that runs or ran, or None."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    processes = {name: Running(**process) for name, process in found.pop("processes").items()}
    return Endpoints(processes=processes, **found)


def describe(
    places: Places, ports: Ports, kafka: str, tenant: str, *, supervisor: int, notes: list[str]
) -> Endpoints:
    """Where everything of a platform is, without anything of a seed."""
    return Endpoints(
        state_dir=str(places.state),
        supervisor=supervisor,
        tenant=tenant,
        sip=f"{ports.phones}:{ports.sip}",
        outside=f"{ports.phones}:{ports.outside}",
        gateway=f"{HOST}:{ports.gateway}",
        kafka=kafka,
        topic_prefix="",
        grpc={name: f"{HOST}:{ports.grpc[name]}" for name in SERVICES},
        metrics={
            **{name: f"{HOST}:{ports.http[name]}" for name in SERVICES},
            "node": f"{HOST}:{ports.node_http}",
            "gateway": f"{HOST}:{ports.gateway_http}",
        },
        numbers={},
        tokens={},
        sip_secrets={},
        seed=None,
        notes=notes,
    )


def add_seed(document: Endpoints, seed_name: str, seed: Seed, keys: Keys) -> None:
    """Puts in what the people of a demo seed need: tokens, SIP secrets, numbers to call."""
    people = [Person(user.id, user.role, user.clients, user.team) for user in seed.users]
    people += [service_identity(service) for service in SERVICES]
    document.seed = seed_name
    document.tokens = {person.user_id: keys.token(person, seed.tenant) for person in people}
    document.sip_secrets = {user.id: keys.sip_secret(user.id) for user in seed.users}
    document.numbers = {number: client.id for client in seed.clients for number in client.numbers}
