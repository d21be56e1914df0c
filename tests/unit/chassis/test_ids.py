"""Ids: kinds by prefix, happenings sorted by age, made things the same for the same request."""

from uuid import UUID

import pytest

from sasayaki_chassis.ids import derived_id, new_id, uuid7


def uuid_of(id_: str) -> UUID:
    return UUID(id_.split("_", 1)[1])


def test_an_id_names_its_kind_and_holds_a_uuid_of_version_7() -> None:
    made = new_id("con")
    assert made.startswith("con_")
    assert uuid_of(made).version == 7
    assert uuid_of(made).variant == "specified in RFC 4122"


def test_ids_sort_by_age() -> None:
    made = [uuid7() for _ in range(1_000)]
    assert made == sorted(made)


def test_no_two_ids_are_alike() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


def test_a_repeated_request_makes_the_same_id() -> None:
    made = derived_id("spv", "out_demo", "StartSupervision", "r-1")
    assert made == derived_id("spv", "out_demo", "StartSupervision", "r-1")
    assert uuid_of(made).version == 8


def test_a_made_id_never_changes_between_releases() -> None:
    made = derived_id("spv", "out_demo", "StartSupervision", "r-1")
    assert made == "spv_30a7dd47-4d15-880a-b7e1-e1a1ce19a716"


@pytest.mark.parametrize(
    "other",
    [
        ("out_other", "StartSupervision", "r-1"),
        ("out_demo", "EndSupervision", "r-1"),
        ("out_demo", "StartSupervision", "r-2"),
        ("out_demoS", "tartSupervision", "r-1"),
        ("out_demo", "StartSupervisionr", "-1"),
    ],
)
def test_another_tenant_method_or_request_makes_another_id(other: tuple[str, str, str]) -> None:
    assert derived_id("spv", *other) != derived_id("spv", "out_demo", "StartSupervision", "r-1")
