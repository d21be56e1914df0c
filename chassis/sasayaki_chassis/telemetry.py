"""Logs as JSON lines, metrics in one registry, and the trace context that is passed on."""

import json
import logging
import re
import secrets
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

LATENCY_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: from an append on a quiet machine to a call's deadline."""

bound: ContextVar[dict[str, str]] = ContextVar("bound", default={})  # noqa: B039 - never changed
"""Keys that every log line of the current task carries, ids only."""


TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""A W3C trace context; nothing else that a caller sends comes into logs and events by its name."""


def new_traceparent() -> str:
    """A W3C trace context for what nobody has begun to trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: instant, level, service, event, and the keys given as `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "event": record.getMessage(),
            "logger": record.name,
            **bound.get(),
            **{key: value for key, value in vars(record).items() if key not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs(service: str, level: str) -> None:
    """Sends every log line to stderr as JSON; libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for library in ("aiokafka", "faststream", "asyncio"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # A fresh broker's groups are not ready for a moment: the client asks again by itself.
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)
