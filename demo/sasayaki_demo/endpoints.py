"""Where a running platform is: `var/run/endpoints.json` as the launcher writes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Endpoints:
    """Addresses, and the demo seed's tokens and SIP secrets, by user id."""

    sip: str
    outside: str
    gateway: str
    grpc: dict[str, str]
    metrics: dict[str, str]
    kafka: str
    tenant: str
    tokens: dict[str, str]
    sip_secrets: dict[str, str]


def read_endpoints(path: Path) -> Endpoints:
    """Returns what the launcher wrote.

    Raises SystemExit with a message for people when the platform is not up.
    """
    if not path.exists():
        raise SystemExit(f"no {path}: the platform is not up; start it with ./sasayaki up")
    found = json.loads(path.read_text())
    return Endpoints(
        **{name: found[name] for name in Endpoints.__dataclass_fields__},
    )
