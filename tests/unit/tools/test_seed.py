"""The seed: rows as requests, and ids that make a second run change nothing."""

import wave
from pathlib import Path

import pytest

from sasayaki_tools import seed
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import parse_seed, read_knowledge, read_seed
from sasayaki_tools.seed_prompts import prompt_files

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
        files = prompt_files(client)
        endings = [f"_{language}" for language in client.languages] or [""]
        spoken = {f"{name}{each}" for name in ("guidance", "menu", "sorry") for each in endings}
        assert {"wait_music", "tone", *spoken} <= files.keys()
        for path in files.values():
            with wave.open(str(path)) as file:
                shape = (file.getframerate(), file.getsampwidth(), file.getnchannels())
                assert shape == (8000, 2, 1)
                assert file.getnframes() < 120 * 8000


def test_every_flow_of_every_company_is_there() -> None:
    for client in DEMO.clients:
        for name in client.flows:
            assert (ROOT / "seed" / "flows" / name).is_file()


def test_every_reason_lies_in_a_tree_and_everything_shown_for_one_is_for_one_of_them() -> None:
    for client in DEMO.clients:
        reasons = {reason.id: reason.parent for reason in client.reasons}
        assert set(reasons.values()) <= {"", *reasons}
        assert {reason.kind for reason in client.reasons} <= set(seed.REASON_KINDS)
        for file in client.knowledge:
            known = read_knowledge(ROOT / "seed" / "knowledge" / file)
            assert {script.number for script in known.scripts} <= {"", *client.numbers}
            assert {script.reason for script in known.scripts} <= {"", *reasons}
            named = {reason for article in known.articles for reason in article.reasons}
            assert named <= set(reasons)


def test_recordings_of_contracts_are_kept_for_three_years_and_others_for_half_a_year() -> None:
    acme = DEMO.clients[0]
    assert acme.retention
    row = seed.retention_row(acme, acme.retention)
    assert row.days == 180
    days = {each.reason_id: each.days for each in row.by_reason}
    assert days["rsn_contract"] == 1_095
    assert set(days) <= {reason.id for reason in acme.reasons}


def test_scripts_and_articles_are_requests_that_name_their_company() -> None:
    acme = DEMO.clients[0]
    known = read_knowledge(ROOT / "seed" / "knowledge" / "acme.yaml")
    script, article = known.scripts[1], known.articles[0]
    row = seed.script_row(acme, script)
    assert (row.client_id, row.number, row.reason_id) == ("cli_acme", script.number, "rsn_billing")
    assert seed.article_row(acme, article).keywords == ["領収書", "検針票", "明細"]


def test_a_misspelt_key_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("tenant: out_x\nusers: []\nclient: []\n")
    with pytest.raises(Failed, match="client"):
        parse_seed(tmp_path / "x.yaml")


def test_an_unknown_seed_is_refused_by_name() -> None:
    with pytest.raises(Failed, match="'nowhere'"):
        read_seed("nowhere")


def test_a_company_may_have_called_whom_the_seed_says() -> None:
    for client in DEMO.clients:
        if client.outbound is None:
            continue
        row = seed.outbound_row(client, client.outbound)
        assert list(row.prefixes) == ["+81"]
        assert 0 < row.concurrent_max <= row.per_minute_max <= row.per_day_max
