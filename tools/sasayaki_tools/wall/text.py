"""Text in columns of a terminal, where full-width characters take two."""

from collections.abc import Sequence
from datetime import timedelta

from sasayaki_tools.report.table import width

GAP = "  "
CUT = "~"


def cut(text: str, most: int) -> str:
    """As much of the text as fits; a cut is marked."""
    if width(text) <= most:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > most - width(CUT):
            break
        kept += letter
    return (kept + CUT)[: max(most, 0)]


def columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Headings and rows as lines; each column as wide as its widest cell."""
    lines = [headings, *rows]
    widths = [max(width(line[place]) for line in lines) for place in range(len(headings))]
    return [
        GAP.join(
            cell + " " * (most - width(cell)) for cell, most in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def lasting(length: timedelta) -> str:
    """Minutes and seconds, and hours where there are any; never negative."""
    seconds = max(0, int(length.total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours}:{minutes % 60:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"
