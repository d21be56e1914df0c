"""From where requests may come, and which part of a file they want."""

from __future__ import annotations

import pytest

from sasayaki_gateway.doors.ranges import Span, Unsatisfiable, span_of
from sasayaki_gateway.sessions.session import Lives, Session
from sasayaki_gateway.web.origin import Origins

OWN = Origins.of("")
NAMED = Origins.of("https://calls.example, https://calls.example:8443/")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "localhost:5173", "[::1]:80"])
def test_without_a_name_this_machines_own_names_are_ours(host: str) -> None:
    assert OWN.knows_host(host)
    assert OWN.knows(f"http://{host}", host)


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example", "localhost:x"])
def test_no_other_name_is(host: str) -> None:
    assert not OWN.knows_host(host)


def test_another_page_on_this_machine_is_not_ours() -> None:
    assert not OWN.knows("http://localhost:9999", "localhost:8080")
    assert not OWN.knows("null", "localhost:8080")


def test_with_names_only_they_are_ours_and_cookies_go_by_https() -> None:
    assert NAMED.knows_host("calls.example")
    assert not NAMED.knows_host("127.0.0.1")
    assert NAMED.knows("https://calls.example:8443", "calls.example:8443")
    assert not NAMED.knows("http://calls.example", "calls.example")
    assert NAMED.secure
    assert not OWN.secure


def test_cookies_by_https_are_bound_to_this_host() -> None:
    assert NAMED.cookie("session") == "__Host-session"
    assert OWN.cookie("session") == "session"


def test_browsers_of_other_machines_come_by_tls_or_not_at_all() -> None:
    Origins.of("http://localhost:8080, http://127.0.0.1")
    with pytest.raises(ValueError, match="not without TLS"):
        Origins.of("https://calls.example,http://calls.example")


@pytest.mark.parametrize("setting", ["calls.example", "ftp://x", "https://x/path"])
def test_what_is_no_origin_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match=setting.split("//")[-1]):
        Origins.of(setting)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-", Span(0, 100)),
        ("bytes=10-19", Span(10, 20)),
        ("bytes=90-500", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-500", Span(0, 100)),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=1-2", None),
        ("bytes=x-2", None),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(header: str | None, span: Span | None) -> None:
    assert span_of(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=20-10", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(header, 100)


def test_a_session_is_over_when_idle_or_old() -> None:
    lives = Lives(idle_s=1800, most_s=43_200)
    session = Session("k", "usr_a", "c", began_s=0, seen_s=40_000)

    assert not lives.is_over(session, 41_799, in_use=False)
    assert lives.is_over(session, 41_800, in_use=False)
    assert not lives.is_over(session, 41_800, in_use=True)
    assert lives.is_over(session, 43_200, in_use=True)
