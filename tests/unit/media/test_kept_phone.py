"""A supervisor's phone that stays connected: the last order holds, whatever the mode."""

from dataclasses import replace

from tests.harness.specification import NOON, given
from tests.unit.media.calls import LISTEN, TALKING, WHISPER, happened, heard, supervision

from sasayaki.media.v1.call_events import CallEvent, SupervisionMode, SupervisionOrdered
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Supervise
from sasayaki_media.calls.happened import ModeApplied
from sasayaki_media.calls.orders import SetMode, outstanding

SUPERVISE = Supervise(
    leg_id="leg_sup", supervisor_id="usr_sato", supervision_id="spv_1", mode=LISTEN
)
LISTENING = (*TALKING, supervision(LISTEN), heard(LISTEN, 6))


def kept(mode: SupervisionMode) -> SupervisionOrdered:
    return supervision(mode).model_copy(update={"keep_phone": True})


def orders(*history: CallEvent) -> tuple[object, ...]:
    return outstanding(CALL.fold(CALL.initial, history))


def test_a_phone_may_be_kept_from_the_beginning() -> None:
    keeping = replace(SUPERVISE, keep_phone=True)
    given(CALL, *TALKING).when(keeping).then(kept(LISTEN))
    ordered = SetMode("leg_sup", "usr_sato", LISTEN, keep_phone=True, change=1)
    assert orders(*TALKING, kept(LISTEN)) == (ordered,)
    assert orders(*TALKING, kept(LISTEN), heard(LISTEN, 6)) == ()


def test_a_phone_may_be_kept_without_a_change_of_mode() -> None:
    keeping = replace(SUPERVISE, keep_phone=True)
    given(CALL, *LISTENING).when(keeping).then(kept(LISTEN))
    given(CALL, *LISTENING, kept(LISTEN)).when(keeping).then()
    given(CALL, *LISTENING, kept(LISTEN)).when(SUPERVISE).then(supervision(LISTEN))


def test_a_change_of_the_phone_alone_reaches_the_node() -> None:
    ordered = SetMode("leg_sup", "usr_sato", LISTEN, keep_phone=True, change=2)
    assert orders(*LISTENING, kept(LISTEN)) == (ordered,)


def test_a_mode_that_is_applied_again_for_the_phones_sake_is_told_once() -> None:
    applied = happened(7, ModeApplied("leg_sup", LISTEN, NOON))
    given(CALL, *LISTENING, kept(LISTEN)).when(applied).then()


def test_a_change_of_mode_carries_the_last_order_about_the_phone() -> None:
    ordered = SetMode("leg_sup", "usr_sato", WHISPER, keep_phone=True, change=3)
    changed = (*LISTENING, kept(LISTEN), kept(WHISPER))
    assert orders(*changed) == (ordered,)
    assert orders(*changed, heard(WHISPER, 7)) == (ordered,)
