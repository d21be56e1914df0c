"""The node's spool files: whole records, and which files are closed."""

from pathlib import Path

import pytest

from sasayaki.media.node.v1 import node_pb2 as pb
from sasayaki_media.sound import spool


def page(number: int) -> pb.SpoolPage:
    return pb.SpoolPage(contact_id="con_1", number=number, pcmu=bytes(8_000))


def records(*numbers: int) -> bytes:
    return b"".join(spool.record(page(number)) for number in numbers)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0001-00-00000000.spool"


def numbers(found: spool.Spooled) -> list[int]:
    return [page.number for page in found.pages]


def test_all_whole_records_are_read(path: Path) -> None:
    path.write_bytes(records(0, 1, 2))
    found = spool.read(path, 0)
    assert (numbers(found), found.end, found.whole) == ([0, 1, 2], len(records(0, 1, 2)), True)


def test_reading_goes_on_where_it_ended(path: Path) -> None:
    path.write_bytes(records(0, 1))
    assert numbers(spool.read(path, len(records(0)))) == [1]


@pytest.mark.parametrize("kept", [1, 7, 8, 100])
def test_a_record_that_is_not_whole_ends_the_reading(path: Path, kept: int) -> None:
    path.write_bytes(records(0) + records(1)[:kept])
    found = spool.read(path, 0)
    assert (numbers(found), found.end, found.whole) == ([0], len(records(0)), False)


def test_a_record_that_does_not_match_its_sum_ends_the_reading(path: Path) -> None:
    spoiled = bytearray(records(0, 1))
    spoiled[-1] ^= 1
    path.write_bytes(spoiled)
    assert numbers(spool.read(path, 0)) == [0]


def test_a_length_that_no_record_has_ends_the_reading(path: Path) -> None:
    path.write_bytes(b"\xff\xff\xff\x7f" + bytes(100))
    assert numbers(spool.read(path, 0)) == []


def test_a_long_file_is_read_in_pieces(path: Path) -> None:
    path.write_bytes(records(*range(300)))
    start, found = 0, []
    while numbers(piece := spool.read(path, start)):
        assert piece.end - start <= spool.READ_BYTES
        found += numbers(piece)
        start = piece.end
    assert found == list(range(300))
    assert piece.whole


def test_a_file_is_closed_once_its_thread_has_begun_a_later_one(tmp_path: Path) -> None:
    for name in ("0001-00-00000000", "0001-00-00000001", "0001-01-00000000"):
        (tmp_path / f"{name}.spool").touch()
    closed = {file.path.stem: file.closed for file in spool.files(tmp_path)}
    assert closed == {
        "0001-00-00000000": True,
        "0001-00-00000001": False,
        "0001-01-00000000": False,
    }


def test_a_new_run_of_the_node_closes_all_files_of_the_one_before(tmp_path: Path) -> None:
    for name in ("0001-00-00000007", "0001-01-00000002", "0002-00-00000000"):
        (tmp_path / f"{name}.spool").touch()
    closed = [file.closed for file in spool.files(tmp_path)]
    assert closed == [True, True, False]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shipped.json").touch()
    (tmp_path / "refused.pages").touch()
    assert spool.files(tmp_path) == []
