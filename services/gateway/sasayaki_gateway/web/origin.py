"""From which pages requests may come. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

OWN_NAMES = frozenset(("127.0.0.1", "localhost", "[::1]"))


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins (`https://calls.example`) that are ours; none: this machine's own names."""

    named: frozenset[str]

    @classmethod
    def of(cls, setting: str) -> "Origins":
        """From a comma-separated setting; raises ValueError for what is no origin."""
        named = frozenset(each.strip().rstrip("/") for each in setting.split(",") if each.strip())
        for each in named:
            parts = urlsplit(each)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
                raise ValueError(
                    f"no origin: {each!r}; wanted is for example https://calls.example"
                )
            if not is_safe(each):
                raise ValueError(f"not without TLS: {each!r}; only this machine's own names are")
        return cls(named)

    @property
    def secure(self) -> bool:
        """Whether browsers come by https alone."""
        return bool(self.named) and all(each.startswith("https://") for each in self.named)

    def cookie(self, name: str) -> str:
        """A cookie's name; by https one that browsers keep to this host alone (RFC 6265bis)."""
        return f"__Host-{name}" if self.secure else name

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names us: another name is a page that had its name moved here."""
        if self.named:
            return host in {urlsplit(each).netloc for each in self.named}
        return _without_port(host) in OWN_NAMES

    def knows(self, origin: str, host: str) -> bool:
        """Whether an Origin header names a page of ours."""
        if self.named:
            return origin in self.named
        return origin == f"http://{host}" and self.knows_host(host)


def is_safe(address: str) -> bool:
    """Whether an address is asked by TLS, or is this machine's own."""
    parts = urlsplit(address)
    own = _without_port(parts.netloc) in OWN_NAMES
    return parts.scheme == "https" or (parts.scheme == "http" and own)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host
