"""The wall on a terminal: draws what `render` says and takes keys, until q."""

import contextlib
import curses
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sasayaki_tools.wall.render import Look, render
from sasayaki_tools.wall.sources import Sources

DRAW_EVERY_MS = 500
QUIT, LEGEND = ord("q"), ord("?")
STEPS = {
    ord("j"): 1,
    ord("k"): -1,
    curses.KEY_DOWN: 1,
    curses.KEY_UP: -1,
    curses.KEY_NPAGE: 10,
    curses.KEY_PPAGE: -10,
}


def show(sources: Sources, look: Look, now: Callable[[], datetime]) -> None:
    """Returns when the person quits. The bell rings for each new alert that nobody has claimed."""
    curses.wrapper(_loop, sources, look, now)


def after(look: Look, pressed: int) -> Look:
    """The look after a key."""
    if pressed == LEGEND:
        return replace(look, legend=not look.legend, scroll=0)
    return replace(look, scroll=max(0, look.scroll + STEPS.get(pressed, 0)))


def _loop(
    window: "curses.window", sources: Sources, look: Look, now: Callable[[], datetime]
) -> None:
    window.timeout(DRAW_EVERY_MS)
    with contextlib.suppress(curses.error):  # not every terminal can hide its cursor
        curses.curs_set(0)
    known: frozenset[str] = frozenset()
    while True:
        rows, width = window.getmaxyx()
        # What is written into the last cell would scroll the screen.
        look = replace(look, rows=rows, width=width - 1)
        with sources.lock:
            frame = render(sources.board, now(), look)
            unclaimed = sources.board.unclaimed()
        _draw(window, frame.lines)
        if unclaimed - known:
            curses.beep()
        known = unclaimed
        pressed = window.getch()
        if pressed == QUIT:
            return
        look = after(replace(look, scroll=frame.scroll), pressed)


def _draw(window: "curses.window", lines: Sequence[str]) -> None:
    window.erase()
    for row, line in enumerate(lines):
        strong = row == 0 or line.startswith(("==", "!"))
        with contextlib.suppress(curses.error):  # the terminal has just become smaller
            window.addstr(row, 0, line, curses.A_BOLD if strong else curses.A_NORMAL)
    window.refresh()
