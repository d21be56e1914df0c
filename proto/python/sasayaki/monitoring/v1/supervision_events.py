"""What happened while a supervisor was on a call: the stream `monitoring.supervision`, keyed by supervision id.

These messages are stored for years. Add, never change: see docs/adr/0004.
"""

# Generated from sasayaki/monitoring/v1/supervision_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    Instant,
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
    DECLINED = "SUPERVISION_END_REASON_DECLINED"
    """The operator does not want to be heard. Nothing is held against them."""
    PUT_OFF = "SUPERVISION_END_REASON_PUT_OFF"
    """The operator wants to be asked another time."""
    NOT_ANSWERED = "SUPERVISION_END_REASON_NOT_ANSWERED"
    """The operator did not answer: silence is not consent."""
    DAILY_LIMIT = "SUPERVISION_END_REASON_DAILY_LIMIT"
    """The operator was monitored as often today as their client company's policy allows."""
    NO_FURTHER_CALL = "SUPERVISION_END_REASON_NO_FURTHER_CALL"
    """The operator who is followed had no further call for too long."""


class ConsentAnswer(OpenEnum):
    """What an operator says when they are asked whether somebody may hear them."""

    UNSPECIFIED = "CONSENT_ANSWER_UNSPECIFIED"
    ACCEPTED = "CONSENT_ANSWER_ACCEPTED"
    LATER = "CONSENT_ANSWER_LATER"
    """Another time."""
    DECLINED = "CONSENT_ANSWER_DECLINED"


class ConsentReason(OpenEnum):
    """Why an operator did not consent; told if they like."""

    UNSPECIFIED = "CONSENT_REASON_UNSPECIFIED"
    DIFFICULT_CALL = "CONSENT_REASON_DIFFICULT_CALL"
    """The call is a hard one."""
    NOT_WELL = "CONSENT_REASON_NOT_WELL"
    """They do not feel well."""
    OFTEN_ENOUGH = "CONSENT_REASON_OFTEN_ENOUGH"
    """They were monitored enough."""
    OTHER = "CONSENT_REASON_OTHER"
    """Something else."""


class ConsentRequested(Event, type="sasayaki.monitoring.v1.ConsentRequested"):
    """An operator is asked whether a supervisor may hear them. Nothing is heard before a yes."""

    contact_id: str
    supervisor_id: str
    operator_id: str
    mode: SupervisionMode
    """What the supervisor wants to begin in."""
    purpose: Purpose
    answer_by: Instant
    """Without an answer by then it is over."""
    note_sealed: str | None = None
    """What it is about, AES-256-GCM under the client company's key, base64url; absent when nothing was said."""
    keep_phone: Bool | None = None
    """Whether the supervisor's phone is to stay connected afterwards."""


class ConsentAnswered(Event, type="sasayaki.monitoring.v1.ConsentAnswered"):
    """The operator answered. A yes is followed by `SupervisionStarted`, everything else by `SupervisionEnded`."""

    answer: ConsentAnswer
    reason: ConsentReason | None = None


class SupervisionStarted(Event, type="sasayaki.monitoring.v1.SupervisionStarted"):
    """A supervisor is to hear an operator's call."""

    contact_id: str
    supervisor_id: str
    operator_id: str
    mode: SupervisionMode
    purpose: Purpose
    keep_phone: Bool | None = None
    """Whether the supervisor's phone stays connected afterwards."""
    following: Bool | None = None
    """Whether the supervisor stays with the operator across calls from the start; `FollowingSet` tells more."""


class SupervisionModeChanged(Event, type="sasayaki.monitoring.v1.SupervisionModeChanged"):
    """The supervisor is to be heard by others than before."""

    mode: SupervisionMode


class TargetSwitched(Event, type="sasayaki.monitoring.v1.TargetSwitched"):
    """The supervisor went on to another call without hanging up: chosen by hand, or the next of the operator who is
    followed. The record's client company and contact are those of the new call.
    """

    contact_id: str
    operator_id: str
    mode: SupervisionMode
    client_id: str | None = None
    """The client company of the new call."""


class FollowingSet(Event, type="sasayaki.monitoring.v1.FollowingSet"):
    """From here on the supervisor stays with the operator across calls, or does so no more."""

    following: Bool
    client_ids: tuple[str, ...]
    """Calls for these client companies are followed: those that the supervisor may hear."""


class OperatorAwaited(Event, type="sasayaki.monitoring.v1.OperatorAwaited"):
    """The call is over, and the next one of the operator who is followed is awaited."""

    until: Instant
    """How long at most."""


class TextWhispered(Event, type="sasayaki.monitoring.v1.TextWhispered"):
    """The supervisor wrote to the operator."""

    text_id: str
    text_sealed: str
    """AES-256-GCM under the client company's key, base64url."""


class SupervisionEnded(Event, type="sasayaki.monitoring.v1.SupervisionEnded"):
    """The supervisor left, or the call did."""

    reason: SupervisionEndReason


SupervisionEvent: TypeAlias = (
    ConsentRequested
    | ConsentAnswered
    | SupervisionStarted
    | SupervisionModeChanged
    | TargetSwitched
    | FollowingSet
    | OperatorAwaited
    | TextWhispered
    | SupervisionEnded
)
SupervisionRecord: TypeAlias = Recorded[SupervisionEvent]

EVENTS: tuple[type[Event], ...] = (
    ConsentRequested,
    ConsentAnswered,
    SupervisionStarted,
    SupervisionModeChanged,
    TargetSwitched,
    FollowingSet,
    OperatorAwaited,
    TextWhispered,
    SupervisionEnded,
)
