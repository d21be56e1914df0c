"""One platform whose phones have an address of their own, reached over a wire of theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.harness.namespace import Namespace, namespace
from tests.harness.running import Running, running_platform

TEST_S = 300
OPERATOR, SUPERVISORS = "usr_op01", ("usr_sv01", "usr_sv02")


@pytest.fixture(scope="session")
def place() -> Iterator[Namespace]:
    """Where the foreign phones are."""
    with namespace() as made:
        yield made


@pytest.fixture(scope="session")
def running(place: Namespace) -> Iterator[Running]:
    """A platform that foreign phones reach; baresip knows no digest but MD5."""
    md5 = ",".join((OPERATOR, *SUPERVISORS))
    with running_platform(
        SASAYAKI_PHONE_ADDRESS=place.ours, SASAYAKI_MEDIA_MD5_USERS=md5
    ) as platform:
        yield platform


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives these tests the time that a platform's start and whole calls take."""
    for item in items:
        if "/foreign/" in str(item.path):
            item.add_marker(pytest.mark.timeout(TEST_S))
