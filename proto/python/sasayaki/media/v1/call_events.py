"""What happened in one call: the stream `media.call`, keyed by contact id.

These messages are stored for years. Add, never change: see docs/adr/0004.
An event that a happening of the media node caused carries `happening_seq` and `node_id`:
the number of that happening in the journal of that run of the node.
"""

# Generated from sasayaki/media/v1/call_events.proto. Change that file and run `./sasayaki gen`.

from typing import TypeAlias

from sasayaki.event import (
    Bool,
    Event,
    Instant,
    Int64,
    OpenEnum,
    Recorded,
    Uint32,
)


class SupervisionMode(OpenEnum):
    """Who hears the supervisor. The supervisor always hears everyone."""

    UNSPECIFIED = "SUPERVISION_MODE_UNSPECIFIED"
    LISTEN = "SUPERVISION_MODE_LISTEN"
    """Nobody."""
    WHISPER = "SUPERVISION_MODE_WHISPER"
    """The operator only."""
    BARGE = "SUPERVISION_MODE_BARGE"
    """The operator and the customer."""
    TAKEOVER = "SUPERVISION_MODE_TAKEOVER"
    """The customer; the operator has left."""


class RecordingPolicy(OpenEnum):
    """From which moment on a call is recorded."""

    UNSPECIFIED = "RECORDING_POLICY_UNSPECIFIED"
    NONE = "RECORDING_POLICY_NONE"
    """Never."""
    AFTER_GUIDANCE = "RECORDING_POLICY_AFTER_GUIDANCE"
    """From the end of the guidance that says so."""
    ON_ALERT = "RECORDING_POLICY_ON_ALERT"
    """As AFTER_GUIDANCE; what was written is deleted at the end unless an alert was raised."""


class PromptOutcome(OpenEnum):
    """How the playing of a prompt ended."""

    UNSPECIFIED = "PROMPT_OUTCOME_UNSPECIFIED"
    COMPLETED = "PROMPT_OUTCOME_COMPLETED"
    """Heard to its last sample."""
    INTERRUPTED = "PROMPT_OUTCOME_INTERRUPTED"
    """Cut short by a key of the customer."""
    HUNG_UP = "PROMPT_OUTCOME_HUNG_UP"
    """The customer hung up while it was playing."""
    STOPPED = "PROMPT_OUTCOME_STOPPED"
    """Stopped by an order."""


class DigitsOutcome(OpenEnum):
    """How the collecting of digits ended."""

    UNSPECIFIED = "DIGITS_OUTCOME_UNSPECIFIED"
    COLLECTED = "DIGITS_OUTCOME_COLLECTED"
    """As many digits as were asked for, or the finishing key."""
    TIMED_OUT = "DIGITS_OUTCOME_TIMED_OUT"
    """No key, or no further key, in time."""
    HUNG_UP = "DIGITS_OUTCOME_HUNG_UP"
    """The customer hung up first."""


class LegEndReason(OpenEnum):
    """Why a leg ended or never came to be."""

    UNSPECIFIED = "LEG_END_REASON_UNSPECIFIED"
    HUNG_UP = "LEG_END_REASON_HUNG_UP"
    """The person at the phone hung up."""
    RELEASED = "LEG_END_REASON_RELEASED"
    """An order ended it."""
    CALL_ENDED = "LEG_END_REASON_CALL_ENDED"
    """The call ended and took it along."""
    UNREACHABLE = "LEG_END_REASON_UNREACHABLE"
    """The phone is not registered, or its address is gone."""
    REFUSED = "LEG_END_REASON_REFUSED"
    """The phone refused."""
    NO_ANSWER = "LEG_END_REASON_NO_ANSWER"
    """The phone rang for as long as it may."""
    FAILED = "LEG_END_REASON_FAILED"
    """The phone broke the protocol, or its sound stopped."""
    MOVED = "LEG_END_REASON_MOVED"
    """The supervisor's phone went on to another call, or waits for one."""
    TAKEN_OVER = "LEG_END_REASON_TAKEN_OVER"
    """A supervisor has taken the call over from this operator."""
    TRANSFERRED = "LEG_END_REASON_TRANSFERRED"
    """The operator handed the customer over to somebody else."""


