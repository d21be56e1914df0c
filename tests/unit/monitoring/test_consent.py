"""Consent: nobody is trained unasked, and whoever says nothing has not agreed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness.specification import NOON, given

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    ConsentAnswer,
    ConsentAnswered,
    ConsentReason,
    ConsentRequested,
    FollowingSet,
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionStarted,
)
from sasayaki_monitoring.policy.policy import Supervised
from sasayaki_monitoring.supervision.commands import (
    Answer,
    Around,
    Call,
    ChangeMode,
    Command,
    End,
    FollowCall,
    Leave,
    SendText,
    SetFollowing,
    Start,
    SwitchTarget,
)
from sasayaki_monitoring.supervision.supervision import SUPERVISION

SATO, MORI = "usr_sato", "usr_mori"
CALL = Call("con_1", MORI, "cli_acme")
LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
TAKEOVER = SupervisionMode.TAKEOVER
ANSWER_BY = NOON + timedelta(seconds=30)
START = Start(CALL, SATO, LISTEN, Purpose.TRAINING, note_sealed="c2VhbGVk")
ASKED = ConsentRequested(
    contact_id="con_1",
    supervisor_id=SATO,
    operator_id=MORI,
    mode=LISTEN,
    purpose=Purpose.TRAINING,
    answer_by=ANSWER_BY,
    note_sealed="c2VhbGVk",
)
YES = Answer(MORI, ConsentAnswer.ACCEPTED)
ACCEPTED = ConsentAnswered(answer=ConsentAnswer.ACCEPTED)
STARTED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id=SATO,
    operator_id=MORI,
    mode=LISTEN,
    purpose=Purpose.TRAINING,
)


def ended(reason: SupervisionEndReason) -> SupervisionEnded:
    return SupervisionEnded(reason=reason)


def test_training_asks_the_operator_first() -> None:
    given(SUPERVISION).when(START).then(ASKED)


@pytest.mark.parametrize("purpose", [Purpose.HELP, Purpose.COMPLAINT])
def test_help_and_complaints_never_wait(purpose: Purpose) -> None:
    everything = Supervised(consent_for=frozenset(Purpose))
    start = replace(START, purpose=purpose, around=Around(policy=everything))
    given(SUPERVISION).when(start).then(STARTED.model_copy(update={"purpose": purpose}))


def test_a_client_company_may_want_more_to_be_asked_for() -> None:
    policy = Supervised(
        consent_for=frozenset((Purpose.TRAINING, Purpose.QUALITY)),
        answer_within=timedelta(seconds=5),
    )
    start = replace(START, purpose=Purpose.QUALITY, around=Around(policy=policy))
    asked = {"purpose": Purpose.QUALITY, "answer_by": NOON + timedelta(seconds=5)}
    given(SUPERVISION).when(start).then(ASKED.model_copy(update=asked))


def test_a_yes_begins_the_supervision_in_the_mode_that_was_asked_for() -> None:
    given(SUPERVISION, ASKED).when(YES).then(ACCEPTED, STARTED)
    whisper = ASKED.model_copy(update={"mode": WHISPER})
    begun = STARTED.model_copy(update={"mode": WHISPER})
    given(SUPERVISION, whisper).when(YES).then(ACCEPTED, begun)


def test_a_takeover_that_somebody_else_has_done_meanwhile_begins_with_listening() -> None:
    takeover = ASKED.model_copy(update={"mode": TAKEOVER})
    yes = replace(YES, around=Around(handled_by="usr_ito"))
    given(SUPERVISION, takeover).when(yes).then(ACCEPTED, STARTED)


def test_a_no_ends_it_and_its_reason_need_not_be_told() -> None:
    declined = SupervisionEndReason.DECLINED
    no = Answer(MORI, ConsentAnswer.DECLINED)
    answered = ConsentAnswered(answer=ConsentAnswer.DECLINED)
    given(SUPERVISION, ASKED).when(no).then(answered, ended(declined))
    told = Answer(MORI, ConsentAnswer.DECLINED, ConsentReason.NOT_WELL)
    with_reason = answered.model_copy(update={"reason": ConsentReason.NOT_WELL})
    given(SUPERVISION, ASKED).when(told).then(with_reason, ended(declined))


def test_another_time_ends_it_too() -> None:
    later = Answer(MORI, ConsentAnswer.LATER)
    answered = ConsentAnswered(answer=ConsentAnswer.LATER)
    put_off = ended(SupervisionEndReason.PUT_OFF)
    given(SUPERVISION, ASKED).when(later).then(answered, put_off)


def test_silence_is_not_consent() -> None:
    not_answered = ended(SupervisionEndReason.NOT_ANSWERED)
    given(SUPERVISION, ASKED).when_time_passes().then(not_answered)


def test_a_yes_that_comes_too_late_begins_nothing() -> None:
    late = given(SUPERVISION, ASKED).when(YES, at=ANSWER_BY)
    late.then_refused("CONSENT_LAPSED")
    over = ended(SupervisionEndReason.NOT_ANSWERED)
    given(SUPERVISION, ASKED, over).when(YES).then_refused("CONSENT_LAPSED")
    given(SUPERVISION, STARTED).when(YES).then_refused("CONSENT_LAPSED")


def test_only_the_operator_who_was_asked_answers() -> None:
    other = replace(YES, operator_id="usr_kato")
    given(SUPERVISION, ASKED).when(other).then_refused("NOT_YOURS")


def test_a_call_that_ends_takes_its_question_along() -> None:
    call_ended = SupervisionEndReason.CALL_ENDED
    given(SUPERVISION, ASKED).when(End(call_ended, "con_1")).then(ended(call_ended))
    followed = FollowingSet(following=True, client_ids=("cli_acme",))
    given(SUPERVISION, ASKED, followed).when(End(call_ended)).then(ended(call_ended))


def test_the_supervisor_takes_the_question_back() -> None:
    given(SUPERVISION, ASKED).when(Leave(SATO)).then(ended(SupervisionEndReason.ENDED))


@pytest.mark.parametrize(
    "command",
    [
        ChangeMode(SATO, WHISPER),
        SendText(SATO, "txt_1", "c2VhbGVk"),
        SwitchTarget(SATO, Call("con_2", MORI, "cli_acme"), LISTEN),
    ],
)
def test_before_the_answer_nothing_is_heard_or_said(command: Command) -> None:
    given(SUPERVISION, ASKED).when(command).then_refused("CONSENT_AWAITED")


def test_before_the_answer_nobody_is_followed() -> None:
    next_call = FollowCall(Call("con_2", MORI, "cli_acme"))
    following = FollowingSet(following=True, client_ids=("cli_acme",))
    given(SUPERVISION, ASKED, following).when(next_call).then_refused("NOT_FOLLOWING")


def test_what_was_asked_with_holds_after_the_yes() -> None:
    start = replace(START, following=True, keep_phone=True, client_ids=("cli_acme",))
    asked = ASKED.model_copy(update={"keep_phone": True})
    following = FollowingSet(following=True, client_ids=("cli_acme",))
    begun = STARTED.model_copy(update={"keep_phone": True, "following": True})
    given(SUPERVISION).when(start).then(asked, following)
    given(SUPERVISION, asked, following).when(YES).then(ACCEPTED, begun)
    no_more = FollowingSet(following=False, client_ids=())
    given(SUPERVISION, asked, following).when(SetFollowing(SATO, False)).then(no_more)


def test_at_the_daily_limit_nobody_is_asked_and_recordings_are_suggested() -> None:
    at_limit = Around(today=8)
    outcome = given(SUPERVISION).when(replace(START, around=at_limit))
    outcome.then_refused("DAILY_LIMIT")
    assert "recorded calls" in str(outcome.refused)


@pytest.mark.parametrize("purpose", [Purpose.HELP, Purpose.COMPLAINT])
def test_help_and_complaints_are_not_limited(purpose: Purpose) -> None:
    start = replace(START, purpose=purpose, around=Around(today=100))
    given(SUPERVISION).when(start).then(STARTED.model_copy(update={"purpose": purpose}))


def test_a_yes_at_the_limit_begins_nothing() -> None:
    yes = replace(YES, around=Around(today=8))
    limit = ended(SupervisionEndReason.DAILY_LIMIT)
    given(SUPERVISION, ASKED).when(yes).then(ACCEPTED, limit)
