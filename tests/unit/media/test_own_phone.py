"""What people may ask of their own phone, and what the node's word of it comes to."""

import pytest
from tests.harness.specification import NOON
from tests.unit.media.calls import (
    CONNECTED,
    DIALLED,
    LISTEN,
    NODE,
    RANG,
    TALKING,
    happened,
    heard,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CallEvent,
    HangUpOrdered,
    LegMuted,
    LegMuteOrdered,
    LegUnmuted,
    PickUpOrdered,
    PutDownOrdered,
    TalkBackEnded,
    TalkBackOrdered,
    TalkBackStarted,
    UnsupervisionOrdered,
)
from sasayaki_chassis.decider import Refused
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import Command, FailOrder, Mute, PickUp, PutDown, TalkBack
from sasayaki_media.calls.happened import Muted, TalkedBack
from sasayaki_media.calls.orders import outstanding
from sasayaki_media.calls.states import New, State

OPERATOR, SUPERVISOR = "usr_mori", "usr_sato"
RINGING = (*CONNECTED, DIALLED, RANG)
SUPERVISED = (*TALKING, supervision(LISTEN), heard(LISTEN, 6))


def after(*events: CallEvent) -> State:
    state: State = New()
    for event in events:
        state = CALL.evolve(state, event)
    return state


def decided(history: tuple[CallEvent, ...], command: Command) -> list[CallEvent]:
    return list(CALL.decide(after(*history), command, NOON))


def keys(*events: CallEvent) -> list[str]:
    return [order.key for order in outstanding(after(*events))]


def test_a_phone_that_rings_is_picked_up_once() -> None:
    picked = PickUpOrdered(leg_id="leg_op")
    assert decided(RINGING, PickUp(OPERATOR)) == [picked]
    assert decided((*RINGING, picked), PickUp(OPERATOR)) == []
    assert "pick-up/leg_op" in keys(*RINGING, picked)
    assert keys(*TALKING) == []


@pytest.mark.parametrize("history", [CONNECTED, TALKING])
def test_a_phone_that_does_not_ring_is_not_picked_up(history: tuple[CallEvent, ...]) -> None:
    with pytest.raises(Refused, match="rings") as refused:
        decided(history, PickUp(OPERATOR))
    assert refused.value.reason == "NOT_RINGING"


def test_nobody_picks_up_anothers_phone() -> None:
    with pytest.raises(Refused):
        decided(RINGING, PickUp("usr_other"))


@pytest.mark.parametrize("history", [RINGING, TALKING])
def test_a_phone_is_put_down_whether_it_rings_or_talks(history: tuple[CallEvent, ...]) -> None:
    put = PutDownOrdered(leg_id="leg_op")
    assert decided(history, PutDown(OPERATOR)) == [put]
    assert decided((*history, put), PutDown(OPERATOR)) == []
    assert "put-down/leg_op" in keys(*history, put)


def test_who_has_no_phone_on_the_call_has_put_it_down() -> None:
    assert decided(TALKING, PutDown("usr_other")) == []


def test_a_supervisors_phone_is_put_down_by_the_supervisor() -> None:
    assert decided(SUPERVISED, PutDown(SUPERVISOR)) == [PutDownOrdered(leg_id="leg_sup")]


def test_a_phone_that_can_not_be_put_down_from_here_is_hung_up() -> None:
    put = (*TALKING, PutDownOrdered(leg_id="leg_op"))
    failed = FailOrder("put-down/leg_op", "WRONG_STATE")
    assert decided(put, failed) == [HangUpOrdered(leg_id="leg_op")]
    put = (*SUPERVISED, PutDownOrdered(leg_id="leg_sup"))
    failed = FailOrder("put-down/leg_sup", "WRONG_STATE")
    left = UnsupervisionOrdered(leg_id="leg_sup", supervision_id="spv_1")
    assert decided(put, failed) == [left]


