"""Digits that customers gave: sealed by media, opened only where a step or a person needs them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sasayaki_callreason.enquiries.states import Given
from sasayaki_chassis.seals import NUMBERS, Seals


def opened(keys: Path, client_id: str, given: Iterable[Given]) -> Mapping[str, str]:
    """The digits by the flow's names; without those that the company's key does not open."""
    opens = Seals(keys, NUMBERS).opener(client_id)
    plain = {one.name: opens(one.sealed) for one in given if one.sealed}
    return {name: digits for name, digits in plain.items() if digits is not None}
