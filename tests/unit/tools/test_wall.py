"""The wall: what it shows, in both languages, at every size; and what stands in the docs is it."""

import curses
from datetime import timedelta
from pathlib import Path

import pytest
from tests.harness.wall_sample import CAPTURE, NAMES, NOW, alert, board, capture, rows

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki.monitoring.v1 import alert_events_pb2 as alert_pb
from sasayaki.monitoring.v1 import floor_pb2 as pb
from sasayaki.monitoring.v1 import supervision_events_pb2 as supervision_pb
from sasayaki_tools.report.table import width
from sasayaki_tools.wall import words
from sasayaki_tools.wall.board import Board
from sasayaki_tools.wall.render import Look, render
from sasayaki_tools.wall.screen import after
from sasayaki_tools.wall.text import columns, cut, lasting
from sasayaki_tools.wall.words import Language

ROOT = Path(__file__).resolve().parents[3]
BOTH = pytest.mark.parametrize("language", list(Language))


def text(shown: Board, **look: object) -> str:
    told = {"width": 140, "user_id": "usr_sv01", "names": NAMES, **look}
    return "\n".join(render(shown, NOW, Look(**told)).lines)  # type: ignore[arg-type]


@BOTH
def test_what_stands_in_the_docs_is_what_is_drawn(language: Language) -> None:
    fresh = "".join(f"{line}\n" for line in capture(language).splitlines())
    told = (ROOT / "docs" / "supervision.md").read_text()
    assert f"```text\n{fresh}```" in told, f"\n{fresh}"


@BOTH
@pytest.mark.parametrize("most", [20, 40, 79, 80, 200])
def test_no_line_is_wider_than_the_screen(language: Language, most: int) -> None:
    for legend in (False, True):
        look = Look(width=most, rows=24, language=language, names=NAMES, legend=legend)
        frame = render(board(away=True), NOW, look)
        assert all(width(line) <= most for line in frame.lines)
        assert len(frame.lines) <= 24


@BOTH
def test_the_legend_is_whole_on_a_terminal_of_80_columns(language: Language) -> None:
    lines = words.LEGEND[language.value].splitlines()
    shown = render(Board(), NOW, Look(width=80, rows=40, language=language, legend=True)).lines
    assert shown[1:] == lines


def test_an_empty_floor_says_so_in_every_section() -> None:
    assert text(Board()).count("(なし)") == len(words.SECTIONS)


def test_unclaimed_alerts_come_first_and_those_that_are_over_are_gone() -> None:
    shown = board()
    lines = text(shown, language=Language.EN).splitlines()
    marked = [line for line in lines if line.startswith("! ")]
    assert [line.split("  ")[0] for line in marked] == ["! service level", "! long hold", "! help"]
    assert ["nobody" in line for line in marked] == [True, True, False]
    over = alert("alt_2", alert_pb.ALERT_KIND_LONG_HOLD, state=pb.FLOOR_ALERT_STATE_ENDED)
    shown.change([over])
    assert "long hold" not in text(shown, language=Language.EN)


def test_what_was_measured_is_told_in_the_rules_unit() -> None:
    shown = Board()
    level = {"state": pb.FLOOR_ALERT_STATE_OPEN}
    shown.change(
        [
            alert("a", alert_pb.ALERT_KIND_OVERTALK, measured=6, threshold=5, **level),
            alert("b", alert_pb.ALERT_KIND_SERVICE_LEVEL, measured=792, threshold=800, **level),
            alert("c", alert_pb.ALERT_KIND_LONG_CALL, measured=3_723_000, threshold=900_000),
        ]
    )
    told = text(shown, language=Language.EN)
    assert "6/5 times" in told
    assert "79.2/80.0%" in told
    assert "1:02:03/15:00" in told


def test_who_hears_the_supervisor_is_said_only_once_something_can_be_heard() -> None:
    told = text(board(), language=Language.EN)
    (whispering,) = [line for line in told.splitlines() if "whisper" in line]
    assert "operator only" in whispering
    (asked,) = [line for line in told.splitlines() if "asked for consent" in line]
    assert "nobody" not in asked
    assert "training" in asked


def test_levels_that_are_not_fresh_are_not_shown() -> None:
    shown = board()
    assert "-18 ######.. *" in text(shown)
    assert shown.levels_of("con_0000a1b2c3", NOW + timedelta(seconds=2)) is not None
    assert shown.levels_of("con_0000a1b2c3", NOW + timedelta(seconds=3)) is None


