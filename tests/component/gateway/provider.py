"""A small OpenID provider: it signs in whoever its test says, and can lie in every way."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.harness.kafka import free_ports

KEY = OKPKey.generate_key("Ed25519", parameters={"kid": "one"})
CLIENT = "console"


@dataclass
class Provider:
    """What it says of the person who signs in."""

    issuer: str
    person: str = "op01"
    claims: dict[str, Any] = field(default_factory=dict)
    key: OKPKey = field(default_factory=lambda: KEY)
    asked: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    """What it says of itself otherwise than it is."""

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "42",
            "exp": now + 60,
            "iat": now,
            "nonce": self.asked["nonce"],
            "preferred_username": self.person,
            **self.claims,
        }
        return jwt.encode({"alg": "Ed25519", "kid": "one"}, claims, self.key, ["Ed25519"])


def _app(provider: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def described() -> dict[str, str]:
        return {
            "issuer": provider.issuer,
            "authorization_endpoint": f"{provider.issuer}/authorize",
            "token_endpoint": f"{provider.issuer}/token",
            "jwks_uri": f"{provider.issuer}/keys",
            **provider.said,
        }

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        provider.asked = dict(request.query_params)
        provider.used.discard("good")
        back = urlencode({"code": "good", "state": provider.asked["state"]})
        return RedirectResponse(f"{provider.asked['redirect_uri']}?{back}", 303)

    @app.post("/token", response_model=None)
    async def token(request: Request) -> Response | dict[str, Any]:
        form = {key: value[0] for key, value in parse_qs((await request.body()).decode()).items()}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = challenge == provider.asked["code_challenge"] and form["code"] not in provider.used
        if not right:
            return Response('{"error":"invalid_grant"}', 400, media_type="application/json")
        provider.used.add(form["code"])
        return {"access_token": "x", "token_type": "Bearer", "id_token": provider.id_token()}

    @app.post("/elsewhere")
    def elsewhere() -> Response:
        return RedirectResponse(f"{provider.issuer}/token", 307)

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    return app


@asynccontextmanager
async def provider_running() -> AsyncIterator[Provider]:
    """A provider on a port of its own."""

    (port,) = free_ports(1)
    provider = Provider(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(
        _app(provider), host="127.0.0.1", port=port, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        await task
