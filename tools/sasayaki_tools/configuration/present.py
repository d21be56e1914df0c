"""What a platform is set up as, read from its topics as anybody may read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sasayaki_demo.topics import Written
from sasayaki_tools.configuration.kinds import KINDS, Flows, Kind, Row

Rows = dict[tuple[str, str], Row]
"""Rows by folder and name."""


@dataclass(slots=True)
class Versions:
    """What a flow's versions are, and which of them is live."""

    rows: dict[int, Row] = field(default_factory=dict)
    live: int = 0


def present(history: Iterable[Written], tenant: str) -> Rows:
    """The last word on everything that is set up in a tenant, withdrawn things left out."""
    rows: Rows = {}
    flows: dict[str, Versions] = {}
    for record in history:
        if record.event.get("tenantid") != tenant:
            continue
        for kind in KINDS:
            if record.topic != kind.topic:
                continue
            if isinstance(kind, Flows):
                _fold_flow(rows, flows, kind, record)
            else:
                _fold(rows, kind, record)
    return rows


def _fold(rows: Rows, kind: Kind, record: Written) -> None:
    subject, data = str(record.event["subject"]), record.data
    if record.name == kind.event:
        row = kind.of(subject, data)
        key = (kind.folder, kind.name(row))
        rows[key] = kind.after(rows.get(key), row)
    elif kind.withdrawn and record.name == kind.withdrawn:
        rows.pop((kind.folder, kind.name({"client_id": subject, **data})), None)


def _fold_flow(rows: Rows, flows: dict[str, Versions], kind: Flows, record: Written) -> None:
    subject, data = str(record.event["subject"]), record.data
    of_flow, version = flows.setdefault(subject, Versions()), int(data["version"])
    match record.name:
        case "FlowPublished":
            of_flow.rows[version] = kind.of(subject, data)
            of_flow.live = version
        case "FlowWritten":
            of_flow.rows[version] = kind.written(data)
        case "FlowRolledBack":
            of_flow.live = version
        case _:
            return
    rows[kind.folder, subject] = of_flow.rows[of_flow.live]
