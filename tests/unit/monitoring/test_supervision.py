"""Supervision: a named purpose, one mode at a time, and nobody but its supervisor moves it."""

from dataclasses import replace

import pytest
from tests.harness.specification import given

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
    TextWhispered,
)
from sasayaki_monitoring.policy.policy import Supervised
from sasayaki_monitoring.supervision.commands import (
    Around,
    Call,
    ChangeMode,
    Command,
    End,
    Leave,
    SendText,
    SetFollowing,
    Start,
)
from sasayaki_monitoring.supervision.supervision import SUPERVISION, SUPERVISORS_MOST

SATO, OTHER = "usr_sato", "usr_ito"
LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
BARGE, TAKEOVER = SupervisionMode.BARGE, SupervisionMode.TAKEOVER
START = Start(
    call=Call("con_1", "usr_mori", "cli_acme"),
    supervisor_id=SATO,
    mode=LISTEN,
    purpose=Purpose.HELP,
)
STARTED = SupervisionStarted(
    contact_id="con_1",
    supervisor_id=SATO,
    operator_id="usr_mori",
    mode=LISTEN,
    purpose=Purpose.HELP,
)
WHISPERING = SupervisionModeChanged(mode=WHISPER)
TAKEN = SupervisionModeChanged(mode=TAKEOVER)
ENDED = SupervisionEnded(reason=SupervisionEndReason.ENDED)
CALL_ENDED = SupervisionEndReason.CALL_ENDED
PHONE_LOST = SupervisionEndReason.PHONE_LOST


@pytest.mark.parametrize("mode", [LISTEN, WHISPER, BARGE, TAKEOVER])
def test_it_starts_at_once_in_any_mode(mode: SupervisionMode) -> None:
    started = STARTED.model_copy(update={"mode": mode})
    given(SUPERVISION).when(replace(START, mode=mode)).then(started)


@pytest.mark.parametrize(
    "purpose", [Purpose.HELP, Purpose.COMPLAINT, Purpose.QUALITY, Purpose.SAMPLING]
)
def test_the_purpose_is_recorded(purpose: Purpose) -> None:
    started = STARTED.model_copy(update={"purpose": purpose})
    given(SUPERVISION).when(replace(START, purpose=purpose)).then(started)


def test_a_mode_that_nobody_knows_is_refused() -> None:
    unknown = SupervisionMode.UNSPECIFIED
    given(SUPERVISION).when(replace(START, mode=unknown)).then_refused("MODE_NOT_AVAILABLE")
    changed = given(SUPERVISION, STARTED).when(ChangeMode(SATO, unknown))
    changed.then_refused("MODE_NOT_AVAILABLE")


def test_a_purpose_that_the_policy_rules_out_is_refused() -> None:
    around = Around(policy=Supervised(not_allowed=frozenset((Purpose.SAMPLING,))))
    sampling = replace(START, purpose=Purpose.SAMPLING, around=around)
    given(SUPERVISION).when(sampling).then_refused("PURPOSE_NOT_ALLOWED")


def test_a_supervisor_is_on_one_call_at_a_time() -> None:
    busy = replace(START, around=Around(supervisor_on="con_2"))
    given(SUPERVISION).when(busy).then_refused("SUPERVISOR_BUSY")


def test_a_call_has_several_supervisors_but_not_many() -> None:
    third = replace(START, around=Around(others_on_call=SUPERVISORS_MOST - 1))
    given(SUPERVISION).when(third).then(STARTED)
    fifth = replace(START, around=Around(others_on_call=SUPERVISORS_MOST))
    given(SUPERVISION).when(fifth).then_refused("TOO_MANY_SUPERVISORS")


def test_one_supervisor_takes_a_call_over() -> None:
    late = replace(START, mode=TAKEOVER, around=Around(handled_by=OTHER))
    given(SUPERVISION).when(late).then_refused("ALREADY_TAKEN_OVER")
    changed = given(SUPERVISION, STARTED).when(ChangeMode(SATO, TAKEOVER, handled_by=OTHER))
    changed.then_refused("ALREADY_TAKEN_OVER")
    given(SUPERVISION, STARTED).when(ChangeMode(SATO, WHISPER, handled_by=OTHER)).then(WHISPERING)


