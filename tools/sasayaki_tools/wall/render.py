"""The wall as lines of text: a pure function of the board, the time and the terminal's size.

Nothing is said by colour: whatever is marked is marked by a word or a sign.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki_tools.wall import words
from sasayaki_tools.wall.board import Board
from sasayaki_tools.wall.text import columns, cut, lasting
from sasayaki_tools.wall.words import Language, Words

ID_SHOWN = 6
SPEAKS_MS_LEAST = 500
DB_LEAST, DB_EACH, BARS = -64, 8, 8
NO_SOUND_DB = -96


@dataclass(frozen=True, slots=True)
class Look:
    """How a person looks at the wall. `rows` 0: as many as there are."""

    width: int = 120
    rows: int = 0
    language: Language = Language.JA
    user_id: str = ""
    legend: bool = False
    scroll: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def word(self, pair: Words) -> str:
        return pair[self.language.value]

    def of(self, table: Mapping[int, Words], value: int) -> str:
        """The word for an enum's value; one that this build does not know is its number."""
        return self.word(table[value]) if value in table else (str(value) if value else "")

    def person(self, user_id: str) -> str:
        return self.names.get(user_id, user_id.removeprefix("usr_"))


@dataclass(frozen=True, slots=True)
class Frame:
    """The screen's lines, none wider than it, and how far down it could be scrolled as asked."""

    lines: list[str]
    scroll: int


def render(board: Board, now: datetime, look: Look) -> Frame:
    """`now` in the zone that is to be shown."""
    away = list(_away(board, now, look))
    body = look.word(words.LEGEND).splitlines() if look.legend else list(_body(board, now, look))
    room = max(1, look.rows - 1 - len(away)) if look.rows else len(body)
    first = min(look.scroll, max(0, len(body) - room))
    shown = ""
    if len(body) > room:
        last = min(first + room, len(body))
        shown = f"  {first + 1}-{last}/{len(body)} {look.word(words.LINES)}"
    lines = (_title(board, now, look, shown), *away, *body[first : first + room])
    return Frame([cut(line, look.width) for line in lines], first)


def _title(board: Board, now: datetime, look: Look, shown: str) -> str:
    counts = "  ".join(
        f"{look.word(words.SECTIONS[name])} {len(rows)}"
        for name, rows in (
            ("alerts", board.alerts),
            ("calls", board.talks),
            ("waiting", board.waiting),
        )
    )
    keys = look.word(words.BACK if look.legend else words.KEYS)
    who = look.person(look.user_id)
    return f"{look.word(words.TITLE)}  {now:%H:%M:%S}{shown}  {who}  {counts}  [{keys}]"


def _away(board: Board, now: datetime, look: Look) -> Iterator[str]:
    for service, away in sorted(board.away.items()):
        seconds = max(0, int((now - away.since).total_seconds()))
        yield look.word(words.AWAY).format(service=service, seconds=seconds, why=away.why)


def _body(board: Board, now: datetime, look: Look) -> Iterator[str]:
    sections: tuple[
        tuple[str, Sequence[str], Callable[[Board, datetime, Look], Iterator[list[str]]]], ...
    ] = (
        ("alerts", ALERTS, _alerts),
        ("calls", CALLS, _calls),
        ("supervisions", SUPERVISIONS, _supervisions),
        ("follow_ups", FOLLOW_UPS, _follow_ups),
        ("waiting", WAITING, _waiting),
        ("queues", QUEUES, _queues),
        ("operators", OPERATORS, _operators),
    )
    for name, headings, rows_of in sections:
        rows = list(rows_of(board, now, look))
        yield ""
        yield f"== {look.word(words.SECTIONS[name])} {len(rows)} =="
        labels = [look.word(words.COLUMNS[heading]) for heading in headings]
        yield from columns(labels, rows)
        if not rows:
            yield look.word(words.NOBODY)


ALERTS = (*("kind", "age", "claimed", "about", "client", "call", "measured", "told", "reason"),)


