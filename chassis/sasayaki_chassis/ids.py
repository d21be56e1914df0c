"""Ids: a prefix that names the kind, and a UUID of RFC 9562."""

import hashlib
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """A UUID version 7: the time since 1970 first, so that ids sort by age.

    RFC 9562, 6.2, method 3: the 12 bits after the milliseconds are their fraction, 0.24 us each.
    """
    ms, rest_ns = divmod(time.time_ns(), 1_000_000)
    value = ms << 80 | rest_ns * 4096 // 1_000_000 << 64 | secrets.randbits(64)
    return _stamped(value, version=7)


def new_id(prefix: str) -> str:
    """The id of something that happens, for example `con_018f3f2e-…`."""
    return f"{prefix}_{uuid7()}"


def derived_id(prefix: str, tenant_id: str, method: str, request_id: str) -> str:
    """The id of the thing that a command creates: a repeat of the command meets the same stream."""
    digest = hashlib.sha256()
    for part in (tenant_id, method, request_id):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)  # so that no two triples are alike
    return f"{prefix}_{_stamped(int.from_bytes(digest.digest()[:16], 'big'), version=8)}"


def _stamped(value: int, version: int) -> UUID:
    """`value` with RFC 9562's version and variant bits in place."""
    value = value & ~(0xF << 76) | version << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
