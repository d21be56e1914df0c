"""Settings of the gateway: `SASAYAKI_GATEWAY_…` in the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sasayaki_chassis.settings import Address, LogLevel

PEERS = ("routing", "media", "monitoring", "recording", "callreason")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SASAYAKI_GATEWAY_")

    listen_address: Address = Field(
        default="127.0.0.1:8080", description="Where browsers come, host:port."
    )
    http_address: Address = Field(
        default="127.0.0.1:9157", description="Where /metrics and /healthz are, host:port."
    )
    origins: str = Field(
        default="",
        description="How browsers name the gateway (https://calls.example), comma-separated. "
        "Empty: any name of this machine's own, 127.0.0.1 and localhost.",
    )
    state: Path = Field(
        default=Path("var/gateway"), description="Folder of the accounts' SQLite file."
    )
    people_file: Path | None = Field(
        default=None, description="JSON file of accounts that are made at start if absent."
    )
    console: Path = Field(default=Path("console/dist"), description="Folder of the built console.")
    demo: bool = Field(
        default=False, description="Lets a click sign anybody in. For the demo's seed only."
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="A session without a request or an open stream ends then."
    )
    session_hours_most: int = Field(
        default=12, ge=1, description="A session ends then, whatever is done."
    )
    token_private_key_file: Path = Field(
        default=Path("var/keys/token.pem"),
        description="PEM file of the Ed25519 key that signs people's tokens.",
    )
    oidc_issuer: str = Field(
        default="", description="Address of an OpenID provider; empty: passwords only."
    )
    oidc_client_id: str = Field(default="", description="Who we are to the provider.")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="File of the secret that the provider gave us."
    )
    oidc_claim: str = Field(
        default="preferred_username",
        description="The claim that names the account, as its user id or without its usr_.",
    )
    leaked_passwords_file: Path | None = Field(
        default=None,
        description="File of passwords that nobody may choose: SHA-1 in hex and a count a line, "
        "ordered by hash, as Have I Been Pwned gives it out.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses of proxies before the gateway, comma-separated: their "
        "X-Forwarded-For says who tries passwords. Of nobody else it is believed.",
    )
    log_level: LogLevel = Field(default="info", description="debug, info, warning or error.")
    routing_address: Address = Field(default="127.0.0.1:50051", description="Peer, host:port.")
    media_address: Address = Field(default="127.0.0.1:50052", description="Peer, host:port.")
    monitoring_address: Address = Field(default="127.0.0.1:50053", description="Peer, host:port.")
    recording_address: Address = Field(default="127.0.0.1:50054", description="Peer, host:port.")
    callreason_address: Address = Field(default="127.0.0.1:50055", description="Peer, host:port.")

    def peers(self) -> dict[str, str]:
        """The services' addresses by name."""
        return {name: getattr(self, f"{name}_address") for name in PEERS}
