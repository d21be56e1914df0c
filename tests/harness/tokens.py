"""Tokens as the launcher mints them, and every way in which one can be wrong."""

import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

NOBODYS = OKPKey.generate_key("Ed25519")
OURS = OKPKey.generate_key("Ed25519")
LASTS_S = 7_200
"""Longer than a whole run: some tokens are made when their module is read."""

CLAIMS: Mapping[str, Any] = {
    "tenant": "out_test",
    "sub": "usr_test",
    "role": "service",
    "clients": ["cli_acme"],
    "team": "tem_1",
    "aud": "sasayaki",
}


def token(*, key: OKPKey = OURS, algorithm: str = "Ed25519", **claims: Any) -> str:
    """A token that is right but for what the arguments change; None leaves a claim out."""
    said = {**CLAIMS, "exp": int(time.time()) + LASTS_S, **claims}
    present = {name: value for name, value in said.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # tests try what is not to be used
        return jwt.encode({"alg": algorithm}, present, key, algorithms=[algorithm])


def public_key_file(folder: Path) -> Path:
    """The key that `token` signs with, as services read it."""
    path = folder / "token.pub.pem"
    path.write_bytes(OURS.as_pem(private=False))
    return path


def token_file(folder: Path, **claims: Any) -> Path:
    path = folder / "service.token"
    path.write_text(token(**claims))
    return path