def test_starting_twice_changes_nothing() -> None:
    given(SUPERVISION, STARTED).when(START).then()
    given(SUPERVISION, STARTED, ENDED).when(START).then()


@pytest.mark.parametrize("mode", [WHISPER, BARGE, TAKEOVER])
def test_listening_becomes_any_other_mode(mode: SupervisionMode) -> None:
    changed = SupervisionModeChanged(mode=mode)
    given(SUPERVISION, STARTED).when(ChangeMode(SATO, mode)).then(changed)


def test_whispering_becomes_listening_again() -> None:
    back = SupervisionModeChanged(mode=LISTEN)
    given(SUPERVISION, STARTED, WHISPERING).when(ChangeMode(SATO, LISTEN)).then(back)


def test_changing_to_the_present_mode_changes_nothing() -> None:
    given(SUPERVISION, STARTED).when(ChangeMode(SATO, LISTEN)).then()
    given(SUPERVISION, STARTED, TAKEN).when(ChangeMode(SATO, TAKEOVER)).then()


@pytest.mark.parametrize("mode", [LISTEN, WHISPER, BARGE])
def test_whoever_has_taken_a_call_over_does_not_hand_it_back(mode: SupervisionMode) -> None:
    given(SUPERVISION, STARTED, TAKEN).when(ChangeMode(SATO, mode)).then_refused("TAKEN_OVER")


@pytest.mark.parametrize(
    "command",
    [
        ChangeMode(OTHER, WHISPER),
        Leave(OTHER),
        SetFollowing(OTHER, True),
        SendText(OTHER, "txt_1", "x"),
    ],
)
def test_nobody_moves_another_supervisors_supervision(command: Command) -> None:
    given(SUPERVISION, STARTED).when(command).then_refused("NOT_YOURS")
    given(SUPERVISION, STARTED, ENDED).when(command).then_refused("NOT_YOURS")


def test_whoever_hears_the_call_writes_to_the_operator() -> None:
    text = SendText(SATO, "txt_1", "c2VhbGVk")
    written = TextWhispered(text_id="txt_1", text_sealed="c2VhbGVk")
    given(SUPERVISION, STARTED).when(text).then(written)
    given(SUPERVISION, STARTED, ENDED).when(text).then_refused("SUPERVISION_OVER")


def test_the_supervisor_leaves() -> None:
    given(SUPERVISION, STARTED, WHISPERING).when(Leave(SATO)).then(ENDED)


@pytest.mark.parametrize("reason", [CALL_ENDED, PHONE_LOST])
def test_it_ends_with_the_call_and_with_the_phone(reason: SupervisionEndReason) -> None:
    ended = SupervisionEnded(reason=reason)
    given(SUPERVISION, STARTED).when(End(reason)).then(ended)
    given(SUPERVISION, STARTED).when(End(reason, "con_1")).then(ended)


def test_the_end_of_another_call_ends_nothing() -> None:
    given(SUPERVISION, STARTED).when(End(CALL_ENDED, "con_0")).then()


def test_saying_goodbye_twice_is_not_an_error() -> None:
    given(SUPERVISION, STARTED, ENDED).when(Leave(SATO)).then()
    given(SUPERVISION, STARTED, ENDED).when(End(CALL_ENDED)).then()


def test_a_supervision_that_is_over_does_not_change_its_mode() -> None:
    changed = given(SUPERVISION, STARTED, ENDED).when(ChangeMode(SATO, WHISPER))
    changed.then_refused("SUPERVISION_OVER")


@pytest.mark.parametrize("command", [ChangeMode(SATO, WHISPER), Leave(SATO), End(CALL_ENDED)])
def test_what_never_started_cannot_be_moved(command: Command) -> None:
    given(SUPERVISION).when(command).then_refused("UNKNOWN_SUPERVISION")


def test_time_alone_ends_no_supervision() -> None:
    given(SUPERVISION, STARTED).then_nothing_is_due()
