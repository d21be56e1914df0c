"""Settings of callreason: `SASAYAKI_CALLREASON_…` in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import Address, ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_CALLREASON_")

    grpc_address: Address = Field(
        default="127.0.0.1:50055", description="Where gRPC calls are answered, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9155", description="Where /metrics and /healthz are, host:port."
    )
    keys: Path = Field(
        default=Path("var/keys"), description="Folder of the client companies' keys."
    )
