"""A browser's session and when it is over. Pure."""

from dataclasses import dataclass

FRESH_S = 300.0


@dataclass(frozen=True, slots=True)
class Session:
    """A session; `key` is a hash of the cookie, so that the file gives no cookie away.

    Instants in seconds since 1970.
    """

    key: str
    user_id: str
    csrf: str
    began_s: float
    seen_s: float

    @property
    def name(self) -> str:
        """What its owner sees of the key: nothing follows from it."""
        return f"ses_{self.key[:16]}"


@dataclass(frozen=True, slots=True)
class Lives:
    """How long sessions live."""

    idle_s: float
    most_s: float

    def ends_at_s(self, session: Session) -> float:
        """When it is over whatever is done."""
        return session.began_s + self.most_s

    def is_fresh(self, session: Session, now_s: float) -> bool:
        """Whether it began so lately that the person need not prove again who they are."""
        return now_s - session.began_s < FRESH_S

    def is_over(self, session: Session, now_s: float, *, in_use: bool) -> bool:
        """Whether it is over; one `in_use` has an open stream, and is not idle."""
        if now_s >= self.ends_at_s(session):
            return True
        return not in_use and now_s - session.seen_s >= self.idle_s
