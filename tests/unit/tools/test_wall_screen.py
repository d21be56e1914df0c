"""The wall on a terminal of its own: it draws, takes keys, and gives the terminal back."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

ROWS, WIDTH = 40, 100
WITHIN_S = 30.0
BELL = "\a"
PROGRAM = """
import locale
from tests.harness.wall_sample import CAPTURE, NOW, board
from sasayaki_tools.wall import screen
from sasayaki_tools.wall.sources import Sources
locale.setlocale(locale.LC_ALL, "")
sources = Sources(lambda service: None)
sources.board = board()
screen.show(sources, CAPTURE, lambda: NOW)
print("given back")
"""


class Terminal:
    """A program on a terminal, and everything that it has written there."""

    def __init__(self) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, WIDTH, 0, 0))
        self.program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"},
        )
        os.close(theirs)
        self.written = b""

    def shows(self, words: str) -> None:
        """Returns once the program has written these words."""
        until = time.monotonic() + WITHIN_S
        while words.encode() not in self.written:
            left_s = until - time.monotonic()
            assert left_s > 0, self.written.decode(errors="replace")
            if select.select([self._ours], [], [], left_s)[0]:
                self.written += os.read(self._ours, 65_536)

    def press(self, keys: str) -> None:
        self.written = b""
        os.write(self._ours, keys.encode())

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        os.close(self._ours)


def test_the_wall_draws_rings_explains_itself_and_quits() -> None:
    terminal = Terminal()
    try:
        terminal.shows("監視ウォール")
        terminal.shows(BELL)
        terminal.shows("長い保留")
        terminal.press("?")
        terminal.shows("凡例")
        terminal.press("?")
        terminal.shows("長い保留")
        terminal.press("q")
        terminal.shows("given back")
        assert terminal.program.wait(WITHIN_S) == 0
    finally:
        terminal.close()
