"""Signing in at an OpenID provider: authorization code with PKCE; the id token is checked here."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx2 import AsyncClient, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from prometheus_client import Counter

from sasayaki_gateway.faults import Fault
from sasayaki_gateway.settings import Settings
from sasayaki_gateway.web.origin import is_safe

ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519"]
"""Signatures that are looked at; never one made with the shared secret, never none."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
PENDING_MOST = 1_000
PENDING_S = 600.0
ASK_S = 10.0
LEEWAY_S = 60

FORGOTTEN = Counter(
    "sasayaki_gateway_oidc_pending_forgotten_total",
    "Sign-ins at the identity provider forgotten because too many were under way.",
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that is under way at the provider."""

    nonce: str
    verifier: str
    redirect: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a provider names; `subject` is theirs alone for ever, the name may pass on."""

    name: str
    subject: str


class Oidc:
    """The provider that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        if not is_safe(settings.oidc_issuer):
            raise ValueError(f"oidc_issuer is not https: {settings.oidc_issuer!r}")
        file = settings.oidc_client_secret_file
        self._secret = file.read_text().strip() if file else ""
        self._pending: OrderedDict[str, Pending] = OrderedDict()
        self._provider: dict[str, Any] | None = None

    async def begin(self, redirect: str) -> tuple[str, str]:
        """Where to send the browser, and the state that it must bring back; raises Fault."""
        provider = await self._described()
        pending = Pending(
            secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect, time.monotonic()
        )
        async with self._client(redirect) as client:
            address, state = client.create_authorization_url(
                provider["authorization_endpoint"],
                nonce=pending.nonce,
                code_verifier=pending.verifier,
            )
        self._pending[state] = pending
        if len(self._pending) > PENDING_MOST:
            FORGOTTEN.inc()
            self._pending.popitem(last=False)
        return address, state

    async def finish(self, state: str, code: str) -> Named:
        """Whom the provider names; raises Fault. A state is good for once."""
        pending = self._pending.pop(state, None)
        if pending is None or time.monotonic() - pending.since_s > PENDING_S:
            raise Fault("PERMISSION_DENIED", "this sign-in was not begun here", "OIDC_STATE")
        provider = await self._described()
        try:
            async with self._client(pending.redirect) as client:
                token = await client.fetch_token(
                    provider["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=pending.verifier,
                )
            keys = await self._ask(provider["jwks_uri"])
            return self._name(token["id_token"], keys, pending.nonce)
        except (AuthlibBaseError, HTTPError, JoseError, KeyError, TypeError, ValueError) as error:
            raise Fault(
                "PERMISSION_DENIED",
                f"the provider's answer does not hold: {type(error).__name__}",
                "OIDC_ANSWER",
            ) from error

    def _name(self, id_token: str, keys: dict[str, Any], nonce: str) -> Named:
        claims = jwt.decode(
            id_token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=ALGORITHMS
        ).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        name, subject = claims.get(self._settings.oidc_claim), claims.get("sub")
        for claim, value in ((self._settings.oidc_claim, name), ("sub", subject)):
            if not isinstance(value, str) or not value:
                raise ValueError(claim)
        return Named(str(name), f"{self._settings.oidc_issuer} {subject}")

    def _client(self, redirect: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope="openid profile",
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=ASK_S,
        )

    async def _described(self) -> dict[str, Any]:
        """What the provider says of itself; asked once."""
        if self._provider is None:
            issuer = self._settings.oidc_issuer
            found = await self._ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise Fault("UNAVAILABLE", "the provider calls itself otherwise", "OIDC_ISSUER")
            if not all(is_safe(str(found.get(each, ""))) for each in ENDPOINTS):
                raise Fault("UNAVAILABLE", "the provider is not asked by https", "OIDC_ISSUER")
            self._provider = found
        return self._provider

    async def _ask(self, address: str) -> dict[str, Any]:
        try:
            async with AsyncClient(timeout=ASK_S, follow_redirects=False) as client:
                answer = await client.get(address)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
        except (HTTPError, ValueError) as error:
            raise Fault("UNAVAILABLE", "the provider does not answer", "OIDC_AWAY") from error
        return found
