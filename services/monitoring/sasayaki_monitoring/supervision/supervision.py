"""Decides who may hear a call, in which mode and why: the stream `monitoring.supervision`.

Whether the supervisor or the call is taken already, how often the operator was monitored today and
what the client company's policy says are facts about other streams: the API looks them up and the
command carries them, so that the decision itself stays pure.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    EVENTS,
    ConsentAnswer,
    ConsentAnswered,
    ConsentRequested,
    FollowingSet,
    OperatorAwaited,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionEvent,
    SupervisionModeChanged,
    SupervisionStarted,
    TargetSwitched,
    TextWhispered,
)
from sasayaki_chassis.decider import Decider, Refused
from sasayaki_monitoring.policy.policy import NEVER_WAITS, Supervised
from sasayaki_monitoring.supervision.commands import (
    Answer,
    Around,
    Call,
    ChangeMode,
    Command,
    End,
    FollowCall,
    GiveUp,
    Leave,
    SendText,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.states import (
    About,
    Active,
    AwaitingConsent,
    AwaitingOperator,
    Live,
    NotStarted,
    Over,
    State,
    evolve,
)

MODES = frozenset(
    (
        SupervisionMode.LISTEN,
        SupervisionMode.WHISPER,
        SupervisionMode.BARGE,
        SupervisionMode.TAKEOVER,
    )
)
LIMITED = frozenset((Purpose.TRAINING, Purpose.QUALITY, Purpose.SAMPLING))
"""Purposes that the daily limit counts: imposed, and not because a customer complains."""
SUPERVISORS_MOST = 4
"""On one call: the node mixes no more."""
AWAITED_MOST = timedelta(minutes=30)
"""For an operator's next call."""


def decide(state: State, command: Command, now: datetime) -> Sequence[SupervisionEvent]:
    """A start needs nothing; everything else needs a supervision, and its own supervisor."""
    if isinstance(command, Start):
        # The id comes from the request: where something is, this is the same request again.
        return _start(command, now) if isinstance(state, NotStarted) else []
    if isinstance(state, NotStarted):
        raise Refused("UNKNOWN_SUPERVISION", "no such supervision")
    match command:
        case Answer():
            return _answered(state, command, now)
        case FollowCall():
            return _followed(state, command)
        case End():
            return _ended(state, command, now)
        case GiveUp():
            return _given_up(state)
    if command.supervisor_id != state.about.supervisor_id:
        raise Refused("NOT_YOURS", "another supervisor's supervision")
    return _moved(state, command)


def _moved(
    state: Live | Over,
    command: ChangeMode | SwitchTarget | SetFollowing | SendText | Leave,
) -> Sequence[SupervisionEvent]:
    """Read as a table: one case per transition that is allowed, everything else is refused."""
    match state, command:
        case Over(), Leave():
            return []  # saying goodbye twice is not an error
        case _, Leave():
            return [SupervisionEnded(reason=SupervisionEndReason.ENDED)]
        case Over(), _:
            raise Refused("SUPERVISION_OVER", "the supervision is over")
        case _, SetFollowing():
            return _set_following(state, command)
        case AwaitingConsent(), _:
            raise Refused("CONSENT_AWAITED", "the operator has not answered yet")
        case Active(), ChangeMode():
            return _changed(state, command)
        case Active() | AwaitingOperator(), SwitchTarget():
            return _switched(state, command)
        case Active(), SendText(text_id=text_id, text_sealed=text_sealed):
            return [TextWhispered(text_id=text_id, text_sealed=text_sealed)]
    raise Refused("NOT_ON_A_CALL", "the operator's next call is awaited")


def _start(start: Start, now: datetime) -> Sequence[SupervisionEvent]:
    _check_mode(start.mode)
    policy = start.around.policy
    if start.purpose in policy.not_allowed:
        raise Refused("PURPOSE_NOT_ALLOWED", f"{start.purpose.name} is not allowed here")
    if start.around.supervisor_on is not None:
        raise Refused("SUPERVISOR_BUSY", f"the supervisor is on {start.around.supervisor_on!r}")
    _check_room(start.around, start.mode)
    _check_limit(start.call, start.purpose, start.around)
    following = [FollowingSet(following=True, client_ids=start.client_ids)]
    begun: SupervisionEvent = (
        _question(start, now) if _asks(policy, start.purpose) else _beginning(start)
    )
    return [begun, *(following if start.following else ())]


