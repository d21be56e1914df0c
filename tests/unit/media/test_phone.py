"""A connected phone: from the picking up to the hanging up, with any number of calls between."""

import pytest
from tests.harness.specification import given

from sasayaki.media.v1.call_events import LegEndReason
from sasayaki.media.v1.phone_events import (
    PhoneAttached,
    PhoneConnected,
    PhoneDetached,
    PhoneEvent,
    PhoneGone,
    PhoneReleaseOrdered,
)
from sasayaki_media.calls.happened import Source
from sasayaki_media.phones.phone import (
    PHONE,
    Attach,
    Command,
    Connect,
    Detach,
    Leave,
    Lose,
    Release,
)

NODE = "node_1"
CONNECT = Connect(Source(NODE, 3), "usr_sato", "phone_7")
CONNECTED = PhoneConnected(
    user_id="usr_sato", node_phone_id="phone_7", node_id=NODE, happening_seq=3
)
RELEASE = PhoneReleaseOrdered()


def attached(seq: int, call: int) -> PhoneAttached:
    contact_id, leg_id = f"con_{call}", f"leg_{call}"
    return PhoneAttached(contact_id=contact_id, leg_id=leg_id, node_id=NODE, happening_seq=seq)


def detached(seq: int, call: int) -> PhoneDetached:
    contact_id, leg_id = f"con_{call}", f"leg_{call}"
    return PhoneDetached(contact_id=contact_id, leg_id=leg_id, node_id=NODE, happening_seq=seq)


def attach(seq: int, call: int, node_id: str = NODE) -> Attach:
    return Attach(Source(node_id, seq), f"con_{call}", f"leg_{call}")


def detach(seq: int, call: int) -> Detach:
    return Detach(Source(NODE, seq), f"con_{call}", f"leg_{call}")


def leave(seq: int) -> Leave:
    return Leave(Source(NODE, seq), LegEndReason.HUNG_UP, None)


def gone(seq: int, reason: LegEndReason = LegEndReason.HUNG_UP) -> PhoneGone:
    return PhoneGone(reason=reason, node_id=NODE, happening_seq=seq)


ON_A_CALL = (CONNECTED, attached(4, 1))
WAITING = (*ON_A_CALL, detached(5, 1))


def test_a_phone_that_is_picked_up_is_connected() -> None:
    given(PHONE).when(CONNECT).then(CONNECTED)


def test_a_phone_goes_from_call_to_call() -> None:
    given(PHONE, CONNECTED).when(attach(4, 1)).then(attached(4, 1))
    given(PHONE, *ON_A_CALL).when(detach(5, 1)).then(detached(5, 1))
    given(PHONE, *WAITING).when(attach(6, 2)).then(attached(6, 2))


def test_a_phone_that_is_on_the_next_call_has_left_the_one_before() -> None:
    moved = (*ON_A_CALL, attached(5, 2))
    given(PHONE, *ON_A_CALL).when(attach(5, 2)).then(attached(5, 2))
    given(PHONE, *moved).when(detach(6, 1)).then()
    given(PHONE, *moved).when(detach(6, 2)).then(detached(6, 2))


@pytest.mark.parametrize("history", [(CONNECTED,), ON_A_CALL, WAITING])
def test_a_phone_may_be_hung_up_whatever_it_does(history: tuple[PhoneEvent, ...]) -> None:
    given(PHONE, *history).when(leave(9)).then(gone(9))
    given(PHONE, *history).when(Release()).then(RELEASE)


def test_a_phone_is_released_once() -> None:
    given(PHONE, *WAITING, RELEASE).when(Release()).then()
    given(PHONE, *WAITING, RELEASE, gone(6, LegEndReason.RELEASED)).when(Release()).then()


def test_releasing_a_phone_that_is_not_connected_is_no_error() -> None:
    given(PHONE).when(Release()).then()


def test_a_phone_goes_with_its_node() -> None:
    given(PHONE, *WAITING).when(Lose(NODE)).then(gone(0, LegEndReason.FAILED))
    given(PHONE, *WAITING).when(Lose("node_0")).then()
    given(PHONE, *WAITING, gone(6)).when(Lose(NODE)).then()


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ((CONNECTED,), CONNECT),
        (ON_A_CALL, attach(4, 1)),
        (WAITING, detach(5, 1)),
        ((*WAITING, gone(6)), leave(6)),
        ((*WAITING, gone(6)), CONNECT),
    ],
)
def test_what_happened_counts_once(history: tuple[PhoneEvent, ...], command: Command) -> None:
    given(PHONE, *history).when(command).then()


def test_nothing_happens_to_a_phone_that_is_not_known() -> None:
    given(PHONE).when(attach(4, 1)).then()
    given(PHONE).when(leave(4)).then()


def test_what_another_run_of_the_node_says_is_about_another_phone() -> None:
    given(PHONE, CONNECTED).when(attach(9, 1, node_id="node_2")).then()


def test_time_does_nothing_to_a_phone() -> None:
    given(PHONE, *WAITING).then_nothing_is_due()