def test_a_mute_is_ordered_until_the_node_says_that_it_holds() -> None:
    wanted = LegMuteOrdered(leg_id="leg_op", muted=True)
    assert decided(TALKING, Mute(OPERATOR, True)) == [wanted]
    assert keys(*TALKING, wanted) == ["mute/leg_op/1"]
    muted = LegMuted(leg_id="leg_op", user_id=OPERATOR, node_id=NODE, happening_seq=9)
    history = (*TALKING, wanted)
    assert decided(history, happened(9, Muted("leg_op", holds=True))) == [muted]
    assert keys(*history, muted) == []
    assert decided((*history, muted), Mute(OPERATOR, True)) == []
    assert decided((*history, muted), happened(10, Muted("leg_op", holds=True))) == []
    unmuted = LegUnmuted(leg_id="leg_op", user_id=OPERATOR, node_id=NODE, happening_seq=11)
    assert decided((*history, muted), happened(11, Muted("leg_op", holds=False))) == [unmuted]


def test_a_supervisor_mutes_their_own_voice() -> None:
    wanted = LegMuteOrdered(leg_id="leg_sup", muted=True)
    assert decided(SUPERVISED, Mute(SUPERVISOR, True)) == [wanted]
    assert keys(*SUPERVISED, wanted) == ["mute/leg_sup/1"]


@pytest.mark.parametrize("history", [CONNECTED, RINGING])
def test_only_who_talks_is_muted(history: tuple[CallEvent, ...]) -> None:
    with pytest.raises(Refused) as refused:
        decided(history, Mute(OPERATOR, True))
    assert refused.value.reason == "NOT_TALKING"


def test_a_mute_that_the_node_can_not_carry_out_is_taken_back() -> None:
    wanted = (*TALKING, LegMuteOrdered(leg_id="leg_op", muted=True))
    back = LegMuteOrdered(leg_id="leg_op", muted=False)
    assert decided(wanted, FailOrder("mute/leg_op/1", "WRONG_STATE")) == [back]
    assert keys(*wanted, back) == []


def test_talk_back_needs_somebody_who_hears_it() -> None:
    with pytest.raises(Refused) as refused:
        decided(TALKING, TalkBack(OPERATOR, True))
    assert refused.value.reason == "NO_SUPERVISOR"
    wanted = TalkBackOrdered(leg_id="leg_op", on=True)
    assert decided(SUPERVISED, TalkBack(OPERATOR, True)) == [wanted]
    assert keys(*SUPERVISED, wanted) == ["talk-back/leg_op/1"]


def test_supervisors_do_not_talk_back() -> None:
    with pytest.raises(Refused) as refused:
        decided(SUPERVISED, TalkBack(SUPERVISOR, True))
    assert refused.value.reason == "NOT_TALKING"


def test_talk_back_that_ended_by_itself_is_wanted_no_more() -> None:
    wanted = TalkBackOrdered(leg_id="leg_op", on=True)
    started = TalkBackStarted(leg_id="leg_op", operator_id=OPERATOR, node_id=NODE, happening_seq=9)
    ended = TalkBackEnded(leg_id="leg_op", operator_id=OPERATOR, node_id=NODE, happening_seq=10)
    history = (*SUPERVISED, wanted)
    assert decided(history, happened(9, TalkedBack("leg_op", on=True))) == [started]
    history = (*history, started)
    assert keys(*history) == []
    assert decided(history, happened(10, TalkedBack("leg_op", on=False))) == [ended]
    assert keys(*history, ended) == []


def test_talk_back_that_never_began_is_told_as_ended_too() -> None:
    wanted = (*SUPERVISED, TalkBackOrdered(leg_id="leg_op", on=True))
    ended = TalkBackEnded(leg_id="leg_op", operator_id=OPERATOR, node_id=NODE, happening_seq=9)
    assert decided(wanted, happened(9, TalkedBack("leg_op", on=False))) == [ended]
    assert keys(*wanted, ended) == []
