"""Which of a person's legs go to whoever hears nobody else, and not to a telephone."""

import pytest
from tests.harness.records import recorded
from tests.unit.media.calls import (
    BARGE,
    DIALLED,
    LISTEN,
    NODE,
    PICKED_UP,
    WHISPER,
    heard,
    supervision,
)

from sasayaki.media.v1.call_events import (
    CallEvent,
    CustomerHeld,
    CustomerResumed,
    LegEndReason,
    OperatorLegAnswered,
    OperatorLegDialled,
    OperatorLegEnded,
)
from sasayaki_media.phones.legs import PhoneLegs
from sasayaki_media.phones.person import Person

MORI, SATO, ABE = "usr_mori", "usr_sato", "usr_abe"
ASKED = OperatorLegDialled(leg_id="leg_2", operator_id=ABE, ring_ms_max=20_000, consult=True)
CAME = OperatorLegAnswered(leg_id="leg_2", operator_id=ABE, node_id=NODE, happening_seq=7)
LEFT = OperatorLegEnded(
    leg_id="leg_2",
    operator_id=ABE,
    reason=LegEndReason.HUNG_UP,
    node_id=NODE,
    happening_seq=9,
)
HELD = CustomerHeld(node_id=NODE, happening_seq=8)
RESUMED = CustomerResumed(node_id=NODE, happening_seq=10)


class Legs:
    """The legs of one call, and who was told that theirs have changed."""

    def __init__(self) -> None:
        self.view = PhoneLegs()
        self.told: list[str] = []
        self.view.on_change(lambda person: self.told.append(person.user_id))

    def after(self, *events: CallEvent) -> None:
        self.told.clear()
        for event in events:
            self.view.fold(recorded("con_1", event))

    def wide(self, user_id: str) -> bool:
        ((talk, leg),) = self.view.of(Person("out_demo", user_id))
        return talk.wide_band(leg)


@pytest.fixture
def legs() -> Legs:
    made = Legs()
    made.after(DIALLED, PICKED_UP)
    return made


def test_a_supervisor_is_heard_so_while_they_whisper_and_in_no_other_mode(legs: Legs) -> None:
    legs.after(supervision(WHISPER))
    assert not legs.wide(SATO), "not before the sound follows the mode"
    for mode, wide in ((WHISPER, True), (BARGE, False), (LISTEN, False), (WHISPER, True)):
        legs.after(heard(mode, 6))
        assert legs.wide(SATO) is wide
        assert SATO in legs.told
    assert not legs.wide(MORI), "the customer's telephone hears the operator"


def test_operators_among_themselves_are_heard_so_while_the_customer_is_on_hold(legs: Legs) -> None:
    legs.after(HELD)
    assert not legs.wide(MORI), "nobody hears them"
    legs.after(ASKED)
    assert not legs.wide(MORI)
    legs.after(CAME)
    assert legs.wide(MORI)
    assert legs.wide(ABE)
    assert {MORI, ABE} <= set(legs.told), "what one does concerns the other"
    legs.after(RESUMED)
    assert not legs.wide(MORI)
    assert not legs.wide(ABE)
    legs.after(HELD, LEFT)
    assert not legs.wide(MORI)
    assert MORI in legs.told
