"""`./sasayaki report reasons`: why customers of a client company called, and what work it made."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from time import monotonic, sleep

import grpc
from google.protobuf.json_format import MessageToJson

from sasayaki.callreason.v1 import callreason_service_pb2 as pb
from sasayaki.callreason.v1.callreason_service_pb2_grpc import CallreasonServiceStub
from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.report.table import table
from sasayaki_tools.running import running
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import read_seed

ANSWER_WAIT_S = 20.0
AGAIN_AFTER_S = 0.5
USUAL = timedelta(days=28)
MS_PER_MINUTE = 60_000
YEARS = range(1971, 9999)
"""In which a report may begin and end, whatever the time zone."""
PARETO_HEADINGS = (
    ("理由", "reason"),
    ("", ""),
    ("件数", "contacts"),
    ("対応", "handled"),
    ("負荷(分)", "workload min"),
    ("平均(秒)", "mean s"),
    ("累計%", "cumulative %"),
)
UNKNOWN = ("(不明)", "(unknown)")
"""For a contact of which nobody said why."""


def main(arguments: list[str]) -> int:
    """Prints the tables, or the answer as JSON."""
    parser = argparse.ArgumentParser(prog="sasayaki report reasons", description=__doc__)
    parser.add_argument("--client", required=True, metavar="ID", help="a client company")
    parser.add_argument("--from", dest="since", metavar="TIME", help="28 days before the end")
    parser.add_argument("--until", metavar="TIME", help="the present")
    parser.add_argument(
        "--level", type=int, choices=range(4), default=0, metavar="N", help="1: first level only"
    )
    parser.add_argument(
        "--by", choices=("workload", "count"), default="workload", help="what the Pareto is of"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    wanted = parser.parse_args(arguments)
    until = _instant("--until", wanted.until) if wanted.until else datetime.now(UTC)
    since = _instant("--from", wanted.since) if wanted.since else until - USUAL
    told = _asked(wanted.client, since, until, wanted.level)
    if wanted.json:
        print(MessageToJson(told, preserving_proto_field_name=True))
    else:
        print(text(told, wanted.client, since, until, by_count=wanted.by == "count"))
    return 0


def text(
    told: pb.GetReasonReportResponse,
    client_id: str,
    since: datetime,
    until: datetime,
    *,
    by_count: bool = False,
) -> str:
    """Heading, Pareto by workload or by count, and stated against confirmed."""
    head = (
        f"コールリーズン / Call reasons: {client_id}, "
        f"{since.astimezone():%Y-%m-%d %H:%M} – {until.astimezone():%Y-%m-%d %H:%M} "
        f"(着信時刻 / by arrival)"
    )
    if not told.contacts:
        return f"{head}\n\n着信なし / no contacts"
    names = {row.reason_id: _name(row) for row in told.rows}
    handled = sum(row.handled for row in told.rows)
    minutes = sum(row.workload_ms for row in told.rows) / MS_PER_MINUTE
    return "\n\n".join(
        (
            head,
            f"{told.contacts} 件 / contacts, 対応 / handled {handled}, "
            f"負荷 / workload {minutes:.1f} 分 / min (通話+保留+後処理 / talk + hold + wrap-up)",
            _pareto(told, by_count),
            "申告 → 確定 / stated → confirmed\n" + _matrix(told.pairs, names),
        )
    )


def _pareto(told: pb.GetReasonReportResponse, by_count: bool) -> str:
    if not by_count:
        rows = [_row(row, row.cumulative_share) for row in told.rows]
        return "パレート(負荷) / Pareto by workload\n" + table(PARETO_HEADINGS, rows)
    ordered = sorted(told.rows, key=lambda row: -row.contacts)
    sums = accumulate(row.contacts for row in ordered)
    rows = [_row(row, upto / told.contacts) for row, upto in zip(ordered, sums, strict=True)]
    return "パレート(件数) / Pareto by count\n" + table(PARETO_HEADINGS, rows)


def _row(row: pb.ReasonRow, cumulative_share: float) -> list[str]:
    ja, en = _name(row)
    return [
        ja,
        en,
        str(row.contacts),
        str(row.handled),
        f"{row.workload_ms / MS_PER_MINUTE:.1f}",
        f"{row.handle_ms_mean / 1000:.0f}" if row.handled else "-",
        f"{100 * cumulative_share:.1f}",
    ]


def _name(row: pb.ReasonRow) -> tuple[str, str]:
    if not row.reason_id:
        return UNKNOWN
    return row.label_ja or row.reason_id, row.label_en or row.reason_id


def _matrix(pairs: Sequence[pb.ReasonPair], names: Mapping[str, tuple[str, str]]) -> str:
    """A line per stated reason, a column per confirmed one; `-` where none was."""
    counted = {(pair.stated_reason_id, pair.confirmed_reason_id): pair.contacts for pair in pairs}
    order = [reason_id for reason_id in names if reason_id]

    def ranked(ids: set[str]) -> list[str]:
        known = [reason_id for reason_id in order if reason_id in ids]
        rest = sorted(ids - set(order) - {""})
        return [*known, *rest, *([""] if "" in ids else [])]

    stated = ranked({pair[0] for pair in counted})
    confirmed = ranked({pair[1] for pair in counted})
    headings = [("申告", "stated"), ("", "")]
    headings += [_named(reason_id, names, "確定なし", "none confirmed") for reason_id in confirmed]
    rows = []
    for reason_id in stated:
        cells = [str(counted.get((reason_id, other), "-")) for other in confirmed]
        rows.append([*_named(reason_id, names, "申告なし", "none stated"), *cells])
    return table(headings, rows)


def _named(
    reason_id: str, names: Mapping[str, tuple[str, str]], ja: str, en: str
) -> tuple[str, str]:
    return names.get(reason_id, (reason_id, reason_id)) if reason_id else (ja, en)


def _instant(option: str, told: str) -> datetime:
    """A day or an instant; without an offset it is this machine's time."""
    try:
        instant = datetime.fromisoformat(told)
        if instant.year not in YEARS:
            raise ValueError
    except ValueError:
        raise Failed(
            f"{option}: a time like 2026-11-22 or 2026-11-22T09:00, not {told!r}"
        ) from None
    return instant if instant.tzinfo else instant.astimezone()


