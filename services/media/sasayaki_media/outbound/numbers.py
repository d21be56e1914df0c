"""Numbers that can be called, and whether a rule lets them be."""

import re
from collections.abc import Iterable

EXPENSIVE = (
    # Japan: numbers whose call the caller pays dearly for, or whose owner earns by it.
    "+81990",
    "+81570",
    "+81180",
    # Satellite and international premium numbers (ITU-T E.164 assigned country codes).
    "+870",
    "+878",
    "+881",
    "+882",
    "+883",
    "+888",
    "+979",
    # Premium numbers of the numbering plans that are dialled most by mistake or by fraud.
    "+1900",
    "+1976",
    "+4487",
    "+449",
)
"""Called only when a rule names a prefix that is at least as long: an allowed `+81` does not."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_JAPANESE = re.compile(r"\+81[1-9]\d{7,9}")
_PREFIX = re.compile(r"\+(?:[17]|[1-9]\d{1,14})")
_MARKS = re.compile(r"[\s().\-]")
_FROM_JAPAN_ABROAD = "010"


def e164(number: str) -> str:
    """The number in E.164 (`+81…`), from how it is dialled in Japan; empty when it is none.

    Short numbers (110, 119) are none: nobody is called there on behalf of a client company.
    """
    plain = _MARKS.sub("", number)
    if not plain.isascii():
        return ""
    if plain.startswith(_FROM_JAPAN_ABROAD):
        plain = f"+{plain.removeprefix(_FROM_JAPAN_ABROAD)}"
    elif plain.startswith("0"):
        plain = f"+81{plain[1:]}"
    form = _JAPANESE if plain.startswith("+81") else _E164
    return plain if form.fullmatch(plain) else ""


def is_prefix(text: str) -> bool:
    """Whether it names at least a country: `+` or `+8` would let in half the world."""
    return bool(_PREFIX.fullmatch(text))


def allowed(number: str, prefixes: Iterable[str], denied: Iterable[str]) -> bool:
    """Whether a number in E.164 may be called; what is denied is denied whatever else is said."""
    if any(number.startswith(prefix) for prefix in denied):
        return False
    dear = max((len(each) for each in EXPENSIVE if number.startswith(each)), default=0)
    return any(number.startswith(prefix) and len(prefix) >= dear for prefix in prefixes)
