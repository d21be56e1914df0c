"""Who calls: bearer tokens are verified here and nothing else about them is believed."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
AUDIENCE = "sasayaki"
VERIFIED_MOST = 4_096
"""Verified tokens remembered; the one used longest ago is forgotten first."""


class BadToken(Exception):
    """The token proves nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller, as their token says; `expires_at` in seconds since 1970."""

    user_id: str
    tenant_id: str
    role: str
    clients: frozenset[str] = frozenset()
    team: str = ""
    expires_at: float = float("inf")


class Verifier:
    """Checks tokens against one public key; only Ed25519 signatures are looked at."""

    def __init__(self, public_key: bytes) -> None:
        self._key = OKPKey.import_key(public_key)
        self._claims = jwt.JWTClaimsRegistry(
            aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}
        )
        self._verified: OrderedDict[str, Identity] = OrderedDict()

    @classmethod
    def of_file(cls, path: Path) -> "Verifier":
        return cls(path.read_bytes())

    def identity(self, token: str) -> Identity:
        """Whose token it is; raises BadToken."""
        if known := self._verified.get(token):
            if known.expires_at <= time.time():
                raise BadToken("the token has expired")
            self._verified.move_to_end(token)
            return known
        identity = self._verify(token)
        self._verified[token] = identity
        if len(self._verified) > VERIFIED_MOST:
            self._verified.popitem(last=False)
        return identity

    def _verify(self, token: str) -> Identity:
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            identity = Identity(
                user_id=claims["sub"],
                tenant_id=claims["tenant"],
                role=claims["role"],
                clients=frozenset(_texts(claims.get("clients") or [])),
                team=claims.get("team") or "",
                expires_at=float(claims["exp"]),
            )
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise BadToken("the token does not verify") from error
        needed = (identity.user_id, identity.tenant_id, identity.role)
        if not all(isinstance(text, str) and text for text in needed):
            raise BadToken("the token lacks a user, a tenant or a role")
        if not isinstance(identity.team, str):
            raise BadToken("the team in the token is no text")
        return identity


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"not a list of texts: {value!r}")
    return value


class OwnToken:
    """The service's own token for outgoing calls; read again when its file changes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._read_at = -1
        self._token = ""

    def text(self) -> str:
        """The token; the last one while its file is being replaced."""
        if self._path is None:
            return ""
        try:
            if (at := self._path.stat().st_mtime_ns) != self._read_at:
                self._token, self._read_at = self._path.read_text().strip(), at
        except FileNotFoundError:
            if not self._token:
                raise
        return self._token
