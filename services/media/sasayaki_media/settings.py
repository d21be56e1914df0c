"""Settings of media: `SASAYAKI_MEDIA_…` in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import Address, ServiceSettings, TimeZone


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_MEDIA_")

    grpc_address: Address = Field(
        default="127.0.0.1:50052", description="Where gRPC calls are answered, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9152", description="Where /metrics and /healthz are, host:port."
    )
    node_socket: Path = Field(
        default=Path("var/run/node.sock"), description="The media node's Unix socket."
    )
    spool: Path = Field(
        default=Path("var/spool"), description="Folder into which the node writes recorded pages."
    )
    prompts: Path = Field(default=Path("var/prompts"), description="Folder of the prompts' files.")
    time_zone: TimeZone = Field(
        default="Asia/Tokyo", description="Where the centre is: its day begins at midnight there."
    )
    keys: Path = Field(
        default=Path("var/keys"), description="Folder of the client companies' keys."
    )
