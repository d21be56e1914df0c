"""How often a process asks the broker for news."""

from sasayaki_chassis.follower import GATHER_S, rest_s


def test_little_news_is_rested_after_for_the_shortest_time() -> None:
    assert rest_s(1) == GATHER_S[0]


def test_the_more_news_comes_the_longer_the_rest_up_to_its_limit() -> None:
    assert GATHER_S[0] < rest_s(5) < rest_s(8) < GATHER_S[1]
    assert rest_s(10_000) == GATHER_S[1]
