"""Settings of monitoring: `SASAYAKI_MONITORING_…` in the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_MONITORING_")

    grpc_address: str = Field(
        default="127.0.0.1:50053", description="Where gRPC calls are answered, host:port."
    )
    http_address: str = Field(
        default="127.0.0.1:9153", description="Where /metrics and /healthz are, host:port."
    )
