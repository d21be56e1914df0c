"""The seed: rows as requests, and ids that make a second run change nothing."""

import wave
from pathlib import Path

import pytest

from sasayaki_tools import seed
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import parse_seed, read_seed

ROOT = Path(__file__).resolve().parents[3]
DEMO = read_seed("demo")


def test_the_demo_has_twelve_operators_three_supervisors_and_one_admin() -> None:
    roles = [user.role for user in DEMO.users]
    assert (roles.count("operator"), roles.count("supervisor"), roles.count("admin")) == (12, 3, 1)


def test_the_same_row_has_the_same_request_id_and_another_row_another() -> None:
    first, second = DEMO.operators[:2]
    assert seed.request_id(seed.operator_row(first)) == seed.request_id(seed.operator_row(first))
    assert seed.request_id(seed.operator_row(first)) != seed.request_id(seed.operator_row(second))


def test_a_request_id_fits_into_128_bytes() -> None:
    assert len(seed.request_id(seed.client_row(DEMO.clients[0]))) <= 128


def test_no_request_to_routing_carries_an_operators_name() -> None:
    for user in DEMO.operators:
        assert user.name.encode() not in seed.operator_row(user).SerializeToString()


def test_every_operator_can_take_what_every_flow_routes() -> None:
    for user in DEMO.operators:
        assert {"billing", "contract", "general"} <= set(user.skills)


def test_every_prompt_of_every_company_is_there_as_a_telephone_takes_it() -> None:
    for client in DEMO.clients:
        for name in client.prompts:
            with wave.open(str(ROOT / "seed" / "prompts" / client.language / name)) as file:
                shape = (file.getframerate(), file.getsampwidth(), file.getnchannels())
                assert shape == (8000, 2, 1)
                assert file.getnframes() < 120 * 8000


def test_every_flow_of_every_company_is_there() -> None:
    for client in DEMO.clients:
        for name in client.flows:
            assert (ROOT / "seed" / "flows" / name).is_file()


def test_a_misspelt_key_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("tenant: out_x\nusers: []\nclient: []\n")
    with pytest.raises(Failed, match="client"):
        parse_seed(tmp_path / "x.yaml")


def test_an_unknown_seed_is_refused_by_name() -> None:
    with pytest.raises(Failed, match="'nowhere'"):
        read_seed("nowhere")