class CallEndReason(OpenEnum):
    """Why a call ended."""

    UNSPECIFIED = "CALL_END_REASON_UNSPECIFIED"
    CUSTOMER_HUNG_UP = "CALL_END_REASON_CUSTOMER_HUNG_UP"
    """The customer hung up."""
    OPERATOR_HUNG_UP = "CALL_END_REASON_OPERATOR_HUNG_UP"
    """The operator hung up."""
    RELEASED = "CALL_END_REASON_RELEASED"
    """An order ended it, for example the flow's last step."""
    NODE_LOST = "CALL_END_REASON_NODE_LOST"
    """The media node that held the call is gone."""
    FAILED = "CALL_END_REASON_FAILED"
    """The customer's phone broke the protocol, or its sound stopped."""
    SUPERVISOR_HUNG_UP = "CALL_END_REASON_SUPERVISOR_HUNG_UP"
    """The supervisor who had taken the call over hung up."""
    NO_ANSWER = "CALL_END_REASON_NO_ANSWER"
    """The customer whom we called did not answer in time."""
    REFUSED = "CALL_END_REASON_REFUSED"
    """The customer whom we called refused or is busy."""
    UNREACHABLE = "CALL_END_REASON_UNREACHABLE"
    """The customer whom we called could not be reached: no trunk, or none that took the call."""


class CallArrived(Event, type="sasayaki.media.v1.CallArrived"):
    """A customer's call for one of our numbers has arrived; it is ringing, not yet answered."""

    dialled_number: str
    """Our number that was dialled, E.164."""
    caller_hash: str
    """Keyed hash of the caller's number: equal callers of one client company have equal hashes. Empty when withheld."""
    caller_sealed: str
    """The caller's number, AES-256-GCM under the client company's key, base64url. Empty when withheld."""
    node_id: str
    happening_seq: Int64
    node_call_id: str | None = None
    """What the node calls it until it is admitted under the contact id."""
    answer_by: Instant | None = None
    """Unless it is to be answered by then, the call is ended."""


class AnswerOrdered(Event, type="sasayaki.media.v1.AnswerOrdered"):
    """The call is to be answered. The node does it next."""

    record: RecordingPolicy


class CallAnswered(Event, type="sasayaki.media.v1.CallAnswered"):
    """The customer's phone is connected: they hear us from here on."""

    node_id: str
    happening_seq: Int64


class PromptOrdered(Event, type="sasayaki.media.v1.PromptOrdered"):
    """Prompts are to be played to the customer, one after another, perhaps collecting digits."""

    play_id: str
    prompt_sha256: tuple[str, ...]
    """SHA-256 of each prompt's WAV file, hexadecimal."""
    guidance: Bool
    """Whether this is the recording guidance: never cut short by a key."""
    digits_max: Uint32
    """Digits to collect at most; 0: none."""
    first_digit_ms: Uint32
    """Wait for the first digit, counted from the end of the prompts."""
    next_digit_ms: Uint32
    """Wait for each further digit."""
    repeat: Bool | None = None
    """The last prompt is heard again and again until the play is stopped."""
    read_back_play_id: str | None = None
    """The digits of that earlier play are read back after the prompts, then `closing_sha256`."""
    closing_sha256: tuple[str, ...]
    sealed: Bool | None = None
    """Digits are noted sealed only."""
    digit_sha256: tuple[str, ...]
    """With `read_back_play_id`: the prompts of the digits 0 to 9."""


class PromptStopOrdered(Event, type="sasayaki.media.v1.PromptStopOrdered"):
    """A play is to stop."""

    play_id: str


class GuidancePlayed(Event, type="sasayaki.media.v1.GuidancePlayed"):
    """The customer heard the recording guidance, or part of it. The legal fact."""

    play_id: str
    prompt_sha256: str
    heard_ms: Uint32
    total_ms: Uint32
    outcome: PromptOutcome
    node_id: str
    happening_seq: Int64


class PromptPlayed(Event, type="sasayaki.media.v1.PromptPlayed"):
    """Prompts without guidance and without digits were heard, or part of them."""

    play_id: str
    heard_ms: Uint32
    total_ms: Uint32
    outcome: PromptOutcome
    node_id: str
    happening_seq: Int64


