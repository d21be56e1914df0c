"""The generator refuses protos that could not travel as ProtoJSON and pydantic JSON alike."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import generate  # noqa: E402 - a script, not a package
from generate_events import Rejected  # noqa: E402

HEAD = """\
syntax = "proto3";
// What the test tells.
package sasayaki.test.v1;
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
"""
GOOD = """\
// A choice.
enum Colour {
  COLOUR_UNSPECIFIED = 0;
  // The warm one.
  COLOUR_RED = 1;
}
// Some text.
message Note {
  string text = 1;
}
// It was painted.
message Painted {
  Colour colour = 1;
  repeated Note notes = 2;
  optional uint64 area_mm2 = 3;
  google.protobuf.Timestamp dried_at = 4;
  int64 waited_ms = 5;
}
"""


@pytest.fixture
def generated(tmp_path: Path) -> Callable[[str], str]:
    """Generates from one event file and answers the module's source."""

    def write(body: str) -> str:
        proto, root = tmp_path / "proto", tmp_path / "root"
        folder = proto / "sasayaki" / "test" / "v1"
        folder.mkdir(parents=True)
        (folder / "thing_events.proto").write_text(HEAD + body)
        generate.generate(proto, root)
        return (root / generate.PYTHON / "sasayaki/test/v1/thing_events.py").read_text()

    return write


def test_a_good_proto_becomes_classes_with_its_comments(
    generated: Callable[[str], str],
) -> None:
    source = generated(GOOD)
    for line in (
        '"""What the test tells."""',
        "class Colour(OpenEnum):",
        '    RED = "COLOUR_RED"',
        '    """The warm one."""',
        "class Note(Message):",
        'class Painted(Event, type="sasayaki.test.v1.Painted"):',
        '    """It was painted."""',
        "    colour: Colour",
        "    notes: tuple[Note, ...]",
        "    area_mm2: Uint64 | None = None",
        "    dried_at: Instant",
        "    waited_ms: Int64",
        "ThingRecord: TypeAlias = Recorded[ThingEvent]",
    ):
        assert line in source.splitlines()
    compile(source, "thing_events.py", "exec")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("message Sent { bytes body = 1; }", "Sent.body: bytes"),
        ("message Sent { float size = 1; }", "Sent.size: float"),
        ("message Sent { google.protobuf.Any thing = 1; }", "Sent.thing: message"),
        ("message Sent { google.protobuf.Duration wait = 1; }", "Sent.wait: message"),
        ("message Sent { map<string, string> tags = 1; }", "Sent.TagsEntry: maps"),
        ("message Sent { oneof way { string a = 1; string b = 2; } }", "Sent.a: oneof"),
        ("message Sent { message In { string a = 1; } In inside = 1; }", "Sent.In: maps"),
        ("message Sent { enum Way { WAY_UNSPECIFIED = 0; } Way way = 1; }", "Sent.Way: maps"),
        ("message Sent { string class = 1; }", "Sent.class: the name is taken"),
        ("message Sent { string model_dump = 1; }", "Sent.model_dump: the name is taken"),
        ("message Sent { string event_type = 1; }", "Sent.event_type: the name is taken"),
        ("message Sent { string callerName = 1; }", "Sent.callerName: field names"),
        ("message Sent { uint32 wait_seconds = 1; }", "Sent.wait_seconds: durations"),
        ("message Sent { double wait_ms = 1; }", "Sent.wait_ms: durations"),
        ("message Sent { string wait_ms = 1; }", "Sent.wait_ms: durations"),
        (
            "message Deep { string a = 1; }\n// B\nmessage Part { Deep deep = 1; }\n"
            "// C\nmessage Sent { Part part = 1; }",
            "Part.deep: messages nest one level deep",
        ),
        ("enum Way { WAY_NONE = 0; }\n// B\nmessage Sent { Way way = 1; }", "Way.WAY_NONE: zero"),
        (
            "enum Way { WAY_UNSPECIFIED = 0; UP = 1; }\n// B\nmessage Sent { Way way = 1; }",
            "Way.UP: values start",
        ),
        ("message Note { string a = 1; }\n\nmessage Sent { string a = 1; }", "Sent: no comment"),
        ("enum Way { WAY_UNSPECIFIED = 0; }", "no event"),
    ],
    ids=lambda value: str(value).split(":", maxsplit=1)[0] if ":" in str(value) else None,
)
def test_what_could_not_travel_is_refused_with_file_message_and_field(
    generated: Callable[[str], str], body: str, named: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        generated(f"// A\n{body}")
    assert str(rejected.value).startswith("sasayaki/test/v1/thing_events.proto: ")
    assert named in str(rejected.value)


def test_the_generator_stays_small() -> None:
    """Over 250 lines the answer is to restrict the proto, not to let the generator grow."""
    assert len((ROOT / "tools" / "generate_events.py").read_text().splitlines()) <= 250
