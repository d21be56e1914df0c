"""What the launcher runs, and with which settings."""

import json
from pathlib import Path

from sasayaki_tools.platform import plan, ports
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.platform.ports import Chooser

PORTS = ports.choose(Chooser(lambda port, udp: True), (20000, 23998))
PLACES = Places(Path("/state"))


def test_the_media_node_is_told_its_addresses_files_and_ports() -> None:
    node = plan.node_program(Path("/bin/node"), PLACES, PORTS, "usr_op01", {})
    assert node.environment == {
        "SASAYAKI_NODE_SIP": "127.0.0.1:15060",
        "SASAYAKI_NODE_RTP_PORTS": "20000-23998",
        "SASAYAKI_NODE_RTP_ADDRESS": "127.0.0.1",
        "SASAYAKI_NODE_SOCKET": "/state/run/node.sock",
        "SASAYAKI_NODE_JOURNAL": "/state/node/journal",
        "SASAYAKI_NODE_SPOOL": "/state/spool",
        "SASAYAKI_NODE_SIP_KEY_FILE": "/state/keys/sip.key",
        "SASAYAKI_NODE_MD5_USERS": "usr_op01",
        "SASAYAKI_NODE_HTTP": "127.0.0.1:9156",
        "SASAYAKI_NODE_GATHER_US": "1000",
        "SASAYAKI_NODE_TRUNKS": "/state/run/trunks.json",
    }


def test_without_trunks_of_the_users_own_calls_to_outside_stay_on_this_machine() -> None:
    (trunk,) = json.loads(plan.own_trunks(PORTS))["trunks"]
    assert (trunk["outbound"], trunk["sources"]) == ("127.0.0.1:15080", ["0.0.0.0/0"])


def test_trunks_of_the_users_own_are_what_the_node_is_told() -> None:
    given = {"SASAYAKI_NODE_TRUNKS": "/etc/trunks.json"}
    node = plan.node_program(Path("/bin/node"), PLACES, PORTS, "", given)
    assert node.environment["SASAYAKI_NODE_TRUNKS"] == "/etc/trunks.json"


def test_how_long_the_node_gathers_packets_is_the_users_to_say() -> None:
    given = {"SASAYAKI_NODE_GATHER_US": "0"}
    node = plan.node_program(Path("/bin/node"), PLACES, PORTS, "", given)
    assert node.environment["SASAYAKI_NODE_GATHER_US"] == "0"


def test_the_node_meets_phones_at_the_address_that_they_can_reach() -> None:
    there = ports.choose(Chooser(lambda port, udp: True), (20000, 23998), phones="192.0.2.5")
    told = plan.node_program(Path("/bin/node"), PLACES, there, "", {}).environment
    assert told["SASAYAKI_NODE_SIP"] == "192.0.2.5:15060"
    assert told["SASAYAKI_NODE_RTP_ADDRESS"] == "192.0.2.5"
    assert told["SASAYAKI_NODE_HTTP"] == "127.0.0.1:9156"


def test_every_service_knows_its_peers_its_token_and_its_own_ports() -> None:
    for number, name in enumerate(ports.SERVICES, start=1):
        program = plan.service_program(name, "python", PLACES, PORTS, "127.0.0.1:19092", {})
        own = f"SASAYAKI_{name.upper()}_"
        assert program.command == ("python", "-m", f"sasayaki_{name}")
        assert program.environment[f"{own}GRPC_ADDRESS"] == f"127.0.0.1:5005{number}"
        assert program.environment[f"{own}HTTP_ADDRESS"] == f"127.0.0.1:915{number}"
        assert program.environment[f"{own}SERVICE_TOKEN_FILE"] == f"/state/keys/{name}.jwt"
        assert program.environment[f"{own}MEDIA_ADDRESS"] == "127.0.0.1:50052"
        assert all(setting.startswith(own) for setting in program.environment)


def test_services_start_after_the_media_node() -> None:
    node = plan.node_program(Path("/bin/node"), PLACES, PORTS, "", {})
    service = plan.service_program("routing", "python", PLACES, PORTS, "", {})
    assert node.stage < service.stage


def test_a_broker_of_the_users_own_is_what_services_talk_to() -> None:
    given = {"SASAYAKI_KAFKA_BOOTSTRAP": "broker.test:9092"}
    assert plan.kafka_address(PORTS, given) == "broker.test:9092"
    assert plan.kafka_address(PORTS, {}) == "127.0.0.1:19092"