def _question(start: Start, now: datetime) -> ConsentRequested:
    return ConsentRequested(
        contact_id=start.call.contact_id,
        supervisor_id=start.supervisor_id,
        operator_id=start.call.operator_id,
        mode=start.mode,
        purpose=start.purpose,
        answer_by=now + start.around.policy.answer_within,
        note_sealed=start.note_sealed,
        keep_phone=start.keep_phone or None,
    )


def _beginning(start: Start) -> SupervisionStarted:
    return SupervisionStarted(
        contact_id=start.call.contact_id,
        supervisor_id=start.supervisor_id,
        operator_id=start.call.operator_id,
        mode=start.mode,
        purpose=start.purpose,
        keep_phone=start.keep_phone or None,
        following=start.following or None,
    )


def _answered(state: Live | Over, command: Answer, now: datetime) -> Sequence[SupervisionEvent]:
    """A yes that comes when nobody waits for it any more begins nothing."""
    if command.operator_id != state.about.operator_id:
        raise Refused("NOT_YOURS", "another operator was asked")
    if not isinstance(state, AwaitingConsent) or now >= state.answer_by:
        raise Refused("CONSENT_LAPSED", "the question is over")
    answered = ConsentAnswered(answer=command.answer, reason=command.reason)
    match command.answer:
        case ConsentAnswer.ACCEPTED if _limit_reached(state.about.purpose, command.around):
            return [answered, SupervisionEnded(reason=SupervisionEndReason.DAILY_LIMIT)]
        case ConsentAnswer.ACCEPTED:
            return [answered, _begun(state, command.around)]
        case ConsentAnswer.LATER:
            return [answered, SupervisionEnded(reason=SupervisionEndReason.PUT_OFF)]
        case _:
            return [answered, SupervisionEnded(reason=SupervisionEndReason.DECLINED)]


def _begun(state: AwaitingConsent, around: Around) -> SupervisionStarted:
    """In the mode that was asked for, unless somebody else handles the call by now."""
    about = state.about
    late = around.handled_by is not None and state.mode is SupervisionMode.TAKEOVER
    return SupervisionStarted(
        contact_id=about.contact_id,
        supervisor_id=about.supervisor_id,
        operator_id=about.operator_id,
        mode=SupervisionMode.LISTEN if late else state.mode,
        purpose=about.purpose,
        keep_phone=about.keep_phone or None,
        following=about.following or None,
    )


def _changed(state: Active, command: ChangeMode) -> Sequence[SupervisionEvent]:
    _check_mode(command.mode)
    if command.mode is state.mode:
        return []
    if state.mode is SupervisionMode.TAKEOVER:
        raise Refused("TAKEN_OVER", "who has taken a call over brings it to its end")
    _check_handler(command.handled_by, command.mode)
    return [SupervisionModeChanged(mode=command.mode)]


def _switched(
    state: Active | AwaitingOperator, command: SwitchTarget
) -> Sequence[SupervisionEvent]:
    """Whoever goes to another operator follows the first one no more."""
    about, call = state.about, command.call
    if isinstance(state, Active):
        if call.contact_id == about.contact_id:
            return []
        if state.mode is SupervisionMode.TAKEOVER:
            raise Refused("TAKEN_OVER", "who has taken a call over brings it to its end")
    if command.mode is SupervisionMode.TAKEOVER:
        raise Refused("MODE_NOT_AVAILABLE", "a call is taken over by who is on it")
    _check_mode(command.mode)
    _check_may_hear(about, call, command.around)
    _check_room(command.around, command.mode)
    _check_limit(call, about.purpose, command.around)
    ends = about.following and call.operator_id != about.operator_id
    return [
        *([FollowingSet(following=False, client_ids=())] if ends else ()),
        _to(call, command.mode),
    ]


def _followed(state: Live | Over, command: FollowCall) -> Sequence[SupervisionEvent]:
    """Who handles a call stays with it."""
    about, call = state.about, command.call
    if isinstance(state, Over):
        raise Refused("SUPERVISION_OVER", "the supervision is over")
    if isinstance(state, AwaitingConsent) or not about.following:
        raise Refused("NOT_FOLLOWING", "nobody is followed")
    if call.operator_id != about.operator_id:
        raise Refused("NOT_FOLLOWING", f"{call.operator_id!r} is not followed")
    if call.client_id not in about.client_ids:
        raise Refused("NOT_PERMITTED", "not a client company of the supervisor")
    stays = isinstance(state, Active) and state.mode is SupervisionMode.TAKEOVER
    if stays or (isinstance(state, Active) and call.contact_id == about.contact_id):
        return []
    _check_may_hear(about, call, command.around)
    _check_room(command.around, SupervisionMode.LISTEN)
    if _limit_reached(about.purpose, command.around):
        return [SupervisionEnded(reason=SupervisionEndReason.DAILY_LIMIT)]
    return [_to(call, SupervisionMode.LISTEN)]


