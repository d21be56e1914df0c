"""A client company's wrap-up form, and what is wrong with answers to it."""

import re
from collections.abc import Iterator, Sequence
from typing import assert_never

from sasayaki.callreason.v1.client_events import FieldKind, FormField
from sasayaki.callreason.v1.enquiry_events import FormAnswer

TEXT_CHARACTERS_MOST = 2_000

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


def faults(
    form: Sequence[FormField], answers: Sequence[FormAnswer], *, required: bool = True
) -> Iterator[tuple[str, str]]:
    """Each wrong or missing answer: the field's key and what is wrong, in the form's order.

    An empty answer is none: it is wrong only where one is required, and nowhere without `required`.
    """
    given: dict[str, str] = {}
    for answer in answers:
        if answer.key in given:
            yield answer.key, "answered twice"
        given[answer.key] = answer.value
    for field in form:
        if fault := _fault(field, given.pop(field.key, ""), required):
            yield field.key, fault
    for key in given:
        yield key, "the form has no such field"


def _fault(field: FormField, value: str, required: bool) -> str | None:
    if not value.strip():
        return "must be answered" if field.required and required else None
    match field.kind:
        case FieldKind.CHOICE:
            known = value in field.choices
            return None if known else f"one of {', '.join(field.choices)}, not {value[:40]!r}"
        case FieldKind.NUMBER:
            number = _WHOLE_NUMBER.fullmatch(value)
            return None if number else f"a whole number, not {value[:40]!r}"
        case FieldKind.TEXT | FieldKind.UNSPECIFIED:
            size = len(value)
            fits = size <= TEXT_CHARACTERS_MOST
            return None if fits else f"{TEXT_CHARACTERS_MOST} characters at most, not {size}"
        case _:
            assert_never(field.kind)
