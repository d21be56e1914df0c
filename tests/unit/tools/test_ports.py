"""Ports: the usual ones, or the next free ones, said clearly."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from sasayaki_tools.platform import ports
from sasayaki_tools.platform.ports import Chooser


@contextmanager
def closing_claims(*claims: ports.Claims) -> Iterator[None]:
    with ExitStack() as held:
        for one in claims:
            held.callback(one.release)
        yield


def free_port() -> int:
    """A port of the range that outgoing connections take."""
    with socket.socket() as free:
        free.bind((ports.HOST, 0))
        return int(free.getsockname()[1])


def chooser(*taken: int) -> Chooser:
    return Chooser(lambda port, udp: port not in taken)


def test_free_ports_are_the_usual_ones_and_nothing_is_said() -> None:
    given = chooser()
    found = ports.choose(given, (20000, 23998))
    assert (found.sip, found.kafka, found.kafka_controller, found.node_http) == (
        15060,
        19092,
        19093,
        9156,
    )
    assert next(iter(found.grpc.items())) == ("routing", 50051)
    assert list(found.http.items())[-1] == ("callreason", 9155)
    assert given.moved == []


def test_a_taken_port_moves_to_the_next_free_one_and_says_so() -> None:
    given = chooser(15060, 15061)
    assert ports.choose(given, (20000, 23998)).sip == 15062
    assert given.moved == ["SIP 15060 → 15062"]


def test_a_port_that_moves_does_not_push_its_neighbour_away() -> None:
    found = ports.choose(chooser(50051), (20000, 23998))
    assert found.grpc == {
        "routing": 50056,
        "media": 50052,
        "monitoring": 50053,
        "recording": 50054,
        "callreason": 50055,
    }


def test_no_port_is_given_twice() -> None:
    found = ports.choose(chooser(19092, 50051, 9151), (20000, 23998))
    all_of_them = [found.sip, found.kafka, found.kafka_controller, found.node_http]
    all_of_them += [*found.grpc.values(), *found.http.values()]
    assert len(set(all_of_them)) == len(all_of_them)


def test_with_a_broker_of_the_users_own_none_of_ours_takes_a_port() -> None:
    found = ports.choose(chooser(), (20000, 23998), kafka=False)
    assert (found.kafka, found.kafka_controller) == (0, 0)


def test_when_no_port_is_free_it_is_refused_with_the_range() -> None:
    with pytest.raises(OSError, match="no free port for SIP from 15060 to 15559"):
        Chooser(lambda port, udp: False).choose("SIP", 15060)


def test_two_platforms_that_start_at_once_choose_different_ports(tmp_path: Path) -> None:
    one, other = (ports.Claims(tmp_path) for _ in range(2))
    with closing_claims(one, other):
        port = free_port()
        assert one.take(port, False)
        assert not other.take(port, False)


def test_a_server_may_listen_on_a_claimed_port_and_only_one(tmp_path: Path) -> None:
    claims = ports.Claims(tmp_path)
    with closing_claims(claims), socket.socket() as server, socket.socket() as second:
        port = free_port()
        assert claims.take(port, False)
        for one in (server, second):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((ports.HOST, port))
        server.listen()
        with pytest.raises(OSError, match="in use"):
            second.bind((ports.HOST, port))


def test_a_released_port_is_anybodys(tmp_path: Path) -> None:
    one, other = (ports.Claims(tmp_path) for _ in range(2))
    with closing_claims(one, other):
        port = free_port()
        assert one.take(port, False)
        one.release()
        assert other.take(port, False)


def test_a_port_that_someone_listens_on_is_not_claimed(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        assert not ports.Claims(tmp_path).take(listener.getsockname()[1], False)


def test_a_port_that_someone_listens_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        assert not ports.is_free(listener.getsockname()[1], False)


def test_a_port_that_is_taken_for_udp_only_is_not_free_for_sip() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((ports.HOST, 0))
        port = taken.getsockname()[1]
        assert not ports.is_free(port, True)
        assert ports.is_free(port, False)


def test_two_platforms_have_no_rtp_port_in_common() -> None:
    spans = [(port - 1, port + 9) for port in (free_udp_port(), free_udp_port())]
    first, claim = ports.claim_rtp(spans)
    with closing(claim):
        second, other_claim = ports.claim_rtp(spans)
        with closing(other_claim):
            assert [first, second] == spans
            with pytest.raises(OSError, match="all 2 spans"):
                ports.claim_rtp(spans)


def test_spans_of_rtp_ports_are_even_apart_and_below_outgoing_connections() -> None:
    edges = [edge for span in ports.RTP_SPANS for edge in span]
    assert edges == sorted(set(edges))
    assert not [edge for edge in edges if edge % 2]
    assert edges[-1] < ports.OUTGOING_FIRST


def test_phones_reach_the_node_on_this_machine_only_unless_told_otherwise() -> None:
    assert ports.phone_address({}) == "127.0.0.1"
    assert ports.phone_address({"SASAYAKI_PHONE_ADDRESS": "127.0.0.2"}) == "127.0.0.2"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.77", "phones.test", "::1"])
def test_an_address_that_phones_could_not_reach_is_refused(address: str) -> None:
    with pytest.raises(OSError, match="SASAYAKI_PHONE_ADDRESS"):
        ports.phone_address({"SASAYAKI_PHONE_ADDRESS": address})


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((ports.HOST, 0))
        return int(free.getsockname()[1])
