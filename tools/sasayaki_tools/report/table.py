"""A plain-text table whose columns stay straight with Japanese in them."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def width(text: str) -> int:
    """Columns on a terminal: full-width characters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def table(headings: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> str:
    """Lines of text: Japanese headings, English headings, a rule, the rows; text to the left.

    A column whose cells are all numbers stands to the right.
    """
    lines = [[ja for ja, _ in headings], [en for _, en in headings], *map(list, rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(headings))]
    right = [all(_is_number(row[column]) for row in rows) for column in range(len(headings))]
    told = [_line(line, widths, right) for line in lines]
    told.insert(2, "  ".join("-" * each for each in widths))
    return "\n".join(told)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, most, to_right in zip(cells, widths, right, strict=True):
        space = " " * (most - width(cell))
        padded.append(space + cell if to_right else cell + space)
    return "  ".join(padded).rstrip()


def _is_number(cell: str) -> bool:
    return cell in ("", "-") or cell.replace(".", "", 1).isdigit()
