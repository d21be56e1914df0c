"""Settings that every service has; environment only, read once in `__main__.py`."""

from pathlib import Path
from typing import Annotated, TypeAlias
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

PEERS = ("routing", "media", "monitoring", "recording", "callreason")


def _known(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no such time zone: {name!r}")
    return name


TimeZone: TypeAlias = Annotated[str, AfterValidator(_known)]
"""The name of a time zone that this machine knows."""


class ServiceSettings(BaseSettings):
    """Base of a service's settings.

    A service names its own prefix: `model_config = SettingsConfigDict(env_prefix="SASAYAKI_X_")`.
    """

    kafka_bootstrap: str = Field(
        default="127.0.0.1:19092", description="Kafka's address, host:port."
    )
    topic_prefix: str = Field(
        default="", description="Stands before every topic's and consumer group's name."
    )
    grpc_address: str = Field(
        default="127.0.0.1:0", description="Where gRPC calls are answered, host:port; 0: any free."
    )
    http_address: str = Field(
        default="127.0.0.1:0", description="Where /metrics and /healthz are, host:port."
    )
    token_public_key_file: Path = Field(
        default=Path("var/keys/token.pub.pem"),
        description="PEM file of the Ed25519 key that callers' tokens are checked with.",
    )
    service_token_file: Path | None = Field(
        default=None, description="File of the token for calls to other services."
    )
    log_level: str = Field(default="info", description="debug, info, warning or error.")
    routing_address: str = Field(default="127.0.0.1:50051", description="Peer, host:port.")
    media_address: str = Field(default="127.0.0.1:50052", description="Peer, host:port.")
    monitoring_address: str = Field(default="127.0.0.1:50053", description="Peer, host:port.")
    recording_address: str = Field(default="127.0.0.1:50054", description="Peer, host:port.")
    callreason_address: str = Field(default="127.0.0.1:50055", description="Peer, host:port.")

    def peers(self) -> dict[str, str]:
        """The other services' addresses by name."""
        return {name: getattr(self, f"{name}_address") for name in PEERS}
