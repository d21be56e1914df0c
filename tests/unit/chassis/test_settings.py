"""What a program says at its start about settings that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sasayaki_chassis.settings import from_environment
from sasayaki_gateway.settings import Settings as GatewaySettings
from sasayaki_media.settings import Settings


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file that media cannot do without."""
    file = tmp_path / "token.pub.pem"
    file.touch()
    monkeypatch.setenv("SASAYAKI_MEDIA_TOKEN_PUBLIC_KEY_FILE", str(file))
    return file


def test_settings_are_read_from_the_environment(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SASAYAKI_MEDIA_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("SASAYAKI_MEDIA_KAFKA_BOOTSTRAP", "kafka-1:9092,kafka-2:9092")
    settings = from_environment(Settings)
    assert settings.token_public_key_file == key_file
    assert settings.log_level == "warning"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("GRPC_ADDRESS", "50052", "an address is host:port, not '50052'"),
        ("HTTP_ADDRESS", "127.0.0.1:http", "an address is host:port, not '127.0.0.1:http'"),
        ("ROUTING_ADDRESS", "routing:65536", "an address is host:port, not 'routing:65536'"),
        ("KAFKA_BOOTSTRAP", "kafka-1:9092,kafka-2", "an address is host:port, not 'kafka-2'"),
        ("LOG_LEVEL", "loud", "Input should be 'debug', 'info', 'warning' or 'error'"),
        ("TIME_ZONE", "Asia/Edo", "no such time zone: 'Asia/Edo'"),
        ("TOKEN_PUBLIC_KEY_FILE", "/nowhere/key.pem", "there is no file '/nowhere/key.pem'"),
        ("SERVICE_TOKEN_FILE", "/", "there is no file '/'"),
    ],
)
@pytest.mark.usefixtures("key_file")
def test_a_setting_that_is_wrong_ends_the_program_by_its_name(
    name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SASAYAKI_MEDIA_{name}", value)
    with pytest.raises(SystemExit) as end:
        from_environment(Settings)
    assert str(end.value) == f"SASAYAKI_MEDIA_{name}: {reason}"


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SASAYAKI_GATEWAY_LISTEN_ADDRESS", "8080")
    monkeypatch.setenv("SASAYAKI_GATEWAY_SESSION_IDLE_MINUTES", "0")
    with pytest.raises(SystemExit) as end:
        from_environment(GatewaySettings)
    assert [line.partition(":")[0] for line in str(end.value).splitlines()] == [
        "SASAYAKI_GATEWAY_LISTEN_ADDRESS",
        "SASAYAKI_GATEWAY_SESSION_IDLE_MINUTES",
    ]
