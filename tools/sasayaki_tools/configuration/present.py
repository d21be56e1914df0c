"""What a platform is set up as, read from its topics as anybody may read them."""

from collections.abc import Iterable
from typing import Any

from sasayaki_demo.topics import Written
from sasayaki_tools.configuration.kinds import KINDS, Kind, Row

Rows = dict[tuple[str, str], Row]
"""Rows by folder and name."""


def present(history: Iterable[Written], tenant: str) -> Rows:
    """The last word on everything that is set up in a tenant, withdrawn things left out."""
    rows: Rows = {}
    versions: dict[str, dict[int, dict[str, Any]]] = {}
    for record in history:
        if record.event.get("tenantid") != tenant:
            continue
        for kind in KINDS:
            if record.topic == kind.topic:
                _fold(rows, versions, kind, record)
    return rows


def _fold(rows: Rows, versions: dict[str, Any], kind: Kind, record: Written) -> None:
    subject, data = str(record.event["subject"]), record.data
    if record.name == kind.event:
        row = kind.of(subject, data)
        rows[kind.folder, kind.name(row)] = row
        if kind.folder == "flows":
            versions.setdefault(subject, {})[int(data["version"])] = data
    elif kind.withdrawn and record.name == kind.withdrawn:
        rows.pop((kind.folder, kind.name({"client_id": subject, **data})), None)
    elif kind.folder == "flows" and record.name == "FlowRolledBack":
        row = kind.of(subject, versions[subject][int(data["version"])])
        rows[kind.folder, kind.name(row)] = row
