"""`./sasayaki wall`: the live floor of the platform that runs, as one supervisor sees it."""

import argparse
import locale
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sasayaki_tools.paths import state_dir
from sasayaki_tools.platform import endpoints
from sasayaki_tools.platform.plan import Places
from sasayaki_tools.say import Failed
from sasayaki_tools.seed_file import read_seed
from sasayaki_tools.wall import screen
from sasayaki_tools.wall.board import FLOOR, LEVELS
from sasayaki_tools.wall.render import Look, render
from sasayaki_tools.wall.sources import Sources
from sasayaki_tools.wall.words import Language

ASKER = "usr_sv01"
FLOOR_WAIT_S = 20.0
LEVELS_WAIT_S = 1.5
ONCE_WIDTH = 120


def main(arguments: list[str]) -> int:
    """Shows the wall until q; with `--once` prints it and ends."""
    asked = _arguments(arguments)
    file = Places(state_dir()).endpoints
    look = Look(
        language=Language[asked.lang.upper()], user_id=asked.user, names=_names(file, asked.user)
    )
    sources = Sources(lambda service: _find(file, service, asked.user))
    sources.start()
    try:
        if asked.once:
            return _once(sources, look)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise Failed("the wall needs a terminal; --once prints it to anything else")
        locale.setlocale(locale.LC_ALL, "")  # so that curses knows how wide letters are
        screen.show(sources, look, _now)
    finally:
        sources.close()
    return 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sasayaki wall", description=__doc__)
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="default ja")
    parser.add_argument("--once", action="store_true", help="print it once and end")
    parser.add_argument("--user", default=ASKER, metavar="ID", help=f"default {ASKER}")
    return parser.parse_args(arguments)


def _once(sources: Sources, look: Look) -> int:
    if not sources.wait(FLOOR, FLOOR_WAIT_S):
        away = sources.board.away.get(FLOOR)
        raise Failed(away.why if away else f"no answer within {FLOOR_WAIT_S:.0f} s")
    sources.wait(LEVELS, LEVELS_WAIT_S)
    width = shutil.get_terminal_size((ONCE_WIDTH, 0)).columns
    with sources.lock:
        frame = render(
            sources.board,
            _now(),
            Look(width=width, language=look.language, user_id=look.user_id, names=look.names),
        )
    print("\n".join(frame.lines))
    return 0


def _find(file: Path, service: str, user_id: str) -> tuple[str, str] | None:
    """Address and token as the launcher tells them at this moment."""
    platform = endpoints.read(file)
    if platform is None or user_id not in platform.tokens:
        return None
    return platform.grpc[service], platform.tokens[user_id]


def _names(file: Path, user_id: str) -> Mapping[str, str]:
    """People's names by user id, from the seed; the platform itself knows none."""
    platform = endpoints.read(file)
    if platform is None:
        raise Failed("nothing runs: ./sasayaki up --seed demo")
    if platform.seed is None:
        raise Failed("this platform has no seed, so there is no supervisor's token to ask with")
    users = read_seed(platform.seed).users
    if user_id not in platform.tokens:
        known = ", ".join(user.id for user in users if user.role in ("supervisor", "manager"))
        raise Failed(f"no token of {user_id!r}; there are: {known}")
    return {user.id: user.name for user in users}


def _now() -> datetime:
    return datetime.now().astimezone()
