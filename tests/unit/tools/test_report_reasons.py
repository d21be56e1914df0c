"""The report on reasons: straight tables in both languages, nothing left out."""

from datetime import UTC, datetime

import pytest

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki_tools.report import reasons
from sasayaki_tools.report.__main__ import main
from sasayaki_tools.report.table import width
from sasayaki_tools.say import Failed

SINCE, UNTIL = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 22))


def row(reason_id: str, ja: str, en: str, *figures: float) -> pb.ReasonRow:
    contacts, handled, workload_ms, share = figures
    return pb.ReasonRow(
        reason_id=reason_id,
        label_ja=ja,
        label_en=en,
        contacts=int(contacts),
        handled=int(handled),
        workload_ms=int(workload_ms),
        handle_ms_mean=int(workload_ms // handled) if handled else 0,
        cumulative_share=share,
    )


ANSWER = pb.GetReasonReportResponse(
    contacts=8,
    rows=[
        row("rsn_bill", "ご請求", "Billing", 5, 4, 600_000, 0.8),
        row("rsn_gone", "", "", 2, 1, 150_000, 1.0),
        row("", "", "", 1, 0, 0, 1.0),
    ],
    pairs=[
        pb.ReasonPair(stated_reason_id="rsn_bill", confirmed_reason_id="rsn_bill", contacts=3),
        pb.ReasonPair(stated_reason_id="rsn_bill", confirmed_reason_id="rsn_gone", contacts=2),
        pb.ReasonPair(stated_reason_id="rsn_bill", contacts=2),
        pb.ReasonPair(contacts=1),
    ],
)


def told() -> list[str]:
    return reasons.text(ANSWER, "cli_acme", SINCE, UNTIL).splitlines()


def test_the_largest_workload_stands_first_with_its_share() -> None:
    lines = told()
    first = next(number for number, line in enumerate(lines) if "Billing" in line)
    assert lines[first].split() == ["ご請求", "Billing", "5", "4", "10.0", "150", "80.0"]
    assert lines[first + 1].split() == ["rsn_gone", "rsn_gone", "2", "1", "2.5", "150", "100.0"]
    assert lines[first + 2].split() == ["(不明)", "(unknown)", "1", "0", "0.0", "-", "100.0"]


def test_by_count_the_most_frequent_stands_first_with_its_share() -> None:
    answer = pb.GetReasonReportResponse()
    answer.CopyFrom(ANSWER)
    answer.rows[2].contacts, answer.contacts = 13, 20
    lines = reasons.text(answer, "cli_acme", SINCE, UNTIL, by_count=True).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("(不明)"))
    shares = [line.split()[-1] for line in lines[first : first + 3]]
    assert shares == ["65.0", "90.0", "100.0"]
    assert any("Pareto by count" in line for line in lines)


def test_every_heading_stands_in_both_languages() -> None:
    whole = "\n".join(told())
    for ja, en in reasons.PARETO_HEADINGS:
        assert ja in whole
        assert en in whole
    assert "8 件 / contacts, 対応 / handled 5, 負荷 / workload 12.5 分 / min" in whole


def test_the_matrix_holds_every_pair() -> None:
    lines = told()
    at = next(number for number, line in enumerate(lines) if line.startswith("申告 →"))
    matrix = lines[at + 1 :]
    assert matrix[1].split() == ["stated", "Billing", "rsn_gone", "none", "confirmed"]
    assert matrix[3].split() == ["ご請求", "Billing", "3", "2", "2"]
    assert matrix[4].split() == ["申告なし", "none", "stated", "-", "-", "1"]
    assert len({width(line) for line in matrix[2:]}) <= 2


def test_a_company_without_contacts_says_so() -> None:
    empty = reasons.text(pb.GetReasonReportResponse(), "cli_acme", SINCE, UNTIL)
    assert empty.endswith("着信なし / no contacts")


@pytest.mark.parametrize("option", ["--from", "--until"])
@pytest.mark.parametrize("time", ["today", "0001-01-01", "9999-12-31"])
def test_a_time_that_is_none_is_refused_by_its_option(option: str, time: str) -> None:
    with pytest.raises(Failed, match=f"{option}: a time like .*, not '{time}'"):
        main(["reasons", "--client", "cli_acme", option, time])


def test_a_level_that_no_tree_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["reasons", "--client", "cli_acme", "--level", "-3"])
    assert "--level: invalid choice: -3" in capsys.readouterr().err