class DigitsCollected(Event, type="sasayaki.media.v1.DigitsCollected"):
    """The customer pressed keys, or did not."""

    play_id: str
    digits: str
    outcome: DigitsOutcome
    heard_ms: Uint32
    """How much of the prompts was heard before."""
    node_id: str
    happening_seq: Int64
    digits_sealed: str | None = None
    """Instead of `digits` when they were to be sealed: AES-256-GCM under the client company's key, base64url."""
    digits_count: Uint32 | None = None
    """How many came, when they were to be sealed."""


class OperatorLegDialled(Event, type="sasayaki.media.v1.OperatorLegDialled"):
    """An operator's phone is to ring. On answer the node joins the parties by itself."""

    leg_id: str
    operator_id: str
    ring_ms_max: Uint32
    consult: Bool | None = None
    """Called in addition to the operator who talks: a consultation."""


class OutsideLegDialled(Event, type="sasayaki.media.v1.OutsideLegDialled"):
    """Somebody outside is to be called by a trunk and joined: a transfer out. `operator_id` of the leg's events is empty."""

    leg_id: str
    operator_id: str
    """Who wants it: the flow (empty) or an operator."""
    number_sealed: str
    """The number, AES-256-GCM under the client company's key, base64url."""
    ring_ms_max: Uint32


class CallPlaced(Event, type="sasayaki.media.v1.CallPlaced"):
    """A customer is to be called by us: the call begins with this instead of `CallArrived`."""

    from_number: str
    """Our number that the customer sees, E.164."""
    caller_hash: str
    """Keyed hash of the customer's number, as in `CallArrived`."""
    caller_sealed: str
    """The customer's number, AES-256-GCM under the client company's key, base64url."""
    previous_contact_id: str
    """The contact that is called back."""
    ring_ms_max: Uint32
    node_id: str
    record: RecordingPolicy


class CustomerRang(Event, type="sasayaki.media.v1.CustomerRang"):
    """The phone of the customer whom we call rings."""

    node_id: str
    happening_seq: Int64


class HoldOrdered(Event, type="sasayaki.media.v1.HoldOrdered"):
    """The customer is to be put on hold, or taken back."""

    held: Bool
    music_sha256: str
    """Music for the customer; empty: silence."""
    operator_id: str
    """Who wants it."""


class CustomerHeld(Event, type="sasayaki.media.v1.CustomerHeld"):
    """The customer is on hold: hears music, and the operators neither hear the customer nor are heard."""

    node_id: str
    happening_seq: Int64
    operator_id: str
    held_at: Instant | None = None
    """The node's instant."""


class CustomerResumed(Event, type="sasayaki.media.v1.CustomerResumed"):
    """The customer and the operators hear each other again."""

    held_ms: Uint32
    node_id: str
    happening_seq: Int64


class TapPauseOrdered(Event, type="sasayaki.media.v1.TapPauseOrdered"):
    """The writing of the recording is to stop for a while, or to go on."""

    paused: Bool
    reason: str
    """Free word, for example "card"."""
    operator_id: str
    """Who wants it."""


class TapPaused(Event, type="sasayaki.media.v1.TapPaused"):
    """Nothing is written from here on."""

    reason: str
    at_ms: Uint32
    """On the recording's timeline."""
    node_id: str
    happening_seq: Int64


class TapResumed(Event, type="sasayaki.media.v1.TapResumed"):
    """Writing goes on."""

    at_ms: Uint32
    node_id: str
    happening_seq: Int64


class TransferAsked(Event, type="sasayaki.media.v1.TransferAsked"):
    """An operator's phone asks for a transfer by its own button (REFER)."""

    leg_id: str
    operator_id: str
    target_operator_id: str
    """The user id that was named, if it is one of ours; empty otherwise."""
    attended: Bool
    """Whether the target is in the call already: an attended transfer."""
    node_id: str
    happening_seq: Int64


class TransferAnswered(Event, type="sasayaki.media.v1.TransferAnswered"):
    """What the phone is told of its transfer."""

    leg_id: str
    sip_code: Uint32


