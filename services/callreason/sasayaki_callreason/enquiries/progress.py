"""Projection: how many enquiries are where, and how those before them ended, as metrics."""

from datetime import datetime
from typing import Any

from prometheus_client import Counter, Gauge

from sasayaki.callreason.v1.enquiry_events import (
    AnnouncementEntered,
    DigitsAsked,
    EnquiryClosed,
    EnquiryOpened,
    EnquiryPassedOn,
    EnquiryRouted,
    EnquiryTaken,
    FlowEnded,
    MenuEntered,
    TransferOutEntered,
    VoicemailEntered,
    WrapUpAsked,
)
from sasayaki.event import Event, Recorded

RUNNING = Gauge("sasayaki_callreason_enquiries", "Enquiries that run.", ("stage",))
CLOSED = Counter(
    "sasayaki_callreason_enquiries_closed_total",
    "Enquiries that came to their final state.",
    ("outcome",),
)

STAGES: dict[type[Event], str] = {
    EnquiryOpened: "flow",
    AnnouncementEntered: "flow",
    MenuEntered: "flow",
    DigitsAsked: "flow",
    VoicemailEntered: "flow",
    TransferOutEntered: "outside",
    EnquiryRouted: "queue",
    FlowEnded: "ending",
    EnquiryTaken: "talk",
    EnquiryPassedOn: "queue",
    WrapUpAsked: "wrap_up",
}


class Progress:
    """Remembers the stage of each enquiry that runs, and of no other.

    Counters count what happened since `started_at`: a replay must not look like a rush.
    """

    topics: tuple[str, ...] = ("callreason.enquiry",)

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._stages: dict[str, str] = {}

    def fold(self, record: Recorded[Any]) -> None:
        event = record.data
        if isinstance(event, EnquiryClosed):
            outcome = event.outcome.value.removeprefix("ENQUIRY_OUTCOME_").lower()
            if record.time >= self._started_at:
                CLOSED.labels(outcome).inc()
            self._move(record.subject, None)
        elif stage := STAGES.get(type(event)):
            self._move(record.subject, stage)

    def _move(self, contact_id: str, stage: str | None) -> None:
        before = self._stages.pop(contact_id, None)
        if before is not None:
            RUNNING.labels(before).dec()
        if stage is not None:
            self._stages[contact_id] = stage
            RUNNING.labels(stage).inc()
