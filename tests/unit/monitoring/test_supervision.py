"""Supervision: a named purpose, one mode at a time, and nobody but its supervisor moves it."""

from dataclasses import replace

import pytest

from sasayaki.media.v1.call_events import SupervisionMode
from sasayaki.monitoring.v1.supervision_events import (
    Purpose,
    SupervisionEnded,
    SupervisionEndReason,
    SupervisionModeChanged,
    SupervisionStarted,
)
from sasayaki_chassis.testing import given
from sasayaki_monitoring.supervision.supervision import (
    SUPERVISION,
    ChangeMode,
    Command,
    End,
    Leave,
    Start,
)

SATO, OTHER = "usr_sato", "usr_ito"
LISTEN, WHISPER = SupervisionMode.LISTEN, SupervisionMode.WHISPER
START = Start(
    contact_id="con_1",
    supervisor_id=SATO,
    operator_id="usr_mori",
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
ENDED = SupervisionEnded(reason=SupervisionEndReason.ENDED)
CALL_ENDED = SupervisionEndReason.CALL_ENDED
PHONE_LOST = SupervisionEndReason.PHONE_LOST
NOT_YET = (SupervisionMode.BARGE, SupervisionMode.TAKEOVER, SupervisionMode.UNSPECIFIED)


def test_listening_starts_at_once() -> None:
    given(SUPERVISION).when(START).then(STARTED)


def test_it_may_start_with_a_whisper() -> None:
    started = STARTED.model_copy(update={"mode": WHISPER})
    given(SUPERVISION).when(replace(START, mode=WHISPER)).then(started)


@pytest.mark.parametrize(
    "purpose", [Purpose.HELP, Purpose.COMPLAINT, Purpose.QUALITY, Purpose.SAMPLING]
)
def test_the_purpose_is_recorded(purpose: Purpose) -> None:
    started = STARTED.model_copy(update={"purpose": purpose})
    given(SUPERVISION).when(replace(START, purpose=purpose)).then(started)


@pytest.mark.parametrize("mode", NOT_YET)
def test_no_mode_in_which_the_customer_hears_the_supervisor_can_start(
    mode: SupervisionMode,
) -> None:
    given(SUPERVISION).when(replace(START, mode=mode)).then_refused("MODE_NOT_AVAILABLE")


def test_nobody_is_trained_without_consent() -> None:
    training = replace(START, purpose=Purpose.TRAINING)
    given(SUPERVISION).when(training).then_refused("CONSENT_REQUIRED")


def test_a_supervisor_is_on_one_call_at_a_time() -> None:
    busy = replace(START, supervisor_on="con_2")
    given(SUPERVISION).when(busy).then_refused("SUPERVISOR_BUSY")


def test_a_call_has_one_supervisor_at_a_time() -> None:
    taken = replace(START, supervised_by=OTHER)
    given(SUPERVISION).when(taken).then_refused("CALL_SUPERVISED")


def test_starting_twice_changes_nothing() -> None:
    given(SUPERVISION, STARTED).when(START).then()
    given(SUPERVISION, STARTED, ENDED).when(START).then()


def test_listening_becomes_whispering_and_back() -> None:
    given(SUPERVISION, STARTED).when(ChangeMode(SATO, WHISPER)).then(WHISPERING)
    back = SupervisionModeChanged(mode=LISTEN)
    given(SUPERVISION, STARTED, WHISPERING).when(ChangeMode(SATO, LISTEN)).then(back)


def test_changing_to_the_present_mode_changes_nothing() -> None:
    given(SUPERVISION, STARTED).when(ChangeMode(SATO, LISTEN)).then()


@pytest.mark.parametrize("mode", NOT_YET)
def test_a_mode_that_is_not_available_cannot_be_changed_to(mode: SupervisionMode) -> None:
    changed = given(SUPERVISION, STARTED).when(ChangeMode(SATO, mode))
    changed.then_refused("MODE_NOT_AVAILABLE")


@pytest.mark.parametrize("command", [ChangeMode(OTHER, WHISPER), Leave(OTHER)])
def test_nobody_moves_another_supervisors_supervision(command: Command) -> None:
    given(SUPERVISION, STARTED).when(command).then_refused("NOT_YOURS")
    given(SUPERVISION, STARTED, ENDED).when(command).then_refused("NOT_YOURS")


def test_the_supervisor_leaves() -> None:
    given(SUPERVISION, STARTED, WHISPERING).when(Leave(SATO)).then(ENDED)


@pytest.mark.parametrize("reason", [CALL_ENDED, PHONE_LOST])
def test_it_ends_with_the_call_and_with_the_phone(reason: SupervisionEndReason) -> None:
    ended = SupervisionEnded(reason=reason)
    given(SUPERVISION, STARTED).when(End(reason)).then(ended)


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