class OperatorLegRang(Event, type="sasayaki.media.v1.OperatorLegRang"):
    """An operator's phone rings."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


class OperatorLegAnswered(Event, type="sasayaki.media.v1.OperatorLegAnswered"):
    """An operator's phone was picked up."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


class TalkStarted(Event, type="sasayaki.media.v1.TalkStarted"):
    """Customer and operator hear each other."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


class OperatorLegEnded(Event, type="sasayaki.media.v1.OperatorLegEnded"):
    """An operator's leg is over, answered or not."""

    leg_id: str
    operator_id: str
    reason: LegEndReason
    sip_code: Uint32 | None = None
    """SIP status of the refusal, if there was one."""
    node_id: str
    happening_seq: Int64


class SupervisionOrdered(Event, type="sasayaki.media.v1.SupervisionOrdered"):
    """A supervisor is to hear the call in a mode; their phone rings if it is not on this call yet."""

    leg_id: str
    supervisor_id: str
    supervision_id: str
    mode: SupervisionMode
    keep_phone: Bool | None = None
    """Whether the phone stays connected when this leg is over."""


class SupervisorHeard(Event, type="sasayaki.media.v1.SupervisorHeard"):
    """The sound follows the mode from this instant on: the audit record of who could hear whom."""

    leg_id: str
    supervisor_id: str
    supervision_id: str
    mode: SupervisionMode
    applied_at: Instant
    """The instant in the node at which the first packet in this mode could leave."""
    node_id: str
    happening_seq: Int64


class UnsupervisionOrdered(Event, type="sasayaki.media.v1.UnsupervisionOrdered"):
    """A supervisor is to leave the call."""

    leg_id: str
    supervision_id: str


class SupervisorLegEnded(Event, type="sasayaki.media.v1.SupervisorLegEnded"):
    """A supervisor's leg is over; the sound is as without them."""

    leg_id: str
    supervisor_id: str
    supervision_id: str
    reason: LegEndReason
    sip_code: Uint32 | None = None
    node_id: str
    happening_seq: Int64
    left_at: Instant | None = None
    """The instant in the node from which on the supervisor hears nothing; absent when the node could not tell."""


class HangUpOrdered(Event, type="sasayaki.media.v1.HangUpOrdered"):
    """A leg is to be ended: the operator's, or with no leg id the whole call."""

    leg_id: str
    transferred: Bool | None = None
    """The operator hands the customer over: the leg ends as TRANSFERRED."""


class TapOpened(Event, type="sasayaki.media.v1.TapOpened"):
    """What the parties say is written down from here on."""

    node_id: str
    happening_seq: Int64


class TapClosed(Event, type="sasayaki.media.v1.TapClosed"):
    """The last page of the call's recording is written."""

    recorded_ms: Uint32
    """Length of each track."""
    pages: Uint32
    """Pages of all tracks."""
    node_id: str
    happening_seq: Int64


class CallEnded(Event, type="sasayaki.media.v1.CallEnded"):
    """The call is over for everybody in it."""

    reason: CallEndReason
    node_id: str
    happening_seq: Int64


class SilenceBegan(Event, type="sasayaki.media.v1.SilenceBegan"):
    """Neither the customer nor the operator has spoken for 3 s."""

    since: Instant
    """When the last of them stopped."""
    node_id: str
    happening_seq: Int64


class SilenceEnded(Event, type="sasayaki.media.v1.SilenceEnded"):
    """The silence is over: somebody speaks, or the talk ended."""

    silent_ms: Uint32
    node_id: str
    happening_seq: Int64


class OverlapHeard(Event, type="sasayaki.media.v1.OverlapHeard"):
    """The customer and the operator spoke at the same time for 1 s or longer."""

    overlap_ms: Uint32
    node_id: str
    happening_seq: Int64


class HoldStarted(Event, type="sasayaki.media.v1.HoldStarted"):
    """A leg's phone put the call on hold."""

    leg_id: str
    """Empty: the customer's."""
    operator_id: str
    """Empty: the customer's."""
    node_id: str
    happening_seq: Int64


