"""`./sasayaki flow check|test|publish FILE`, `./sasayaki flow versions|rollback FLOW`.

Check and test need no platform: they judge the file by what the seed says of the client company.
"""

import argparse
import re
import sys
from pathlib import Path

from sasayaki_tools.flow import offline, platform
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import Client, Seed, read_seed

FLOW_LINE = re.compile(rb"^flow:\s*[\"']?(flw_[a-z0-9_]+)", re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Exit code 0: good, 1: faults were told, 2: asked wrongly."""
    asked = _reader().parse_args(arguments)
    match asked.what:
        case "check" | "test" | "publish":
            file = Path(asked.file)
            if not file.is_file():
                raise Failed(f"there is no file {file}")
            seed = read_seed(asked.seed)
            client = client_of(seed, file, asked.client)
            tests = tests_of(file)
            if asked.what == "publish":
                return platform.publish(client, file, tests, note=asked.note)
            if asked.what == "test" and tests is None:
                raise Failed(f"there are no test cases: no {beside(file)}")
            return offline.look(seed, client, file, tests if asked.what == "test" else None)
        case "versions":
            return platform.versions(asked.flow)
        case _:
            return platform.roll_back(asked.flow, asked.version)


def client_of(seed: Seed, file: Path, named: str | None) -> Client:
    """The client company whose flow it is: named, or by the file's name, or by the flow's id."""
    if named is not None:
        for client in seed.clients:
            if client.id == named:
                return client
        raise Failed(f"the seed has no client company {named!r}")
    found = FLOW_LINE.search(file.read_bytes())
    flow_id = found.group(1).decode() if found else ""
    for client in seed.clients:
        if flow_id in client.numbers.values():
            return client
    for client in seed.clients:
        if file.name in client.flows:
            return client
    raise Failed(f"{file}: name its client company with --client")


def beside(file: Path) -> Path:
    """Where the flow's test cases are."""
    return file.with_name(f"{file.stem}.test.yaml")


def tests_of(file: Path) -> Path | None:
    return beside(file) if beside(file).is_file() else None


def _reader() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(prog="./sasayaki flow", description=__doc__)
    verbs = reader.add_subparsers(dest="what", required=True)
    for name, what in (
        ("check", "tell every fault of a flow"),
        ("test", "check it, and run the test cases beside it"),
        ("publish", "check, test and publish it on the running platform"),
    ):
        verb = verbs.add_parser(name, help=what)
        verb.add_argument("file", metavar="FILE")
        verb.add_argument("--client", metavar="ID", help="whose flow it is, if the seed can't tell")
        verb.add_argument("--seed", default="demo", metavar="NAME", help="demo")
        if name == "publish":
            verb.add_argument("--note", default="", metavar="TEXT", help="what changed")
    listed = verbs.add_parser("versions", help="what was published, and what is live")
    listed.add_argument("flow", metavar="FLOW", help="flw_…")
    back = verbs.add_parser("rollback", help="let new calls begin with an earlier version")
    back.add_argument("flow", metavar="FLOW", help="flw_…")
    back.add_argument("version", type=_version, metavar="N")
    return reader


def _version(text: str) -> int:
    """A version's number; raises ArgumentTypeError for what can be none."""
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise argparse.ArgumentTypeError(f"a version like 1, not {text!r}")
    return int(text)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"sasayaki: {failure}")
