"""A floor with one of everything, for captures of the wall.

`python -m tests.harness.wall_sample ja` prints what docs/supervision.md shows.
"""

import sys
from datetime import UTC, datetime, timedelta, timezone

from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.media.v1 import call_events_pb2 as call_pb
from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki_tools.wall.board import Away, Board
from sasayaki_tools.wall.render import Look, render
from sasayaki_tools.wall.words import Language

JAPAN = timezone(timedelta(hours=9))
NOW = datetime(2026, 11, 22, 10, 15, tzinfo=JAPAN)
NAMES = {
    "usr_sv01": "中村 恵",
    "usr_sv02": "小林 誠",
    "usr_op01": "佐藤 美咲",
    "usr_op02": "鈴木 大輔",
    "usr_op03": "高橋 結衣",
}
CAPTURE = Look(width=100, user_id="usr_sv01", names=NAMES)


def ago(seconds: float) -> Timestamp:
    instant = Timestamp()
    instant.FromDatetime((NOW - timedelta(seconds=seconds)).astimezone(UTC))
    return instant


def alert(alert_id: str, kind: alert_pb.AlertKind.ValueType, **fields: object) -> pb.FloorRow:
    told: dict[str, object] = {
        "client_id": "cli_acme",
        "level": alert_pb.ALERT_LEVEL_ALL,
        "state": pb.FLOOR_ALERT_STATE_OPEN,
        **fields,
    }
    return pb.FloorRow(alert=pb.FloorAlert(alert_id=alert_id, kind=kind, **told))  # type: ignore[arg-type]


def operator(
    operator_id: str, state: pb.FloorOperatorState.ValueType, seconds: float, reason: str = ""
) -> pb.FloorRow:
    return pb.FloorRow(
        operator=pb.FloorOperator(
            operator_id=operator_id,
            team_id="tea_osaka",
            state=state,
            since=ago(seconds),
            reason=reason,
        )
    )


def supervision(
    number: int, mode: call_pb.SupervisionMode.ValueType, **fields: object
) -> pb.FloorRow:
    told: dict[str, object] = {
        "contact_id": "con_0000a1b2c3",
        "operator_id": "usr_op01",
        "state": pb.FLOOR_SUPERVISION_STATE_ACTIVE,
        **fields,
    }
    row = pb.FloorSupervision(supervision_id=f"spv_{number}", mode=mode, **told)  # type: ignore[arg-type]
    return pb.FloorRow(supervision=row)


def rows() -> list[pb.FloorRow]:
    kinds = alert_pb.AlertKind
    return [
        alert(
            "alt_1",
            kinds.ALERT_KIND_HELP,
            contact_id="con_0000a1b2c3",
            operator_id="usr_op01",
            team_id="tea_osaka",
            since=ago(31),
            supervisor_id="usr_sv01",
            state=pb.FLOOR_ALERT_STATE_CLAIMED,
            reason=alert_pb.ALERT_REASON_ANGRY_CUSTOMER,
        ),
        alert(
            "alt_2",
            kinds.ALERT_KIND_LONG_HOLD,
            contact_id="con_0000d4e5f6",
            operator_id="usr_op02",
            team_id="tea_osaka",
            since=ago(4),
            level=alert_pb.ALERT_LEVEL_TEAM,
            measured=60_412,
            threshold=60_000,
        ),
        alert(
            "alt_3",
            kinds.ALERT_KIND_SERVICE_LEVEL,
            queue_id="que_billing",
            since=ago(95),
            level=alert_pb.ALERT_LEVEL_MANAGERS,
            measured=792,
            threshold=800,
        ),
        pb.FloorRow(
            talk=pb.FloorTalk(
                contact_id="con_0000a1b2c3",
                client_id="cli_acme",
                operator_id="usr_op01",
                since=ago(251),
                reason_id="rsn_billing",
            )
        ),
        pb.FloorRow(
            talk=pb.FloorTalk(
                contact_id="con_0000d4e5f6",
                client_id="cli_hana",
                operator_id="usr_op02",
                since=ago(3_725),
                reason_id="rsn_contract",
                held_since=ago(60),
            )
        ),
        supervision(
            1,
            call_pb.SUPERVISION_MODE_WHISPER,
            supervisor_id="usr_sv01",
            purpose=supervision_pb.PURPOSE_HELP,
            following=True,
            since=ago(26),
        ),
        supervision(
            2,
            call_pb.SUPERVISION_MODE_LISTEN,
            contact_id="con_0000d4e5f6",
            operator_id="usr_op02",
            supervisor_id="usr_sv02",
            purpose=supervision_pb.PURPOSE_TRAINING,
            state=pb.FLOOR_SUPERVISION_STATE_ASKING,
            since=ago(7),
        ),
        pb.FloorRow(
            follow_up=pb.FloorFollowUp(
                feedback_id="fbk_1",
                contact_id="con_0000d4e5f6",
                operator_id="usr_op02",
                supervisor_id="usr_sv02",
                text="先に結論を、それから理由を",
            )
        ),
        pb.FloorRow(
            waiting=pb.FloorWaiting(
                contact_id="con_0000c7c8c9",
                client_id="cli_acme",
                queue_id="que_billing",
                priority=3,
                since=ago(42),
            )
        ),
        pb.FloorRow(
            queue=pb.FloorQueue(
                queue_id="que_billing",
                client_id="cli_acme",
                waiting=1,
                longest_since=ago(42),
                answered=22,
                answered_in_time=19,
                abandoned=2,
                service_level=0.791,
                in_time_ms=20_000,
            )
        ),
        operator("usr_op01", pb.FLOOR_OPERATOR_STATE_TALKING, 251),
        operator("usr_op02", pb.FLOOR_OPERATOR_STATE_TALKING, 3_725),
        operator("usr_op03", pb.FLOOR_OPERATOR_STATE_AWAY, 610, "lunch"),
    ]


def levels() -> media.WatchLevelsResponse:
    legs = [
        media.LegLevel(role=media.LEG_ROLE_CUSTOMER, level_dbfs=-17.6, speech_ms=900),
        media.LegLevel(
            role=media.LEG_ROLE_OPERATOR, user_id="usr_op01", level_dbfs=-48.2, speech_ms=40
        ),
    ]
    call = media.CallLevels(
        contact_id="con_0000a1b2c3", client_id="cli_acme", legs=legs, overlap_ms=40
    )
    return media.WatchLevelsResponse(calls=[call])


def board(*, away: bool = False) -> Board:
    full = Board()
    full.begin(rows())
    full.hear(levels(), NOW - timedelta(seconds=1))
    if away:
        full.away["monitoring"] = Away(
            NOW - timedelta(seconds=3), "UNAVAILABLE: connection refused"
        )
    return full


def capture(language: Language) -> str:
    look = Look(width=CAPTURE.width, user_id="usr_sv01", language=language, names=NAMES)
    return "\n".join(render(board(), NOW, look).lines)


if __name__ == "__main__":
    sys.stdout.write(f"{capture(Language[sys.argv[1].upper()])}\n")
