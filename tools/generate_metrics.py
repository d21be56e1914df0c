"""Writes docs/reference/metrics.md: every metric of the platform, read from the sources.

Python's are calls of `Counter`, `Gauge`, `Histogram` with their name and help as text; the node's
are the lines of its `metrics!` tables and the HELP and TYPE lines that it writes itself.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("Counter", "Gauge", "Histogram")
SERVICES = ("routing", "media", "monitoring", "recording", "callreason", "gateway")
HEAD = """\
# Metrics

Written by `./sasayaki gen` from the sources. Every process serves them as Prometheus text under
`/metrics`: routing 9151, media 9152, monitoring 9153, recording 9154, callreason 9155, the media
node 9156, the gateway 9157 (`endpoints.json` has the addresses of a running platform). No label
holds an id of a person or contact, a name or a number that was called. A histogram has three
series: `_bucket`, `_sum` and `_count`.
"""
NODE_ROW = re.compile(r'^\s*(\w+): (?:Counter|Gauge) "(counter|gauge)" "([^"]+)",$', re.MULTILINE)
NODE_TEXT = re.compile(r"# HELP (sasayaki_\w+) (.+?)\\n.*?# TYPE \1 (\w+)", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """One metric: its name as it is served, its kind, what it says, its labels."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()


def found(root: Path) -> dict[str, list[Metric]]:
    """The metrics of each process, by name; `every service` has what the chassis counts, of
    those that own streams: not the gateway."""
    services = root / "services"
    return {
        "every service": sorted(_of_python(root / "chassis")),
        **{name: sorted(_of_python(services / name / f"sasayaki_{name}")) for name in SERVICES},
        "node": sorted(_of_node(services / "media" / "core" / "node" / "src")),
    }


def metrics_page(root: Path) -> str:
    """The page as Markdown."""
    lines = [HEAD]
    for process, metrics in found(root).items():
        lines += [f"## {process}", "", "| metric | kind | labels | meaning |", "|---|---|---|---|"]
        for each in metrics:
            labels = ", ".join(f"`{label}`" for label in each.labels)
            lines.append(f"| `{each.name}` | {each.kind} | {labels} | {each.help} |")
        lines.append("")
    return "\n".join(lines)


def _of_python(folder: Path) -> Iterator[Metric]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id=kind),
                    args=[ast.Constant(value=str(name)), ast.Constant(value=str(text)), *rest],
                ) if kind in KINDS:
                    yield Metric(name, kind.lower(), text, _labels(rest, node.keywords))


def _labels(rest: list[ast.expr], keywords: list[ast.keyword]) -> tuple[str, ...]:
    named = (each.value for each in keywords if each.arg == "labelnames")
    match next(iter(rest), None) or next(named, None):
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(ast.literal_eval(part) for part in parts)
        case _:
            return ()


def _of_node(folder: Path) -> Iterator[Metric]:
    for file in sorted(folder.rglob("*.rs")):
        text = file.read_text()
        for field, kind, help_text in NODE_ROW.findall(text):
            yield Metric(f"sasayaki_node_{field}", kind, help_text)
        for name, help_text, kind in NODE_TEXT.findall(text):
            label = re.search(rf"{name}\{{\{{(\w+)=", text)
            yield Metric(name, kind, help_text, (label.group(1),) if label else ())
