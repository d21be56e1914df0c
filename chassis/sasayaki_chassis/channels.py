"""What both ends of a gRPC channel agree on."""

REASON_KEY = "sasayaki-reason"
"""Trailing metadata with a refusal's reason."""
OPTIONS = (
    # gRPC waits 1 s and more by default before it tries a peer again that has been restarted.
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 100),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 2_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)
"""Of who calls."""
