"""A second operator is asked, joins, or takes the customer over; the first may leave."""

import pytest
from tests.harness.specification import NOON, given
from tests.unit.media.calls import (
    CONNECTED,
    NODE,
    TAKEOVER,
    TALKING,
    happened,
    heard,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CallEvent,
    HangUpOrdered,
    LegEndReason,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
    TransferAnswered,
    TransferAsked,
)
from sasayaki_media.calls.call import CALL
from sasayaki_media.calls.commands import AnswerTransfer, Dial, HangUp, PlayPrompt
from sasayaki_media.calls.happened import LegLeft, ModeApplied, Referred
from sasayaki_media.calls.orders import outstanding

CONSULT = Dial(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000, consult=True)


def dialled(number: int, who: str) -> OperatorLegDialled:
    return OperatorLegDialled(
        leg_id=f"leg_{number}", operator_id=who, ring_ms_max=5_000, consult=True
    )


def picked_up(number: int, who: str) -> OperatorLegAnswered:
    return OperatorLegAnswered(
        leg_id=f"leg_{number}", operator_id=who, node_id=NODE, happening_seq=10 + number
    )


def colleague(number: int, who: str) -> tuple[CallEvent, ...]:
    return dialled(number, who), picked_up(number, who)


TWO = (*TALKING, *colleague(2, "usr_abe"))
HANDED_OVER = HangUpOrdered(leg_id="leg_op", transferred=True)


def ended(leg_id: str, who: str, reason: LegEndReason) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id=leg_id, operator_id=who, reason=reason, node_id=NODE, happening_seq=20
    )


def test_a_colleague_is_called_beside_the_operator_who_talks() -> None:
    given(CALL, *TALKING).when(CONSULT).then(dialled(2, "usr_abe"))


def test_without_a_talk_there_is_nobody_to_consult_for() -> None:
    given(CALL, *CONNECTED).when(CONSULT).then_refused("NOT_TALKING")


def test_another_operator_is_no_second_first_one() -> None:
    dial = Dial(leg_id="leg_2", operator_id="usr_abe", ring_ms_max=5_000)
    given(CALL, *TALKING).when(dial).then_refused("OPERATOR_ON_CALL")


def test_the_next_colleague_stops_the_ringing_of_the_last_and_no_talk() -> None:
    third = Dial(leg_id="leg_3", operator_id="usr_ito", ring_ms_max=5_000, consult=True)
    given(CALL, *TALKING, dialled(2, "usr_abe")).when(third).then(
        HangUpOrdered(leg_id="leg_2"), dialled(3, "usr_ito")
    )


def test_three_operators_are_on_a_call_at_most() -> None:
    fourth = Dial(leg_id="leg_4", operator_id="usr_kato", ring_ms_max=5_000, consult=True)
    given(CALL, *TWO, *colleague(3, "usr_ito")).when(fourth).then_refused("TOO_MANY_LEGS")


def test_an_operator_who_hands_the_customer_over_leaves_as_transferred() -> None:
    hand_over = HangUp("usr_mori", transferred=True)
    given(CALL, *TWO).when(hand_over).then(HANDED_OVER)
    left = happened(20, LegLeft("leg_op", LegEndReason.RELEASED, None))
    over = ended("leg_op", "usr_mori", LegEndReason.TRANSFERRED)
    given(CALL, *TWO, HANDED_OVER).when(left).then(over)


def test_the_call_goes_on_with_the_other_operator() -> None:
    over = ended("leg_op", "usr_mori", LegEndReason.TRANSFERRED)
    given(CALL, *TWO, HANDED_OVER, over).when(CONSULT).then_refused("ALREADY_DIALLED")
    back = Dial(leg_id="leg_9", operator_id="usr_mori", ring_ms_max=5_000, consult=True)
    given(CALL, *TWO, HANDED_OVER, over).when(back).then(
        OperatorLegDialled(leg_id="leg_9", operator_id="usr_mori", ring_ms_max=5_000, consult=True)
    )


def test_music_may_be_heard_as_soon_as_a_customer_is_handed_over_to_nobody_yet() -> None:
    music = PlayPrompt("ply_music", ("ab" * 32,), False, 0, 1, 1, repeat=True)
    given(CALL, *TALKING).when(music).then_refused("OPERATOR_ON_CALL")
    outcome = given(CALL, *TALKING, HANDED_OVER).when(music)
    assert [type(event).__name__ for event in outcome.events] == ["PromptOrdered"]


def test_a_supervisor_takes_over_from_all_operators() -> None:
    applied = happened(20, ModeApplied("leg_sup", TAKEOVER, NOON))
    given(CALL, *TWO, supervision(TAKEOVER)).when(applied).then(
        heard(TAKEOVER, 20), HangUpOrdered(leg_id="leg_op"), HangUpOrdered(leg_id="leg_2")
    )


@pytest.mark.parametrize(
    ("referred", "target", "attended"),
    [
        (Referred("leg_op", "usr_abe", "", ours=True), "usr_abe", False),
        (Referred("leg_op", "usr_abe", "leg_2", ours=True), "usr_abe", True),
    ],
    ids=["blind", "attended"],
)
def test_a_phone_asks_for_a_transfer(referred: Referred, target: str, attended: bool) -> None:
    given(CALL, *TWO).when(happened(20, referred)).then(asked(target, attended=attended))


def asked(target: str, *, attended: bool) -> TransferAsked:
    return TransferAsked(
        leg_id="leg_op",
        operator_id="usr_mori",
        target_operator_id=target,
        attended=attended,
        node_id=NODE,
        happening_seq=20,
    )


@pytest.mark.parametrize(
    "referred",
    [
        Referred("leg_op", "+81312345678", "", ours=True),
        Referred("leg_op", "usr_abe", "", ours=False),
    ],
    ids=["a number", "another host"],
)
def test_a_transfer_to_anywhere_but_a_person_of_ours_is_refused_at_once(referred: Referred) -> None:
    refused = TransferAnswered(leg_id="leg_op", sip_code=403)
    given(CALL, *TWO).when(happened(20, referred)).then(asked("", attended=False), refused)


def test_a_phone_is_told_once_for_each_transfer_that_it_asked_for() -> None:
    ok, no = TransferAnswered(leg_id="leg_op", sip_code=200), AnswerTransfer("leg_op", 404)
    wish = asked("usr_abe", attended=False)
    given(CALL, *TWO).when(no).then()
    given(CALL, *TWO, wish).when(AnswerTransfer("leg_op", 200)).then(ok)
    given(CALL, *TWO, wish, ok).when(no).then()
    refused = TransferAnswered(leg_id="leg_op", sip_code=404)
    given(CALL, *TWO, wish, refused, wish).when(AnswerTransfer("leg_op", 200)).then(ok)


def test_the_answer_goes_out_on_every_connection_while_the_leg_stays() -> None:
    wish, no = asked("usr_abe", attended=False), TransferAnswered(leg_id="leg_op", sip_code=404)
    state = CALL.fold(CALL.initial, (*TWO, wish, no))
    assert [order.key for order in outstanding(state)] == ["answer-refer/leg_op/1"]


def test_the_leg_of_a_phone_whose_transfer_went_well_ends_as_transferred() -> None:
    wish, ok = asked("usr_abe", attended=False), TransferAnswered(leg_id="leg_op", sip_code=200)
    left = happened(21, LegLeft("leg_op", LegEndReason.RELEASED, None))
    (event,) = given(CALL, *TWO, wish, ok).when(left).events
    assert isinstance(event, OperatorLegEnded)
    assert event.reason is LegEndReason.TRANSFERRED
