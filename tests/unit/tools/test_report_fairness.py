"""The fairness report: tables that stay straight, and a plot that says what the answer says."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.protobuf.json_format import MessageToJson, Parse

from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki_tools.report import fairness
from sasayaki_tools.report.__main__ import main
from sasayaki_tools.report.fairness_plot import plot
from sasayaki_tools.report.table import table, width
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import read_seed

DOCS = Path(__file__).resolve().parents[3] / "docs"
NAMES = {"usr_a": "佐藤 <美咲>"}


def answer() -> pb.GetFairnessResponse:
    over = pb.OperatorFairness(
        operator_id="usr_a",
        talk_s=7200,
        need=1,
        sessions=12,
        due=4,
        ratio=2.333,
        ratio_low=1.276,
        ratio_high=3.7051,
        flag=pb.FAIRNESS_FLAG_OVER,
        days_since_covered=2,
    )
    under = pb.OperatorFairness(
        operator_id="usr_b",
        need=1.5,
        due=8,
        ratio=0.2,
        ratio_low=0.024,
        ratio_high=0.557,
        flag=pb.FAIRNESS_FLAG_UNDER,
    )
    team = pb.TeamFairness(
        team_id="tea_osaka",
        sessions=12,
        gini=0.67,
        by_chance=pb.FairnessByChance(gini_low=0.01, gini_high=0.3, p_value=0.001),
        lorenz=[
            pb.LorenzPoint(due=0, actual=0),
            pb.LorenzPoint(due=0.67, actual=0),
            pb.LorenzPoint(due=1, actual=1),
        ],
        operators=[over, under],
        next=[pb.NextToMonitor(operator_id="usr_b", owed=8, reason_ja="0回。", reason_en="Never.")],
    )
    other = pb.TeamFairness(team_id="tea_kobe")
    supervisor = pb.SupervisorFairness(
        supervisor_id="usr_sv", sessions=12, most_on="usr_a", most_share=1
    )
    return pb.GetFairnessResponse(window_days=28, teams=[team, other], supervisors=[supervisor])


def test_columns_are_straight_with_japanese_in_them() -> None:
    lines = table((("名前", "name"), ("回", "n")), [["佐藤", "12"], ["ab", "3"]]).splitlines()
    assert lines == ["名前  回", "name   n", "----  --", "佐藤  12", "ab     3"]
    assert width("佐a") == 3


def test_every_heading_stands_in_both_languages() -> None:
    told = fairness.text(answer(), NAMES)
    headings = (
        *fairness.OPERATOR_HEADINGS,
        *fairness.NEXT_HEADINGS,
        *fairness.SUPERVISOR_HEADINGS,
    )
    for ja, en in headings:
        assert ja in told
        assert en in told


def test_the_table_says_what_the_answer_says() -> None:
    lines = fairness.text(answer(), NAMES).splitlines()
    (over,) = (line for line in lines if "多い over" in line)
    assert " ".join(over.split()[2:]) == "2.0 1.00 12 4.0 2.33 1.28 – 3.71 多い over 2 0"
    (under,) = (line for line in lines if "少ない under" in line)
    assert under.split()[-2:] == ["-", "0"]
    assert any("p = 0.001" in line for line in lines)
    assert [line.strip() for line in lines].count("Never.") == 1


def test_the_plot_is_one_svg_that_marks_flags_by_shape_and_escapes_names() -> None:
    drawn = plot(answer(), NAMES)
    root = ElementTree.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "佐藤 &lt;美咲&gt;" in drawn
    assert drawn.count("<path") == 4
    assert drawn.count("<polyline") == 1


def test_a_kept_answer_is_drawn_again_for_one_team(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, drawn, again = (tmp_path / name for name in ("a.json", "a.svg", "b.json"))
    kept.write_text(MessageToJson(answer()))
    arguments = ["--from", str(kept), "--team", "tea_kobe", "--svg", str(drawn)]
    assert main(["fairness", *arguments, "--json", str(again)]) == 0
    assert "tea_kobe" in capsys.readouterr().out
    assert "tea_osaka" not in drawn.read_text()
    told = Parse(again.read_text(), pb.GetFairnessResponse())
    assert [team.team_id for team in told.teams] == ["tea_kobe"]


def test_a_file_that_is_no_answer_is_refused_by_name(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[1")
    with pytest.raises(Failed, match=r"wrong\.json"):
        main(["fairness", "--from", str(wrong)])


def test_without_a_platform_the_report_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SASAYAKI_STATE_DIR", str(tmp_path))
    with pytest.raises(Failed, match="nothing runs"):
        main(["fairness"])


def test_an_unknown_report_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weather"]) == 2
    assert "usage" in capsys.readouterr().err


def test_what_the_page_shows_of_the_demo_is_what_the_report_makes_of_its_answer() -> None:
    told = Parse((DOCS / "fairness-demo.json").read_text(), pb.GetFairnessResponse())
    names = {user.id: user.name for user in read_seed("demo").users}
    assert (DOCS / "fairness-demo.svg").read_text() == plot(told, names)
    page = (DOCS / "supervision.md").read_text()
    shown = page.partition("(fairness-demo.svg)\n\n```text\n")[2].partition("\n```")[0]
    assert shown
    assert shown in fairness.text(told, names)
