"""What a person's own phone shows of a call is the call's, whoever was in it before."""

from tests.harness.records import recorded
from tests.unit.media.calls import NODE

from sasayaki.event import Event
from sasayaki.media.v1.call_events import (
    CallEnded,
    CallEndReason,
    LegEndReason,
    OperatorLegDialled,
    OperatorLegEnded,
    TapPaused,
    TapResumed,
)
from sasayaki_media.phones.legs import PhoneLegs
from sasayaki_media.phones.person import Person

FIRST, SECOND = Person("out_demo", "usr_mori"), Person("out_demo", "usr_abe")
PAUSED = TapPaused(reason="card", at_ms=1_000, node_id=NODE, happening_seq=5)
RESUMED = TapResumed(at_ms=9_000, node_id=NODE, happening_seq=9)
OVER = CallEnded(reason=CallEndReason.CUSTOMER_HUNG_UP, node_id=NODE, happening_seq=20)


def dialled(person: Person) -> OperatorLegDialled:
    leg_id = f"leg_{person.user_id}"
    return OperatorLegDialled(leg_id=leg_id, operator_id=person.user_id, ring_ms_max=20_000)


def left(person: Person) -> OperatorLegEnded:
    return OperatorLegEnded(
        leg_id=f"leg_{person.user_id}",
        operator_id=person.user_id,
        reason=LegEndReason.TRANSFERRED,
        node_id=NODE,
        happening_seq=8,
    )


def folded(*events: Event) -> PhoneLegs:
    legs = PhoneLegs()
    for event in events:
        legs.fold(recorded("con_1", event))
    return legs


def paused(legs: PhoneLegs, person: Person) -> list[bool]:
    return [talk.paused for talk, _ in legs.of(person)]


def test_whoever_gets_a_call_whose_recording_is_paused_sees_that_it_is() -> None:
    legs = folded(dialled(FIRST), PAUSED, left(FIRST), dialled(SECOND))

    assert paused(legs, SECOND) == [True]
    assert paused(legs, FIRST) == []


def test_a_recording_that_goes_on_while_nobody_is_there_is_not_paused_for_the_next() -> None:
    legs = folded(dialled(FIRST), PAUSED, left(FIRST), RESUMED, dialled(SECOND))

    assert paused(legs, SECOND) == [False]


def test_nothing_is_kept_of_a_call_that_is_over() -> None:
    legs = folded(dialled(FIRST), PAUSED, left(FIRST), OVER)

    assert (legs._talks, legs._of) == ({}, {})
