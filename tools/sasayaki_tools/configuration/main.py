"""`export FOLDER` and `import FOLDER [--dry-run]`: what people set up, as files."""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import grpc
from google.protobuf.message import Message

from sasayaki.media.v1 import media_service_pb2 as media
from sasayaki_demo.topics import read_topics
from sasayaki_tools.configuration import files
from sasayaki_tools.configuration.kinds import KINDS, Row
from sasayaki_tools.configuration.present import Rows, present
from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform.endpoints import Endpoints
from sasayaki_tools.platform.identity import Person, open_keys
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.running import running
from sasayaki_tools.say import Failed, note

ANSWER_WAIT_S = 20.0
PUT_PROMPT = "/sasayaki.media.v1.MediaService/PutPrompt"
ADMIN = Person("usr_admin", "admin")


def main(arguments: list[str]) -> int:
    """Runs the verb that comes first."""
    parser = argparse.ArgumentParser(prog=f"sasayaki {arguments[0]}", description=__doc__)
    parser.add_argument("verb", choices=("export", "import"), help=argparse.SUPPRESS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="import: say what would change")
    asked = parser.parse_args(arguments)
    places = Places(state_dir())
    platform = running(places)
    if platform is None:
        raise Failed("no platform runs; ./sasayaki up starts one")
    if asked.verb == "export":
        if asked.dry_run:
            parser.error("--dry-run belongs to import")
        written = files.write(_present(platform), places.state / "prompts", asked.folder)
        note(f"{written} files in {asked.folder}")
        return 0
    return _import(places, platform, asked.folder, dry_run=asked.dry_run)


def changes(wanted: Rows, there: Rows) -> Iterator[tuple[str, str, str, Row]]:
    """What is new or different, in the order in which it can be made: kind, name, how, row."""
    for kind in KINDS:
        for (folder, name), row in sorted(wanted.items()):
            if folder != kind.folder or there.get((folder, name)) == row:
                continue
            yield folder, name, _how(there.get((folder, name)), row), row


def _how(before: Row | None, after: Row) -> str:
    if before is None:
        return "new"
    fields = sorted(before.keys() | after.keys())
    changed = [field for field in fields if before.get(field) != after.get(field)]
    return f"changed: {', '.join(changed)}"


def _present(platform: Endpoints) -> Rows:
    records = asyncio.run(read_topics(platform.kafka))
    return present((each for each in records if each.is_history), platform.tenant)


def _import(places: Places, platform: Endpoints, folder: Path, *, dry_run: bool) -> int:
    """Makes everything so; with `dry_run` only says what would be done."""
    wanted = files.read(folder)
    todo = list(changes(wanted, _present(platform)))
    for kind, name, how, _ in todo:
        print(f"{kind}/{name}: {how}")
    if dry_run:
        note(f"{len(todo)} of {len(wanted)} rows would change; nothing was changed")
        return 0
    token = open_keys(places.keys).token(ADMIN, platform.tenant)
    for wav in files.prompts(folder):
        prompt = media.PutPromptRequest(wav=wav.read_bytes())
        _send(platform, token, "media", PUT_PROMPT, prompt, wav.name)
    for each in KINDS:
        for kind, name, _, row in todo:
            if kind == each.folder:
                for message in each.messages(row, folder / files.PROMPTS):
                    _send(platform, token, each.process, each.path, message, f"{kind}/{name}")
    note(f"{len(todo)} of {len(wanted)} rows changed")
    return 0


def _send(
    platform: Endpoints, token: str, process: str, path: str, row: Message, name: str
) -> None:
    """Sends one request under a new id: what was so before may be made so again."""
    row.request_id = f"import-{uuid4()}"  # type: ignore[attr-defined]
    with grpc.insecure_channel(platform.grpc[process]) as channel:
        method = channel.unary_unary(
            path,
            request_serializer=type(row).SerializeToString,
            response_deserializer=bytes,
        )
        try:
            method(row, metadata=(("authorization", f"Bearer {token}"),), timeout=ANSWER_WAIT_S)
        except grpc.RpcError as refusal:
            words = f"{refusal.code().name}, {refusal.details()}"
            raise Failed(f"{name} is refused: {words}; what came before it is done") from None
