"""A request's id within its stream: what one person asks is no repeat of what somebody else did."""

from dataclasses import dataclass

import pytest

from sasayaki_chassis.identity import Identity
from sasayaki_chassis.rpc import Call, current, request_id_of


@dataclass(frozen=True)
class SetHold:
    """A command."""


@dataclass(frozen=True)
class ReleaseHold:
    """Another one about the same stream."""


def asked(who: str, command: object, given: str, *, role: str = "operator") -> str:
    current.set(Call(Identity(who, "out_demo", role), "00-0-0-00"))
    return request_id_of(command, given)


def test_a_repeat_bears_the_same_id() -> None:
    assert asked("usr_a", SetHold(), "1") == asked("usr_a", SetHold(), "1")


@pytest.mark.parametrize(("who", "command"), [("usr_b", SetHold()), ("usr_a", ReleaseHold())])
def test_who_counts_alike_or_asks_something_else_repeats_nothing(who: str, command: object) -> None:
    assert asked(who, command, "1") != asked("usr_a", SetHold(), "1")


def test_nobody_takes_the_id_of_what_time_itself_asks() -> None:
    assert asked("usr_a", SetHold(), "deadline:con_1:5") != "deadline:con_1:5"


def test_services_make_their_ids_for_the_stream() -> None:
    assert asked("usr_routing", SetHold(), "018f/hang-up/0", role="service") == "018f/hang-up/0"