def _alerts(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    ordered = sorted(
        board.alerts.values(), key=lambda each: (bool(each.supervisor_id), _at(each.since))
    )
    for each in ordered:
        yield [
            f"! {look.of(words.KINDS, each.kind)}",
            _since(each.since, now),
            look.person(each.supervisor_id) or look.word(words.UNCLAIMED),
            look.person(each.operator_id) or each.queue_id,
            each.client_id,
            each.contact_id[-ID_SHOWN:],
            _measured(each, look),
            look.of(words.LEVELS, each.level),
            look.of(words.REASONS, each.reason),
        ]


def _measured(each: pb.FloorAlert, look: Look) -> str:
    match each.kind:
        case alert_pb.ALERT_KIND_HELP:
            return ""
        case alert_pb.ALERT_KIND_OVERTALK:
            return f"{each.measured}/{each.threshold}{look.word(words.TIMES)}"
        case alert_pb.ALERT_KIND_SERVICE_LEVEL:
            return f"{each.measured / 10:.1f}/{each.threshold / 10:.1f}%"
        case _:
            both = (each.measured, each.threshold)
            return "/".join(lasting(timedelta(milliseconds=ms)) for ms in both)


CALLS = (
    *("call", "client", "why", "operator", "talk", "hold"),
    *("customer_level", "operator_level", "overlap", "heard"),
)


def _calls(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for talk in sorted(board.talks.values(), key=lambda each: _at(each.since)):
        told = board.levels_of(talk.contact_id, now)
        hearing = sum(
            each.contact_id == talk.contact_id and each.state == pb.FLOOR_SUPERVISION_STATE_ACTIVE
            for each in board.supervisions.values()
        )
        yield [
            talk.contact_id[-ID_SHOWN:],
            talk.client_id,
            talk.reason_id.removeprefix("rsn_"),
            look.person(talk.operator_id),
            _since(talk.since, now),
            _since(talk.held_since, now) if talk.HasField("held_since") else "",
            _level(told, media.LEG_ROLE_CUSTOMER),
            _level(told, media.LEG_ROLE_OPERATOR),
            str(told.overlap_ms) if told is not None and told.overlap_ms else "",
            str(hearing) if hearing else "",
        ]


def _level(told: media.CallLevels | None, role: media.LegRole.ValueType) -> str:
    """Decibels, a bar, and a sign for voice."""
    leg = next((each for each in told.legs if each.role == role), None) if told else None
    if leg is None:
        return ""
    bars = round((leg.level_dbfs - DB_LEAST) / DB_EACH) if leg.level_dbfs > NO_SOUND_DB else 0
    bars = min(BARS, max(0, bars))
    voice = "*" if leg.speech_ms >= SPEAKS_MS_LEAST else " "
    return f"{leg.level_dbfs:4.0f} {'#' * bars}{'.' * (BARS - bars)} {voice}"


SUPERVISIONS = (
    *("supervisor", "operator", "call", "mode", "hearers", "purpose", "state", "following"),
    "since",
)


def _supervisions(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for each in sorted(board.supervisions.values(), key=lambda each: _at(each.since)):
        hears = each.state in (
            pb.FLOOR_SUPERVISION_STATE_UNSPECIFIED,
            pb.FLOOR_SUPERVISION_STATE_ACTIVE,
        )
        yield [
            look.person(each.supervisor_id),
            look.person(each.operator_id),
            each.contact_id[-ID_SHOWN:],
            look.of(words.MODES, each.mode),
            look.of(words.HEARERS, each.mode) if hears else "",
            look.of(words.PURPOSES, each.purpose),
            look.of(words.SUPERVISION_STATES, each.state),
            look.word(words.FOLLOWS) if each.following else "",
            _since(each.since, now),
        ]


FOLLOW_UPS = ("operator", "call", "given_by", "feedback")


def _follow_ups(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for _, each in sorted(board.follow_ups.items()):
        yield [
            look.person(each.operator_id),
            each.contact_id[-ID_SHOWN:],
            look.person(each.supervisor_id),
            # What people wrote must not steer the terminal.
            "".join(letter if letter.isprintable() else " " for letter in each.text),
        ]


WAITING = ("call", "client", "queue", "priority", "wait")


def _waiting(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for each in sorted(board.waiting.values(), key=lambda each: _at(each.since)):
        yield [
            each.contact_id[-ID_SHOWN:],
            each.client_id,
            each.queue_id,
            str(each.priority),
            _since(each.since, now),
        ]


QUEUES = (
    *("queue", "client", "waiting", "longest", "answered", "in_time", "abandoned"),
    "service_level",
)


def _queues(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for _, each in sorted(board.queues.items()):
        level = f"{each.service_level:.1%}" if each.HasField("service_level") else "-"
        yield [
            each.queue_id,
            each.client_id,
            str(each.waiting),
            _since(each.longest_since, now) if each.HasField("longest_since") else "-",
            str(each.answered),
            str(each.answered_in_time),
            str(each.abandoned),
            f"{level} ({each.in_time_ms // 1000} s)",
        ]


OPERATORS = ("operator", "team", "state", "since", "reason")


def _operators(board: Board, now: datetime, look: Look) -> Iterator[list[str]]:
    for each in sorted(board.operators.values(), key=lambda each: (each.team_id, each.operator_id)):
        yield [
            look.person(each.operator_id),
            each.team_id,
            look.of(words.OPERATOR_STATES, each.state),
            _since(each.since, now) if each.HasField("since") else "-",
            each.reason,
        ]


def _since(instant: Timestamp, now: datetime) -> str:
    return lasting(now - _at(instant))


def _at(instant: Timestamp) -> datetime:
    return instant.ToDatetime(UTC)
