"""What the gateway answers when something is refused: one shape, one status for each code."""

from collections.abc import Mapping

STATUS: Mapping[str, int] = {
    "INVALID_ARGUMENT": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "FAILED_PRECONDITION": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""HTTP statuses of gRPC's codes."""


class Fault(Exception):
    """A request is refused; `code` is gRPC's name, `reason` the domain's or empty.

    With `retry_s` it may be made again after so many seconds.
    """

    def __init__(
        self,
        code: str,
        message: str,
        reason: str = "",
        status: int | None = None,
        *,
        retry_s: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.retry_s = retry_s
        self.code = code
        self.reason = reason
        self.message = message
        self.status = STATUS.get(code, 500) if status is None else status

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(int(self.retry_s) + 1)} if self.retry_s > 0 else {}

    def body(self) -> dict[str, str]:
        return {"code": self.code, "reason": self.reason, "message": self.message}


def no_session() -> Fault:
    return Fault("UNAUTHENTICATED", "sign in first", "NO_SESSION")


def no_route(path: str) -> Fault:
    return Fault("NOT_FOUND", f"nothing is at {path!r}", "NO_ROUTE")