def _to(call: Call, mode: SupervisionMode) -> TargetSwitched:
    return TargetSwitched(
        contact_id=call.contact_id,
        operator_id=call.operator_id,
        mode=mode,
        client_id=call.client_id,
    )


def _set_following(state: Live, command: SetFollowing) -> Sequence[SupervisionEvent]:
    """Who awaits the next call and follows no more awaits nothing."""
    about = state.about
    client_ids = command.client_ids if command.following else ()
    if (command.following, client_ids) == (about.following, about.client_ids):
        return []
    ends = isinstance(state, AwaitingOperator) and not command.following
    return [
        FollowingSet(following=command.following, client_ids=client_ids),
        *([SupervisionEnded(reason=SupervisionEndReason.ENDED)] if ends else ()),
    ]


def _ended(state: Live | Over, command: End, now: datetime) -> Sequence[SupervisionEvent]:
    about = state.about
    elsewhere = command.contact_id not in ("", about.contact_id)
    call_ended = command.reason is SupervisionEndReason.CALL_ENDED
    match state:
        case Over():
            return []
        case _ if elsewhere:
            return []  # the supervision has gone on to another call
        case Active() if call_ended and about.following:
            return [OperatorAwaited(until=now + AWAITED_MOST)]
        case AwaitingOperator() if call_ended:
            return []
        case _:
            return [SupervisionEnded(reason=command.reason)]


def _given_up(
    state: Live | Over,
) -> Sequence[SupervisionEvent]:
    match state:
        case AwaitingConsent():
            return [SupervisionEnded(reason=SupervisionEndReason.NOT_ANSWERED)]
        case AwaitingOperator():
            return [SupervisionEnded(reason=SupervisionEndReason.NO_FURTHER_CALL)]
        case _:
            return []


def deadline(state: State) -> tuple[datetime, Command] | None:
    """Time answers no question, and brings no call: it ends the waiting for them."""
    match state:
        case AwaitingConsent(answer_by=at) | AwaitingOperator(until=at):
            return at, GiveUp()
        case _:
            return None


def _asks(policy: Supervised, purpose: Purpose) -> bool:
    return purpose in policy.consent_for and purpose not in NEVER_WAITS


def _check_may_hear(about: About, call: Call, around: Around) -> None:
    """What the new call's client company says about a supervision that began elsewhere."""
    if about.purpose in around.policy.not_allowed:
        raise Refused("PURPOSE_NOT_ALLOWED", f"{about.purpose.name} is not allowed there")
    if _asks(around.policy, about.purpose) and about.consent_of != call.operator_id:
        raise Refused("CONSENT_REQUIRED", "the operator has to be asked: end, and start there")


def _check_mode(mode: SupervisionMode) -> None:
    if mode not in MODES:
        raise Refused("MODE_NOT_AVAILABLE", f"{mode.name} is not available")


def _check_room(around: Around, mode: SupervisionMode) -> None:
    if around.others_on_call >= SUPERVISORS_MOST:
        raise Refused("TOO_MANY_SUPERVISORS", f"{around.others_on_call} are on this call")
    _check_handler(around.handled_by, mode)


def _check_handler(handled_by: str | None, mode: SupervisionMode) -> None:
    if handled_by is not None and mode is SupervisionMode.TAKEOVER:
        raise Refused("ALREADY_TAKEN_OVER", f"{handled_by!r} has taken the call over")


def _limit_reached(purpose: Purpose, around: Around) -> bool:
    return purpose in LIMITED and around.today >= around.policy.daily_limit


def _check_limit(call: Call, purpose: Purpose, around: Around) -> None:
    if _limit_reached(purpose, around):
        raise Refused(
            "DAILY_LIMIT",
            f"{call.operator_id!r} was monitored {around.today} times today, as often as the "
            "policy allows: listen to recorded calls instead",
        )


SUPERVISION: Decider[State, Command, SupervisionEvent] = Decider(
    stream="monitoring.supervision",
    initial=NotStarted(),
    decide=decide,
    evolve=evolve,
    deadline=deadline,
    events=EVENTS,
)