class HoldEnded(Event, type="sasayaki.media.v1.HoldEnded"):
    """A leg's phone took the call back."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


class PickUpOrdered(Event, type="sasayaki.media.v1.PickUpOrdered"):
    """A browser phone that rings is to be picked up by its person."""

    leg_id: str


class PutDownOrdered(Event, type="sasayaki.media.v1.PutDownOrdered"):
    """A browser phone is to be put down by its person: as a phone's BYE, or as a refusal while it rings."""

    leg_id: str


class LegMuteOrdered(Event, type="sasayaki.media.v1.LegMuteOrdered"):
    """A person's voice is to be taken out of the call, or let in again."""

    leg_id: str
    muted: Bool


class LegMuted(Event, type="sasayaki.media.v1.LegMuted"):
    """Nobody hears this leg."""

    leg_id: str
    user_id: str
    node_id: str
    happening_seq: Int64


class LegUnmuted(Event, type="sasayaki.media.v1.LegUnmuted"):
    """This leg is heard again as its role says."""

    leg_id: str
    user_id: str
    node_id: str
    happening_seq: Int64


class TalkBackOrdered(Event, type="sasayaki.media.v1.TalkBackOrdered"):
    """An operator's voice is to go to the supervisors alone, or to all again."""

    leg_id: str
    on: Bool


class TalkBackStarted(Event, type="sasayaki.media.v1.TalkBackStarted"):
    """The operator is heard by the supervisors alone; the customer hears comfort noise."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


class TalkBackEnded(Event, type="sasayaki.media.v1.TalkBackEnded"):
    """The customer hears the operator again."""

    leg_id: str
    operator_id: str
    node_id: str
    happening_seq: Int64


CallEvent: TypeAlias = (
    CallArrived
    | AnswerOrdered
    | CallAnswered
    | PromptOrdered
    | PromptStopOrdered
    | GuidancePlayed
    | PromptPlayed
    | DigitsCollected
    | OperatorLegDialled
    | OutsideLegDialled
    | CallPlaced
    | CustomerRang
    | HoldOrdered
    | CustomerHeld
    | CustomerResumed
    | TapPauseOrdered
    | TapPaused
    | TapResumed
    | TransferAsked
    | TransferAnswered
    | OperatorLegRang
    | OperatorLegAnswered
    | TalkStarted
    | OperatorLegEnded
    | SupervisionOrdered
    | SupervisorHeard
    | UnsupervisionOrdered
    | SupervisorLegEnded
    | HangUpOrdered
    | TapOpened
    | TapClosed
    | CallEnded
    | SilenceBegan
    | SilenceEnded
    | OverlapHeard
    | HoldStarted
    | HoldEnded
    | PickUpOrdered
    | PutDownOrdered
    | LegMuteOrdered
    | LegMuted
    | LegUnmuted
    | TalkBackOrdered
    | TalkBackStarted
    | TalkBackEnded
)
CallRecord: TypeAlias = Recorded[CallEvent]

EVENTS: tuple[type[Event], ...] = (
    CallArrived,
    AnswerOrdered,
    CallAnswered,
    PromptOrdered,
    PromptStopOrdered,
    GuidancePlayed,
    PromptPlayed,
    DigitsCollected,
    OperatorLegDialled,
    OutsideLegDialled,
    CallPlaced,
    CustomerRang,
    HoldOrdered,
    CustomerHeld,
    CustomerResumed,
    TapPauseOrdered,
    TapPaused,
    TapResumed,
    TransferAsked,
    TransferAnswered,
    OperatorLegRang,
    OperatorLegAnswered,
    TalkStarted,
    OperatorLegEnded,
    SupervisionOrdered,
    SupervisorHeard,
    UnsupervisionOrdered,
    SupervisorLegEnded,
    HangUpOrdered,
    TapOpened,
    TapClosed,
    CallEnded,
    SilenceBegan,
    SilenceEnded,
    OverlapHeard,
    HoldStarted,
    HoldEnded,
    PickUpOrdered,
    PutDownOrdered,
    LegMuteOrdered,
    LegMuted,
    LegUnmuted,
    TalkBackOrdered,
    TalkBackStarted,
    TalkBackEnded,
)
