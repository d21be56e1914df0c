"""Whole contacts as records of four topics, for what is counted by reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.harness.records import recorded
from tests.harness.specification import NOON

from sasayaki.callreason.v1.client_events import ClientPut, Reason
from sasayaki.callreason.v1.enquiry_events import EnquiryOpened, ReasonConfirmed, ReasonStated
from sasayaki.event import Event, Recorded
from sasayaki.media.v1.call_events import (
    CallArrived,
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegEnded,
    TalkStarted,
)
from sasayaki.routing.v1.pool_events import OperatorReleased, ReleaseReason, WrapUpStarted

NAMES = {
    "rsn_bill": ("ご請求", "Billing", ""),
    "rsn_amount": ("金額", "Amount", "rsn_bill"),
    "rsn_contract": ("ご契約", "Contract", ""),
}


def at(second: float, subject: str, data: Event, *, number: int = 0) -> Recorded[Event]:
    """A record of so many seconds past noon; `number` is its place in its stream."""
    record = recorded(subject, data)
    instant = NOON + timedelta(seconds=second)
    changes = {"time": instant, "recorded_time": instant}
    if number:
        changes["sequence"] = number  # type: ignore[assignment]
    return record.model_copy(update=changes)


def company(number: int = 1, **names: tuple[str, str, str]) -> Recorded[Event]:
    """The company's settings with these reasons."""
    put = ClientPut(
        client_id="cli_acme",
        name="Acme",
        numbers=(),
        reasons=tuple(
            Reason(reason_id=reason_id, label_ja=ja, label_en=en, parent_id=parent or None)
            for reason_id, (ja, en, parent) in (names or NAMES).items()
        ),
        wrap_up_form=(),
        wrap_up_ms_max=60_000,
        queue_ids=(),
    )
    return at(0, "cli_acme", put, number=number)


@dataclass(frozen=True)
class Told:
    """A contact to be told; seconds are past noon, None where that did not happen."""

    contact_id: str
    arrives: float = 0
    stated: str = ""
    confirmed: str = ""
    talk_s: float | None = None
    wrap_up_s: float | None = None

    def records(self) -> Sequence[Recorded[Event]]:
        contact_id, start = self.contact_id, self.arrives
        arrived = CallArrived(
            dialled_number="+81312345678",
            caller_hash="",
            caller_sealed="",
            node_id="n",
            happening_seq=1,
        )
        opened = EnquiryOpened(
            client_id="cli_acme", flow_id="flw_a", flow_version=1, dialled_number="+81312345678"
        )
        told = [at(start, contact_id, arrived), at(start + 0.1, contact_id, opened, number=1)]
        if self.stated:
            stated = ReasonStated(step_id="menu", reason_id=self.stated, key="1")
            told.append(at(start + 5, contact_id, stated, number=2))
        talk_from = start + 10
        talk_until = talk_from + (self.talk_s or 0)
        if self.talk_s is not None:
            told += _talk(contact_id, talk_from, talk_until)
        if self.confirmed:
            confirmed = ReasonConfirmed(reason_id=self.confirmed, operator_id="usr_mori")
            told.append(at(talk_from + 1, contact_id, confirmed, number=3))
        ended = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id="n", happening_seq=4)
        told.append(at(talk_until, contact_id, ended))
        if self.wrap_up_s is not None:
            told += wrap_up(contact_id, talk_until, talk_until + self.wrap_up_s)
        return told


def _talk(contact_id: str, since: float, until: float) -> Sequence[Recorded[Event]]:
    leg = {"leg_id": f"leg_{contact_id}", "operator_id": "usr_mori", "node_id": "n"}
    started = TalkStarted(**leg, happening_seq=2)
    ended = OperatorLegEnded(**leg, reason=LegEndReason.CALL_ENDED, happening_seq=3)
    return [at(since, contact_id, started), at(until, contact_id, ended)]


def wrap_up(
    contact_id: str, since: float, until: float, operator_id: str = "usr_mori"
) -> Sequence[Recorded[Event]]:
    """From the end of the operator's part until their release."""
    begun, over = (NOON + timedelta(seconds=second) for second in (since, until))
    started = WrapUpStarted(
        contact_id=contact_id, operator_id=operator_id, release_by=over, since=begun
    )
    released = OperatorReleased(
        contact_id=contact_id,
        operator_id=operator_id,
        reason=ReleaseReason.COMPLETED,
        since=over,
    )
    return [at(since, "pol_1", started), at(until, "pol_1", released)]
