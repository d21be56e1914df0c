"""How often somebody may try a password: locks by account and by address. Pure but for its memory.

After some failures in a row each further one locks for twice as long. A locked account says so
only to who has tried it: the answer is the same whether the account exists.
"""

from collections import OrderedDict
from dataclasses import dataclass

from prometheus_client import Counter

FREE_TRIES = 5
"""Failures in a row before an account is locked."""
FREE_TRIES_OF_ADDRESS = 30
"""The same from one network address, whatever accounts it tries."""
LOCK_S = 30.0
LOCK_MOST_S = 900.0
FORGOTTEN_S = 1800.0
"""Failures are forgotten after so long without another."""
REMEMBERED_MOST = 10_000
"""Accounts and addresses with failures; the one that failed longest ago is forgotten first."""

LOCKED = Counter(
    "sasayaki_gateway_sign_ins_locked_total", "Sign-ins not tried because of too many failures."
)
FORGOTTEN = Counter(
    "sasayaki_gateway_sign_in_failures_forgotten_total",
    "Failed sign-ins forgotten early because too many others were remembered.",
)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures in a row of one account or address."""

    count: int
    last_s: float
    locked_until_s: float


class Attempts:
    """Who failed how often; instants are seconds of any steady clock."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], Failures] = OrderedDict()

    def locked_for_s(self, user: str, address: str, now_s: float) -> float:
        """How long to wait before the next try; 0: none. Counts when it is locked."""
        known = [self._failures.get(key) for key in _keys(user, address)]
        wait_s = max((each.locked_until_s - now_s for each in known if each), default=0.0)
        if wait_s <= 0:
            return 0.0
        LOCKED.inc()
        return wait_s

    def failed(self, user: str, address: str, now_s: float) -> None:
        for key, free in zip(
            _keys(user, address), (FREE_TRIES, FREE_TRIES_OF_ADDRESS), strict=True
        ):
            self._failures[key] = _after(self._failures.get(key), free, now_s)
            self._failures.move_to_end(key)
        while len(self._failures) > REMEMBERED_MOST:
            self._failures.popitem(last=False)
            FORGOTTEN.inc()

    def succeeded(self, user: str, address: str) -> None:
        """The account's failures are forgotten; the address's stay, or one good account would
        let it try all others."""
        self._failures.pop(("user", user), None)


def _keys(user: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("user", user), ("address", address)


def _after(known: Failures | None, free: int, now_s: float) -> Failures:
    count = 1 if known is None or now_s - known.last_s > FORGOTTEN_S else known.count + 1
    over = count - free
    lock_s = 0.0 if over < 0 else min(LOCK_MOST_S, LOCK_S * 2.0 ** min(over, 10))
    return Failures(count, now_s, now_s + lock_s)
