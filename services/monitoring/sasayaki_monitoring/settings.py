"""Settings of monitoring: `SASAYAKI_MONITORING_…` in the environment."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sasayaki_chassis.settings import Address, ServiceSettings, TimeZone
from sasayaki_monitoring.alerts.alert import Ladder


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_MONITORING_")

    grpc_address: Address = Field(
        default="127.0.0.1:50053", description="Where gRPC calls are answered, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9153", description="Where /metrics and /healthz are, host:port."
    )
    alert_all_after_s: float = Field(
        default=20, gt=0, description="Unclaimed for so long, an alert goes to all who watch."
    )
    alert_managers_after_s: float = Field(
        default=60, gt=0, description="Unclaimed for so long, an alert goes to managers too."
    )

    in_time_s: float = Field(
        default=20, gt=0, description="Whoever is answered within it counts for the service level."
    )
    ledger_days: int = Field(
        default=400, gt=0, le=3_660, description="How long an entry of the ledger is kept."
    )
    time_zone: TimeZone = Field(
        default="Asia/Tokyo", description="Where the centre is: its day begins at midnight there."
    )
    keys: Path = Field(
        default=Path("var/keys"), description="Folder of the client companies' keys."
    )

    def in_time(self) -> timedelta:
        return timedelta(seconds=self.in_time_s)

    def ladder(self) -> Ladder:
        """How the circle of those who are told of an alert widens."""
        return Ladder(
            timedelta(seconds=self.alert_all_after_s),
            timedelta(seconds=self.alert_managers_after_s),
        )
