"""What is made of the gateway's key for people who are signed in: short tokens with the claims that
services know, and a key for what their browser keeps."""

import base64
import hmac
import time
from collections import OrderedDict
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey

from sasayaki_chassis.identity import ALGORITHM, AUDIENCE
from sasayaki_gateway.accounts.account import Account

LIFE_S = 900.0
RENEWED_S = 300.0
"""A token with less life than this is not given out again."""
KEPT_MOST = 4_096
"""Tokens remembered; the one used longest ago is forgotten first."""


class Tokens:
    """Mints a person's token, and gives it out again while it is fresh."""

    def __init__(self, key_file: Path) -> None:
        secret = key_file.read_bytes()
        self._key = OKPKey.import_key(secret)
        self._secret = secret
        self._kept: OrderedDict[Account, tuple[str, float]] = OrderedDict()

    def of(self, account: Account) -> str:
        """A token that is good for at least `RENEWED_S`."""
        now_s = time.time()
        token, until_s = self._kept.get(account, ("", 0.0))
        if until_s - now_s < RENEWED_S:
            until_s = now_s + LIFE_S
            token = self._mint(account, int(now_s), int(until_s))
            self._kept[account] = (token, until_s)
        self._kept.move_to_end(account)
        if len(self._kept) > KEPT_MOST:
            self._kept.popitem(last=False)
        return token

    def storage_key(self, user_id: str) -> str:
        """With what a person's browser seals what it keeps for them: the same at each sign-in."""
        said = b"what a browser keeps of " + user_id.encode()
        return base64.b64encode(hmac.digest(self._secret, said, "sha256")).decode()

    def _mint(self, account: Account, issued_s: int, until_s: int) -> str:
        claims = {
            "tenant": account.tenant_id,
            "sub": account.user_id,
            "role": account.role,
            "clients": list(account.client_ids),
            "team": account.team_id,
            "aud": AUDIENCE,
            "iat": issued_s,
            "exp": until_s,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])
