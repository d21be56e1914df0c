"""The benchmark of contacts counts what it says it counts."""

from datetime import UTC, datetime
from typing import Any

from sasayaki_demo.topics import Written
from sasayaki_tools.bench.contacts import crowd
from sasayaki_tools.bench.contacts_figures import Seen, double_offers, figures, percentiles


def pool(*events: tuple[str, dict[str, Any]]) -> list[Written]:
    return [
        Written("routing.pool", 0, n, {"type": f"x.{name}", "data": data, "at": n})
        for n, (name, data) in enumerate(events)
    ]


def offer(operator: str, contact: str) -> tuple[str, dict[str, Any]]:
    return "OfferMade", {"operator_id": operator, "contact_id": contact}


def ends(what: str, operator: str) -> tuple[str, dict[str, Any]]:
    return what, {"operator_id": operator}


def test_offers_one_after_the_other_are_none_too_many() -> None:
    told = pool(
        offer("a", "1"), ends("OperatorReleased", "a"), offer("a", "2"), ends("OfferLapsed", "a")
    )

    assert double_offers(told) == 0


def test_an_operator_or_a_contact_with_two_open_offers_is_counted() -> None:
    assert double_offers(pool(offer("a", "1"), offer("a", "2"))) == 1
    assert double_offers(pool(offer("a", "1"), offer("b", "1"))) == 1


def test_callers_before_the_count_begins_are_in_no_figure() -> None:
    def arrived(second: int) -> Written:
        at = {"time": f"2026-11-22T00:00:{second:02}Z", "at": second}
        return Written("media.call", 0, second, {"type": "x.CallArrived", "data": {}, **at})

    seen = Seen(since=datetime(2026, 11, 22, 0, 0, 30, tzinfo=UTC))

    assert figures(seen, [arrived(29), arrived(30), arrived(31)])["arrived"] == 2


def test_a_percentile_is_a_value_that_was_seen() -> None:
    assert percentiles([float(n) for n in range(1, 101)]) == {"p50": 50, "p99": 99, "most": 100}
    assert percentiles([]) == {}


def test_the_crowd_serves_the_check_company_alone() -> None:
    seed = crowd(3)

    assert [user.id for user in seed.operators] == ["usr_l000", "usr_l001", "usr_l002"]
    assert {client for user in seed.operators for client in user.clients} == {"cli_check"}
    assert [client.id for client in seed.clients] == ["cli_check"]
