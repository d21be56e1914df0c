"""Settings of routing: `SASAYAKI_ROUTING_…` in the environment."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import Address, ServiceSettings
from sasayaki_routing.pool.draft import Limits


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_ROUTING_")

    grpc_address: Address = Field(
        default="127.0.0.1:50051", description="Where gRPC calls are answered, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9151", description="Where /metrics and /healthz are, host:port."
    )
    offer_window_ms: int = Field(
        default=20_000,
        ge=1_000,
        le=110_000,
        description="How long an operator's phone rings before the contact goes to another.",
    )
    wrap_up_ms_max: int = Field(
        default=60_000,
        ge=100,
        le=3_600_000,
        description="Time for finishing a contact, after which its operator is ready again.",
    )

    callback_age_ms_max: int = Field(
        default=86_400_000,
        ge=60_000,
        le=30 * 86_400_000,
        description="How long after the queueing a callback still gets its turn.",
    )

    def limits(self) -> Limits:
        return Limits(
            offer_window=timedelta(milliseconds=self.offer_window_ms),
            wrap_up=timedelta(milliseconds=self.wrap_up_ms_max),
            callback_age=timedelta(milliseconds=self.callback_age_ms_max),
        )
