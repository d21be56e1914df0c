"""The built console on an address of its own, without a gateway: for tests of single pages."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONSOLE = Path(__file__).resolve().parents[2] / "console"
DIST = CONSOLE / "dist"


def built() -> Path:
    """The folder of the console, built from the present sources."""
    npm = shutil.which("npm")
    assert npm, "npm is needed to build the console"
    if not (CONSOLE / "node_modules").exists():
        subprocess.run([npm, "ci", "--no-progress"], cwd=CONSOLE, check=True)
    sources = [CONSOLE / "index.html", *(CONSOLE / "src").rglob("*.*")]
    newest = max(source.stat().st_mtime for source in sources)
    index = DIST / "index.html"
    if not index.exists() or index.stat().st_mtime < newest:
        subprocess.run([npm, "run", "build"], cwd=CONSOLE, check=True, capture_output=True)
    return DIST


class StaticPage(SimpleHTTPRequestHandler):
    """The console's files; every other address is its one page."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args, directory=str(DIST))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        # An address within the console is its one page.
        if not (DIST / self.path.lstrip("/").split("?")[0]).is_file():
            self.path = "/index.html"
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def console_site() -> Iterator[str]:
    """Serves the built console; yields its address."""
    built()
    server = ThreadingHTTPServer(("127.0.0.1", 0), StaticPage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
