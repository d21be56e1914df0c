"""The Grafana dashboard asks for metrics that exist, by labels that they have."""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import generate_metrics  # noqa: E402 - a script, not a package

SERIES = ("_bucket", "_sum", "_count")
"""What a histogram is read by."""
BY = re.compile(r"by \(([^)]*)\)")
LABEL = re.compile(r"\{(\w+)=")


def panels() -> list[dict[str, Any]]:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "sasayaki.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def known() -> dict[str, set[str]]:
    """Every series that can be asked for, with its labels."""
    series: dict[str, set[str]] = {}
    for metrics in generate_metrics.found(ROOT).values():
        for each in metrics:
            if each.kind == "histogram":
                series |= {each.name + end: {*each.labels, "le"} for end in SERIES}
            else:
                series[each.name] = set(each.labels)
    return series


def test_every_panel_asks_for_metrics_that_the_platform_has() -> None:
    asked = {name for each in expressions() for name in re.findall(r"sasayaki_\w+", each)}

    assert asked
    assert not asked - known().keys()


def test_every_label_in_an_expression_is_one_of_its_metric() -> None:
    for expression in expressions():
        (name,) = set(re.findall(r"sasayaki_\w+", expression))
        grouped = {label.strip() for part in BY.findall(expression) for label in part.split(",")}
        assert grouped | set(LABEL.findall(expression)) <= known()[name], expression


def test_no_panel_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
