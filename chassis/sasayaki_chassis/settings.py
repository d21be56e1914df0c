"""Settings that every service has; environment only, read once in `__main__.py`."""

import sys
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings

T = TypeVar("T", bound=BaseSettings)

PEERS = ("routing", "media", "monitoring", "recording", "callreason")


def _known(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no such time zone: {name!r}")
    return name


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 1 << 16):
        raise ValueError(f"an address is host:port, not {text!r}")
    return text


def _addresses(text: str) -> str:
    return ",".join(map(_address, text.split(",")))


TimeZone: TypeAlias = Annotated[str, AfterValidator(_known)]
"""The name of a time zone that this machine knows."""
Address: TypeAlias = Annotated[str, AfterValidator(_address)]
LogLevel: TypeAlias = Annotated[
    Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)
]


def from_environment(kind: type[T]) -> T:
    """A program's settings; ends it, naming each variable that is wrong and each missing file."""
    try:
        settings = kind()
    except ValidationError as error:
        wrong = [(str(each["loc"][0]), each["msg"]) for each in error.errors()]
    else:
        wrong = [
            (name, f"there is no file {str(value)!r}")
            for name, value in settings
            if name.endswith("_file") and value is not None and not value.is_file()
        ]
        if not wrong:
            return settings
    prefix = kind.model_config.get("env_prefix", "")
    lines = (f"{prefix}{name.upper()}: {what}" for name, what in wrong)
    sys.exit("\n".join(lines).replace(": Value error, ", ": "))


class ServiceSettings(BaseSettings):
    """Base of a service's settings.

    A service names its own prefix: `model_config = SettingsConfigDict(env_prefix="SASAYAKI_X_")`.
    """

    kafka_bootstrap: Annotated[str, AfterValidator(_addresses)] = Field(
        default="127.0.0.1:19092", description="Kafka's addresses, host:port, comma-separated."
    )
    topic_prefix: str = Field(
        default="", description="Stands before every topic's and consumer group's name."
    )
    grpc_address: Address = Field(
        default="127.0.0.1:0", description="Where gRPC calls are answered, host:port; 0: any free."
    )
    http_address: Address = Field(
        default="127.0.0.1:0", description="Where /metrics and /healthz are, host:port."
    )
    token_public_key_file: Path = Field(
        default=Path("var/keys/token.pub.pem"),
        description="PEM file of the Ed25519 key that callers' tokens are checked with.",
    )
    service_token_file: Path | None = Field(
        default=None, description="File of the token for calls to other services."
    )
    log_level: LogLevel = Field(default="info", description="debug, info, warning or error.")
    routing_address: Address = Field(default="127.0.0.1:50051", description="Peer, host:port.")
    media_address: Address = Field(default="127.0.0.1:50052", description="Peer, host:port.")
    monitoring_address: Address = Field(default="127.0.0.1:50053", description="Peer, host:port.")
    recording_address: Address = Field(default="127.0.0.1:50054", description="Peer, host:port.")
    callreason_address: Address = Field(default="127.0.0.1:50055", description="Peer, host:port.")

    def peers(self) -> dict[str, str]:
        """The other services' addresses by name."""
        return {name: getattr(self, f"{name}_address") for name in PEERS}
