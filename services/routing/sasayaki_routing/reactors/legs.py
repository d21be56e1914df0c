"""Whose legs talk in which call, as media's records tell it."""

from sasayaki.media.v1.call_events import LegEndReason, OperatorLegEnded
from sasayaki.routing.v1.pool_events import OfferFailure

UNANSWERED = {
    LegEndReason.REFUSED: OfferFailure.REFUSED,
    LegEndReason.UNREACHABLE: OfferFailure.UNREACHABLE,
    LegEndReason.FAILED: OfferFailure.FAILED,
}
"""Legs that were never picked up. NO_ANSWER is missing: the offer's time limit says the same."""
EXPLAINED = frozenset((LegEndReason.CALL_ENDED, LegEndReason.TRANSFERRED, LegEndReason.TAKEN_OVER))
"""Ends of a talking leg that the pool knows of, or hears of otherwise."""


class Legs:
    """Operators' legs that talk: at most as many as there are in all calls."""

    def __init__(self) -> None:
        self._talking: dict[str, dict[str, str]] = {}
        """Operator by leg, by contact."""
        self._parting: set[str] = set()
        """Legs that are being hung up because their consultation is over."""

    def talks(self, contact_id: str, leg_id: str, operator_id: str) -> None:
        self._talking.setdefault(contact_id, {})[leg_id] = operator_id

    def anybody(self, contact_id: str) -> bool:
        """Whether an operator talks in the call."""
        return contact_id in self._talking

    def part(self, contact_id: str, operator_id: str) -> None:
        """The operator's leg is about to be hung up, and the pool knows why."""
        for leg_id, present in self._talking.get(contact_id, {}).items():
            if present == operator_id:
                self._parting.add(leg_id)

    def forget(self, contact_id: str) -> None:
        for leg_id in self._talking.pop(contact_id, {}):
            self._parting.discard(leg_id)

    def ended(self, contact_id: str, ended: OperatorLegEnded) -> OfferFailure | None:
        """How the end of a leg fails its offer or talk, if the call goes on without it."""
        legs = self._talking.get(contact_id, {})
        if legs.pop(ended.leg_id, None) is None:
            return UNANSWERED.get(ended.reason)
        if not legs:
            del self._talking[contact_id]
        if ended.leg_id in self._parting:
            self._parting.discard(ended.leg_id)
            return None
        if ended.reason in EXPLAINED:
            return None
        # The last talk that ends by itself takes the call along: its end follows.
        goes_on = bool(legs) or ended.reason is LegEndReason.RELEASED
        return OfferFailure.FAILED if goes_on else None
