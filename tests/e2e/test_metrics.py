"""What every process of a running platform lets Prometheus read."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harness.running import Running

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import generate_metrics  # noqa: E402 - a script, not a package

PROCESSES = (*generate_metrics.SERVICES, "node")
PERSONAL = re.compile(r'"(?:con|leg|spv|alt|rec|phn)_[0-9a-f]{8}|"usr_|"\+?\d{9,}"|sip:')
"""A label that names a person, a contact or a number."""


def scraped(running: Running, process: str) -> str:
    """The Prometheus text of one process."""
    address = running.endpoints.metrics[process]
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    assert isinstance(text, str)
    return text


def served(text: str) -> Mapping[str, str]:
    """Name to kind of the metrics of ours in a scrape."""
    found = re.findall(r"^# TYPE (sasayaki_\w+) (\w+)$", text, re.MULTILINE)
    return {name: kind for name, kind in found if not name.endswith("_created")}


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_serves_exactly_the_metrics_that_the_reference_names(
    running: Running, process: str
) -> None:
    documented = generate_metrics.found(ROOT)
    shared = [] if process in ("node", "gateway") else documented["every service"]
    wanted = {each.name: each.kind for each in [*documented[process], *shared]}

    assert served(scraped(running, process)) == wanted


@pytest.mark.parametrize("process", PROCESSES)
def test_no_label_names_a_person_a_contact_or_a_number(running: Running, process: str) -> None:
    lines = [line for line in scraped(running, process).splitlines() if not line.startswith("#")]

    assert lines
    assert not [line for line in lines if PERSONAL.search(line)]
