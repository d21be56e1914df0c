"""Messages and handovers as requests bring them; what is wrong in one is said by its field."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from unicodedata import normalize

from sasayaki.callreason.v1 import case_service_pb2 as pb
from sasayaki.callreason.v1 import message_events_pb2
from sasayaki.callreason.v1.message_events import Urgency
from sasayaki_chassis.fields import Check, InvalidField, an_id, between, require

FIELD_CHARACTERS_MOST = 100
WORDS_CHARACTERS_MOST = 1_000
FIELDS = ("company", "name", "matter", "number", "wished_time", "addressee")
"""What is sealed of a message, by the names of the request's fields."""

GIST_CHARACTERS_MOST = 140
VALID_DAYS = 7
"""For a handover that says nothing."""
VALID_DAYS_MOST = 30

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_MARKS = re.compile(r"[\s().‐-―−ー-]")


def words(least: int, most: int = WORDS_CHARACTERS_MOST) -> Check:
    """Text of people, counted in characters, of which some are not blank if any are wanted."""

    def check(value: str) -> str | None:
        fits = least <= len(value) <= most and (not least or bool(value.strip()))
        return None if fits else f"{least} to {most} characters, not {len(value)}"

    return check


def fields_of(request: pb.TakeMessageRequest) -> Mapping[str, str]:
    """The message's fields; the number as digits, and only one that was read back."""
    short = words(0, FIELD_CHARACTERS_MOST)
    require(
        request,
        contact_id=an_id("con"),
        company=short,
        name=short,
        matter=words(1),
        number=short,
        wished_time=short,
        addressee=short,
    )
    if request.urgency not in message_events_pb2.Urgency.values():
        raise InvalidField("urgency", f"no urgency: {request.urgency}")
    number = _MARKS.sub("", normalize("NFKC", request.number))
    if request.number and not _NUMBER.fullmatch(number):
        raise InvalidField("number", "a number like '+81312345678' or '0312345678'")
    if number and not request.number_read_back:
        raise InvalidField("number_read_back", "the number must be read back (復唱) first")
    return {name: getattr(request, name) for name in FIELDS} | {"number": number}


def urgency_of(request: pb.TakeMessageRequest) -> Urgency:
    if not request.urgency:
        return Urgency.ORDINARY
    return Urgency(message_events_pb2.Urgency.Name(request.urgency))


def handover_of(request: pb.WriteHandoverRequest) -> tuple[Mapping[str, str], timedelta]:
    """What is sealed of a handover, and for how long it is shown."""
    require(
        request,
        contact_id=an_id("con"),
        gist=words(1, GIST_CHARACTERS_MOST),
        detail=words(0),
        valid_days=between(0, VALID_DAYS_MOST),
    )
    text = {"gist": request.gist, "detail": request.detail}
    return text, timedelta(days=request.valid_days or VALID_DAYS)


def packed(fields: Mapping[str, str]) -> str:
    """The fields as they are sealed."""
    return json.dumps(dict(fields), ensure_ascii=False, sort_keys=True)


def unpacked(plain: str | None) -> Mapping[str, str]:
    """The fields again; none when the key is gone."""
    return {} if plain is None else json.loads(plain)
