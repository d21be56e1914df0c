"""Who is who on a laptop: the signing key, tokens for people and services, SIP secrets.

In production an identity provider mints the tokens and a vault holds the keys; here they are files
that only the user can read.
"""

import base64
import hmac
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
AUDIENCE = "sasayaki"
TOKEN_LIFE_S = 12 * 3600
SIP_KEY_BYTES = 32
# Raised to replace every SIP secret at once.
SIP_SECRET_VERSION = 1


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who gets a token, as far as rights go; a service counts as one."""

    user_id: str
    role: str
    clients: tuple[str, ...] = ()
    team: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """The folder of keys, and the one that signs tokens."""

    folder: Path
    signing: OKPKey

    @property
    def public_key_file(self) -> Path:
        return self.folder / "token.pub.pem"

    @property
    def sip_key_file(self) -> Path:
        return self.folder / "sip.key"

    def service_token_file(self, service: str) -> Path:
        return self.folder / f"{service}.jwt"

    def token(self, person: Person, tenant: str, *, now_s: float | None = None) -> str:
        """A token for one person of one tenant, good for `TOKEN_LIFE_S`."""
        issued = int(time.time() if now_s is None else now_s)
        claims = {
            "tenant": tenant,
            "sub": person.user_id,
            "role": person.role,
            "clients": list(person.clients),
            "team": person.team,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + TOKEN_LIFE_S,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self.signing, algorithms=[ALGORITHM])

    def sip_secret(self, user_id: str) -> str:
        """The SIP password of a person's phone; derived, stored nowhere."""
        return sip_secret(self.sip_key_file.read_bytes(), user_id)


def open_keys(folder: Path) -> Keys:
    """The keys of a state folder, made if they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    private = folder / "token.pem"
    if not private.is_file():
        made = OKPKey.generate_key("Ed25519")
        write_private(private, made.as_pem(private=True))
    keys = Keys(folder, OKPKey.import_key(private.read_bytes()))
    write_private(keys.public_key_file, keys.signing.as_pem(private=False))
    if not keys.sip_key_file.is_file():
        write_private(keys.sip_key_file, secrets.token_bytes(SIP_KEY_BYTES))
    return keys


def sip_secret(key: bytes, user_id: str, version: int = SIP_SECRET_VERSION) -> str:
    """base32(HMAC-SHA256(key, "<user id>:<version>")), lower case, without padding."""
    digest = hmac.digest(key, f"{user_id}:{version}".encode(), "sha256")
    return base64.b32encode(digest).decode().rstrip("=").lower()


def service_identity(service: str) -> Person:
    """The person that a service is when it calls another one."""
    return Person(f"svc_{service}", "service")


def write_service_tokens(keys: Keys, services: Iterable[str], tenant: str) -> None:
    """Writes each service's token for outgoing calls; services read the file again on change."""
    for service in services:
        token = keys.token(service_identity(service), tenant)
        write_private(keys.service_token_file(service), token.encode())


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    draft.rename(file)
