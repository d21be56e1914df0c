"""What happened while a supervisor was on a call: the stream `monitoring.supervision`, keyed by supervision id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/supervision_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Event,
    OpenEnum,
    Recorded,
)
from sasayaki.media.v1.call_events import SupervisionMode


class Purpose(OpenEnum):
    """Why a supervisor is on a call. It is named each time."""

    UNSPECIFIED = "PURPOSE_UNSPECIFIED"
    HELP = "PURPOSE_HELP"
    """The operator asked for help or seems to need it."""
    COMPLAINT = "PURPOSE_COMPLAINT"
    """The customer complains."""
    TRAINING = "PURPOSE_TRAINING"
    """To train the operator. Needs the operator's consent."""
    QUALITY = "PURPOSE_QUALITY"
    """To judge the quality of the work."""
    SAMPLING = "PURPOSE_SAMPLING"
    """Picked at random."""


class SupervisionEndReason(OpenEnum):
    """Why a supervision ended."""

    UNSPECIFIED = "SUPERVISION_END_REASON_UNSPECIFIED"
    ENDED = "SUPERVISION_END_REASON_ENDED"
    """The supervisor ended it."""
    CALL_ENDED = "SUPERVISION_END_REASON_CALL_ENDED"
    """The call ended."""
    PHONE_LOST = "SUPERVISION_END_REASON_PHONE_LOST"
    """The supervisor's phone hung up, did not answer or was lost."""


class SupervisionStarted(Event, type="sasayaki.monitoring.v1.SupervisionStarted"):
    """A supervisor is to hear an operator's call."""

    contact_id: str
    supervisor_id: str
    operator_id: str
    mode: SupervisionMode
    purpose: Purpose


class SupervisionModeChanged(Event, type="sasayaki.monitoring.v1.SupervisionModeChanged"):
    """The supervisor is to be heard by others than before."""

    mode: SupervisionMode


class SupervisionEnded(Event, type="sasayaki.monitoring.v1.SupervisionEnded"):
    """The supervisor left, or the call did."""

    reason: SupervisionEndReason


SupervisionEvent: TypeAlias = (
    SupervisionStarted
    | SupervisionModeChanged
    | SupervisionEnded
)
SupervisionRecord: TypeAlias = Recorded[SupervisionEvent]

EVENTS: tuple[type[Event], ...] = (
    SupervisionStarted,
    SupervisionModeChanged,
    SupervisionEnded,
)
