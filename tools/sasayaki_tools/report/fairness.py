"""`./sasayaki report fairness`: who is monitored how much, against what would be fair."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToJson, Parse, ParseError

from sasayaki.monitoring.v1 import fairness_pb2 as pb
from sasayaki.monitoring.v1.monitoring_service_pb2_grpc import MonitoringServiceStub
from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.report.fairness_plot import plot
from sasayaki_tools.report.table import table
from sasayaki_tools.running import running
from sasayaki_tools.say import Failed, note
from sasayaki_tools.seed_file import read_seed

ANSWER_WAIT_S = 20.0
NEXT_SHOWN = 10
FLAGS = {
    pb.FAIRNESS_FLAG_OVER: "多い over",
    pb.FAIRNESS_FLAG_UNDER: "少ない under",
}
OPERATOR_HEADINGS = (
    ("オペレーター", "operator"),
    ("通話時間h", "talk h"),
    ("必要度", "need"),
    ("実績", "actual"),
    ("期待", "expected"),
    ("比", "ratio"),
    ("95%区間", "95 % interval"),
    ("判定", "flag"),
    ("前回から(日)", "days since"),
    ("ヘルプ", "helped"),
)
SUPERVISOR_HEADINGS = (
    ("スーパーバイザー", "supervisor"),
    ("実績", "sessions"),
    ("対象人数", "reached"),
    ("全人数", "of"),
    ("最多の相手", "most on"),
    ("その割合%", "their share %"),
    ("ジニ係数", "Gini"),
    ("偶然の範囲", "by chance"),
    ("p値", "p"),
)
NEXT_HEADINGS = (("次の対象", "next"), ("不足", "owed"), ("理由", "reason"))


def main(arguments: list[str]) -> int:
    """Prints the tables and writes the files that were asked for."""
    parser = argparse.ArgumentParser(prog="sasayaki report fairness", description=__doc__)
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write the plot here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the answer here")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="such an answer")
    parser.add_argument("--team", default="", metavar="ID", help="one team only")
    parser.add_argument("--days", type=int, default=28, metavar="N", help="1 to 90, default 28")
    wanted = parser.parse_args(arguments)
    if wanted.source is None:
        told, names = _asked(wanted.team, wanted.days)
    else:
        told, names = _read(wanted.source, wanted.team), {}
    print(text(told, names))
    if wanted.json is not None:
        wanted.json.write_text(f"{MessageToJson(told, preserving_proto_field_name=True)}\n")
    if wanted.svg is not None:
        wanted.svg.write_text(plot(told, names))
        note(f"plot: {wanted.svg}")
    return 0


def text(told: pb.GetFairnessResponse, names: Mapping[str, str]) -> str:
    """All tables; `names` of people by user id, where known."""
    since, until = told.since.ToDatetime(), told.until.ToDatetime()
    parts = [
        f"モニタリングの公平性 / Fairness of monitoring: {since:%Y-%m-%d} – {until:%Y-%m-%d} (UTC)"
    ]
    for team in told.teams:
        parts += [
            _heading(team),
            table(OPERATOR_HEADINGS, [_row(o, names) for o in team.operators]),
        ]
        if team.next:
            parts.append(table(NEXT_HEADINGS, _next_rows(team.next[:NEXT_SHOWN], names)))
    if told.supervisors:
        rows = [_supervisor_row(each, names) for each in told.supervisors]
        parts.append(table(SUPERVISOR_HEADINGS, rows))
    if not told.teams:
        parts.append("オペレーターなし / no operators")
    return "\n\n".join(parts)


def _heading(team: pb.TeamFairness) -> str:
    chance = (
        f", 偶然なら / by chance {_range(team.by_chance)}, p = {team.by_chance.p_value:.3f}"
        if team.HasField("by_chance")
        else ""
    )
    return (
        f"{team.team_id or '(チームなし / no team)'}: {team.sessions} 回 / sessions, "
        f"ジニ係数 / Gini {team.gini:.2f}{chance}"
    )


def _row(each: pb.OperatorFairness, names: Mapping[str, str]) -> list[str]:
    ago = f"{each.days_since_covered:.0f}" if each.HasField("days_since_covered") else "-"
    return [
        names.get(each.operator_id, each.operator_id),
        f"{each.talk_s / 3600:.1f}",
        f"{each.need:.2f}",
        str(each.sessions),
        f"{each.due:.1f}",
        f"{each.ratio:.2f}",
        f"{each.ratio_low:.2f} – {each.ratio_high:.2f}",
        FLAGS.get(each.flag, ""),
        ago,
        str(each.helped),
    ]


def _next_rows(lines: Sequence[pb.NextToMonitor], names: Mapping[str, str]) -> list[list[str]]:
    rows = []
    for line in lines:
        name = names.get(line.operator_id, line.operator_id)
        rows += [[name, f"{line.owed:.1f}", line.reason_ja], ["", "", line.reason_en]]
    return rows


def _supervisor_row(each: pb.SupervisorFairness, names: Mapping[str, str]) -> list[str]:
    known = each.HasField("by_chance")
    return [
        names.get(each.supervisor_id, each.supervisor_id),
        str(each.sessions),
        str(each.operators_reached),
        str(each.operators),
        names.get(each.most_on, each.most_on),
        f"{100 * each.most_share:.0f}",
        f"{each.gini:.2f}",
        _range(each.by_chance) if known else "-",
        f"{each.by_chance.p_value:.3f}" if known else "-",
    ]


def _range(chance: pb.FairnessByChance) -> str:
    return f"{chance.gini_low:.2f} – {chance.gini_high:.2f}"


def _asked(team_id: str, days: int) -> tuple[pb.GetFairnessResponse, dict[str, str]]:
    """The running platform's answer to a supervisor of its seed, and the people's names."""
    platform = running(Places(state_dir()))
    if platform is None:
        raise Failed("nothing runs: ./sasayaki up --seed demo, or give --from FILE")
    if platform.seed is None:
        raise Failed("this platform has no seed, so there is no supervisor's token to ask with")
    users = read_seed(platform.seed).users
    asker = next(user.id for user in users if user.role == "supervisor")
    request = pb.GetFairnessRequest(team_id=team_id, window_days=days)
    metadata = (("authorization", f"Bearer {platform.tokens[asker]}"),)
    with grpc.insecure_channel(platform.grpc["monitoring"]) as channel:
        try:
            told = MonitoringServiceStub(channel).GetFairness(
                request, metadata=metadata, timeout=ANSWER_WAIT_S
            )
        except grpc.RpcError as refusal:
            raise Failed(f"{refusal.code().name}: {refusal.details()}") from None
    return told, {user.id: user.name for user in users}


def _read(file: Path, team_id: str) -> pb.GetFairnessResponse:
    try:
        told = Parse(file.read_text(), pb.GetFairnessResponse())
    except (OSError, ParseError, json.JSONDecodeError) as fault:
        raise Failed(f"{file}: {fault}") from None
    teams = [team for team in told.teams if team_id in ("", team.team_id)]
    del told.teams[:]
    told.teams.extend(teams)
    return told
