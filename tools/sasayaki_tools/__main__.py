"""The verbs of `./sasayaki`."""

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sasayaki_tools.paths import ROOT
from sasayaki_tools.say import Failed


def main(arguments: list[str]) -> int:
    """Runs one verb; its exit code."""
    # The words after these belong to the program that they name.
    match arguments:
        case ["demo", *rest]:
            return int(_module("demo").demo(rest))
        case ["report", *rest]:
            return int(_module("report.__main__").main(rest))
        case ["flow", *rest]:
            return int(_module("flow.main").main(rest))
        case ["wall", *rest]:
            return int(_module("wall.main").main(rest))
        case ["export" | "import", *_]:
            return int(_module("configuration.main").main(arguments))
        case ["bench", *rest]:
            _module("up").prepare()
            command = [sys.executable, "-m", "sasayaki_tools.bench", *rest]
            return subprocess.run(command, check=False).returncode
        case ["shots", *rest]:
            # What shows the pages is the tests'; a folder is meant from where one stands.
            command = [sys.executable, "-m", "tests.harness.console_shots", *rest]
            path = {**os.environ, "PYTHONPATH": str(ROOT)}
            return subprocess.run(command, env=path, check=False).returncode
    asked = _reader().parse_args(arguments)
    # A verb's modules are imported only when it is asked for: `down` should not wait for grpc.
    match asked.verb:
        case "up":
            return int(_module("up").up(asked.seed, detach=asked.detach))
        case "down":
            return int(_module("running").down())
        case "status":
            return int(_module("running").status())
        case "logs":
            return int(_module("running").logs(asked.service, follow=asked.follow))
        case "check":
            return int(_module("check").check())
        case "test":
            return int(_module("levels").test(asked.level, whole=asked.whole))
        case "gen":
            return int(_module("check").generate())
        case "backup":
            return int(_module("backup").backup(asked.file))
        case "restore":
            return int(_module("backup").restore(asked.file))
        case _:
            return int(_module("doctor").main())


def _module(name: str) -> Any:
    return importlib.import_module(f"sasayaki_tools.{name}")


def _reader() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(prog="./sasayaki")
    verbs = reader.add_subparsers(dest="verb", required=True)
    up = verbs.add_parser("up", help="start broker, media node and services")
    up.add_argument("--seed", metavar="NAME", help="apply seed/NAME.yaml")
    up.add_argument("--detach", action="store_true", help="return when all is well")
    verbs.add_parser("down", help="end everything that was started")
    verbs.add_parser("status", help="what runs, since when, how healthy")
    logs = verbs.add_parser("logs", help="the last lines of a process")
    logs.add_argument("service")
    logs.add_argument("-f", "--follow", action="store_true")
    for name, what in (
        ("backup", "everything that a stopped platform keeps, as one file"),
        ("restore", "put a backup into an empty state folder"),
    ):
        verbs.add_parser(name, help=what).add_argument("file", type=Path)
    test = verbs.add_parser("test", help="run what CI runs, or some levels of it")
    test.add_argument("level", nargs="*")
    test.add_argument("--whole", action="store_true", help="what cannot run here has failed")
    for name, what in (
        ("check", "format, lint, types, imports, protos, generated files"),
        ("gen", "write the generated files again"),
        ("doctor", "what this machine lacks"),
    ):
        verbs.add_parser(name, help=what)
    return reader


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failed as failure:
        sys.exit(f"sasayaki: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