def _asked(
    client_id: str, since: datetime, until: datetime, level: int
) -> pb.GetReasonReportResponse:
    """The running platform's answer to a supervisor of its seed."""
    platform = running(Places(state_dir()))
    if platform is None:
        raise Failed("nothing runs: ./sasayaki up --seed demo")
    if platform.seed is None:
        raise Failed("this platform has no seed, so there is no supervisor's token to ask with")
    users = read_seed(platform.seed).users
    asker = next(user.id for user in users if user.role == "supervisor")
    request = pb.GetReasonReportRequest(client_id=client_id, level=level)
    request.until.FromDatetime(until)
    # `from` is a keyword of Python, so the field is reached by its name.
    getattr(request, "from").FromDatetime(since)
    metadata = (("authorization", f"Bearer {platform.tokens[asker]}"),)
    with grpc.insecure_channel(platform.grpc["callreason"]) as channel:
        method = CallreasonServiceStub(channel).GetReasonReport
        return _answered(lambda: method(request, metadata=metadata, timeout=ANSWER_WAIT_S))


def _answered(ask: Callable[[], pb.GetReasonReportResponse]) -> pb.GetReasonReportResponse:
    """The answer, asked for again while the service has not read everything yet."""
    until = monotonic() + ANSWER_WAIT_S
    while True:
        try:
            return ask()
        except grpc.RpcError as refusal:
            if refusal.code() is not grpc.StatusCode.UNAVAILABLE or monotonic() > until:
                raise Failed(f"{refusal.code().name}: {refusal.details()}") from None
        sleep(AGAIN_AFTER_S)
