"""Settings of recording: `SASAYAKI_RECORDING_…` in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import Address, ServiceSettings, TimeZone


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_RECORDING_")

    grpc_address: Address = Field(
        default="127.0.0.1:50054", description="Where gRPC calls are answered, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9154", description="Where /metrics and /healthz are, host:port."
    )
    vault: Path = Field(
        default=Path("var/recordings"), description="Folder of the recordings' files."
    )
    keys: Path = Field(
        default=Path("var/keys"), description="Folder of the client companies' keys."
    )
    time_zone: TimeZone = Field(
        default="Asia/Tokyo",
        description="Where the centre is: what is due is looked for at 03:00 there.",
    )
