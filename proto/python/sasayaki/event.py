"""What every event is, and the CloudEvents envelope in which it travels.

The classes of the events themselves are generated from `proto/sasayaki/*/v1/*_events.proto`.
Their JSON is ProtoJSON with proto field names, so that any protobuf runtime reads the same bytes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from inspect import get_annotations
from types import UnionType
from typing import Annotated, Any, ClassVar, Generic, Self, TypeAlias, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

INTEGER_MOST = 2**53 - 1
"""The largest 64-bit count: beyond it JavaScript and most JSON readers lose digits."""

SEQUENCE_DIGITS = 10


@lru_cache(maxsize=256)
def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with 0, 3 or 6 fractional digits, as ProtoJSON writes a Timestamp."""
    utc = instant.astimezone(UTC)
    if utc.microsecond == 0:
        precision = "seconds"
    else:
        precision = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return f"{utc.replace(tzinfo=None).isoformat(timespec=precision)}Z"


def _instant(value: object) -> datetime:
    """Only RFC 3339 text and aware datetimes: pydantic alone would also take numbers."""
    parsed = datetime.fromisoformat(_nanoseconds_cut(value)) if isinstance(value, str) else value
    if not isinstance(parsed, datetime) or parsed.tzinfo is None:
        raise ValueError(f"an instant needs RFC 3339 text with an offset: {value!r}")
    return parsed.astimezone(UTC)


def _nanoseconds_cut(text: str) -> str:
    """ProtoJSON allows nine fractional digits, Python keeps six."""
    return f"{text[:26]}{text[29:]}" if len(text) > 29 and text[19:20] == "." else text


Instant: TypeAlias = Annotated[
    datetime, BeforeValidator(_instant), PlainSerializer(instant_text, when_used="json")
]
Int32: TypeAlias = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Uint32: TypeAlias = Annotated[int, Field(ge=0, lt=2**32)]
# ProtoJSON writes 64-bit integers as text and reads both forms.
Int64: TypeAlias = Annotated[
    int, Field(ge=-INTEGER_MOST, le=INTEGER_MOST), PlainSerializer(str, when_used="json")
]
Uint64: TypeAlias = Annotated[
    int, Field(ge=0, le=INTEGER_MOST), PlainSerializer(str, when_used="json")
]
Bool: TypeAlias = Annotated[bool, Field(strict=True)]
Double: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]


class OpenEnum(StrEnum):
    """An enum that reads a value it does not know, from a newer writer, as `UNSPECIFIED`."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        return cls.__members__["UNSPECIFIED"]


_ABSENT: Mapping[type, Any] = {str: "", bool: False, int: 0, float: 0.0, tuple: ()}


def _absent(annotation: Any) -> Any:
    """The value of a field that the JSON does not hold; None where the contract requires it."""
    origin = get_origin(annotation)
    plain = get_args(annotation)[0] if origin is Annotated else origin or annotation
    if isinstance(plain, type) and issubclass(plain, OpenEnum):
        return plain("")
    return _ABSENT.get(plain)


class Message(BaseModel):
    """A frozen value of the contract; one level of them may stand inside an event.

    proto3 leaves zero values out of JSON, so an absent scalar or list reads as its zero value
    although a constructor call must name it (mypy sees no default). Instants and inner messages
    have no zero value: absent is an error unless the field is `optional`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, annotation in get_annotations(cls).items():
            if name not in cls.__dict__ and (zero := _absent(annotation)) is not None:
                setattr(cls, name, zero)


class Event(Message):
    """A fact on a stream; `event_type` is its full proto name and the CloudEvents `type`."""

    event_type: ClassVar[str] = ""

    def __init_subclass__(cls, type: str = "", **kwargs: Any) -> None:  # noqa: A002 - CloudEvents' word
        super().__init_subclass__(**kwargs)
        cls.event_type = type or cls.event_type

    @classmethod
    def __pydantic_init_subclass__(cls, type: str = "", **kwargs: Any) -> None:  # noqa: A002
        """Swallows the class keyword that `__init_subclass__` has read."""

    def proto_json(self) -> dict[str, Any]:
        """The event as ProtoJSON with proto field names; absent optional fields are left out.

        Raises ValueError for an enum's `UNSPECIFIED`: nobody means it, so nobody may write it.
        """
        _refuse_unspecified(self)
        return self.model_dump(mode="json", exclude_none=True)


def _refuse_unspecified(message: Message) -> None:
    for name, value in message.__dict__.items():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, OpenEnum) and item.name == "UNSPECIFIED":
                raise ValueError(f"{type(message).__name__}.{name} is unspecified")
            if isinstance(item, Message):
                _refuse_unspecified(item)


class Unknown(Event):
    """An event of a type that this build does not know: a newer writer's."""

    raw_type: str
    raw: dict[str, Any]


E = TypeVar("E", bound=Event, covariant=True)


class Recorded(BaseModel, Generic[E]):
    """One record of a stream: CloudEvents 1.0 attributes around one event.

    `subject` is the stream's id and `sequence` counts its records without a gap. The record is
    history if and only if `at`, the offset that it was meant for, is the offset where it stands.
    `time` is when it happened, `recorded_time` when it was written, `owner` the claim under which
    that was done, `causation_id` the request that caused it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)

    specversion: str = "1.0"
    id: str
    type: str
    source: str
    subject: str
    sequence: Annotated[
        int, Field(ge=0), PlainSerializer(lambda n: str(n).zfill(SEQUENCE_DIGITS), return_type=str)
    ]
    time: Instant
    recorded_time: Instant = Field(alias="recordedtime")
    tenant_id: str = Field(alias="tenantid")
    client_id: str | None = Field(default=None, alias="clientid")
    at: int
    owner: str
    auth_id: str | None = Field(default=None, alias="authid")
    causation_id: str | None = Field(default=None, alias="causationid")
    correlation_id: str | None = Field(default=None, alias="correlationid")
    traceparent: str | None = None
    datacontenttype: str = "application/json"
    data: E

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`CallArrivedRecord`, or `CallRecord` for a stream's union: the name AsyncAPI shows."""
        event = params[0]
        if not isinstance(event, UnionType):
            return f"{getattr(event, '__name__', 'Any')}Record"
        stream: str = get_args(event)[0].__module__.rsplit(".", 1)[1].removesuffix("_events")
        return f"{stream.title().replace('_', '')}Record"


@cache
def events_of(topic: str) -> Mapping[str, type[Event]]:
    """The events that a stream may hold, by type: `media.call` is in `media.v1.call_events`."""
    service, stream = topic.split(".")
    module = import_module(f"sasayaki.{service}.v1.{stream}_events")
    events: tuple[type[Event], ...] = module.EVENTS
    return {event.event_type: event for event in events}