@pytest.mark.parametrize(
    ("level_dbfs", "bar"), [(-96, "-96 ........"), (-64, "-64 ........"), (0, "  0 ########")]
)
def test_a_bar_has_its_ends(level_dbfs: float, bar: str) -> None:
    shown = board()
    leg = media.LegLevel(role=media.LEG_ROLE_CUSTOMER, level_dbfs=level_dbfs)
    call = media.CallLevels(contact_id="con_0000a1b2c3", legs=[leg])
    shown.hear(media.WatchLevelsResponse(calls=[call]), NOW)
    assert bar in text(shown)


def test_a_service_that_does_not_answer_is_named_and_the_last_state_stays() -> None:
    told = text(board(away=True), language=Language.EN)
    assert "!! no answer from monitoring for 3 s" in told
    assert "whisper" in told


def test_a_new_beginning_replaces_everything_but_levels() -> None:
    shown = board()
    shown.begin([])
    gone = (shown.talks, shown.supervisions, shown.operators, shown.waiting, shown.alerts)
    assert not any((*gone, shown.queues, shown.follow_ups))
    assert shown.levels


def test_what_is_gone_is_not_shown() -> None:
    shown = board()
    talk, waiting = pb.FloorGone(talk="con_0000a1b2c3"), pb.FloorGone(waiting="con_0000c7c8c9")
    heard, followed = pb.FloorGone(supervision="spv_1"), pb.FloorGone(follow_up="fbk_1")
    shown.change([pb.FloorRow(gone=gone) for gone in (talk, waiting, heard, followed)])
    assert not shown.follow_ups
    assert (len(shown.talks), len(shown.waiting), len(shown.supervisions)) == (1, 0, 1)


def test_what_people_wrote_does_not_steer_the_terminal() -> None:
    shown = Board()
    row = pb.FloorFollowUp(feedback_id="fbk_1", operator_id="usr_op01", text="a\x1b[2Jb\nc")
    shown.change([pb.FloorRow(follow_up=row)])
    assert "a [2Jb c" in text(shown)


def test_a_small_screen_scrolls_to_its_end_and_no_further() -> None:
    small = Look(width=100, rows=10, names=NAMES, scroll=999)
    frame = render(board(), NOW, small)
    assert "高橋 結衣" in frame.lines[-1]
    assert frame.scroll < 999
    assert f"-{frame.scroll + 9}/{frame.scroll + 9} 行" in frame.lines[0]


def test_keys_scroll_and_open_the_legend() -> None:
    look = Look()
    for pressed, scroll in ((ord("j"), 1), (curses.KEY_DOWN, 2), (ord("k"), 1), (curses.KEY_UP, 0)):
        look = after(look, pressed)
        assert look.scroll == scroll
    assert after(look, ord("k")).scroll == 0
    assert after(look, -1) == look
    legend = after(after(look, ord("j")), ord("?"))
    assert (legend.legend, legend.scroll) == (True, 0)
    assert not after(legend, ord("?")).legend


@pytest.mark.parametrize(
    ("table", "enum"),
    [
        (words.KINDS, alert_pb.AlertKind),
        (words.LEVELS, alert_pb.AlertLevel),
        (words.REASONS, alert_pb.AlertReason),
        (words.PURPOSES, supervision_pb.Purpose),
        (words.SUPERVISION_STATES, pb.FloorSupervisionState),
        (words.OPERATOR_STATES, pb.FloorOperatorState),
    ],
)
def test_every_value_of_the_contract_has_its_words(table: dict[int, object], enum: object) -> None:
    values = set(enum.values())  # type: ignore[attr-defined]
    assert set(table) == values - {0}


def test_a_value_of_a_newer_contract_is_shown_by_its_number() -> None:
    assert Look().of(words.KINDS, 99) == "99"


def test_full_width_letters_take_two_columns_when_cut_and_when_lined_up() -> None:
    assert cut("監視ウォール", 5) == "監視~"
    assert cut("監視", 4) == "監視"
    first, second = columns(["状態", "a"], [["x", "b"]])
    assert first.index("a") + 2 == second.index("b")


@pytest.mark.parametrize(
    ("seconds", "told"), [(-5, "0:00"), (59.9, "0:59"), (3_599, "59:59"), (3_600, "1:00:00")]
)
def test_how_long_is_told_in_minutes_and_in_hours_from_one_on(seconds: float, told: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == told


def test_the_sample_has_one_of_everything() -> None:
    kinds = {row.WhichOneof("row") for row in rows()}
    assert kinds == {"alert", "talk", "supervision", "follow_up", "waiting", "queue", "operator"}
    assert CAPTURE.width == 100
