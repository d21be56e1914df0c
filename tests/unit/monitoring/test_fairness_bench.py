"""The benchmark of fairness counts what it says it counts."""

import pytest

from sasayaki_monitoring.fairness.bench import main, measure


def test_a_small_run_folds_every_record_and_judges_every_operator() -> None:
    found = measure(20_000)
    assert found["events"] == pytest.approx(20_000, rel=0.001)
    assert found["operators"] == 1_000
    assert 150 < found["sessions"] < found["events"] / 40
    assert found["event_mean_us"] < 1_000


def test_it_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--events", "2000"]) == 0
    assert capsys.readouterr().out.startswith('{"events": ')
