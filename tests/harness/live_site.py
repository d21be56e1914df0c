"""The built console with a gateway of tables that also streams: for pages that are pushed to."""

from __future__ import annotations

import json
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

from tests.harness.console_site import StaticPage, built

Json = dict[str, object]
Answer = object

KEEP_ALIVE_S = 5.0


class Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, code: str, reason: str, message: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.body = {"code": code, "reason": reason, "message": message}


class LiveSite:
    """Answers from `answers` (path -> JSON, or what makes it of the body), streams what is pushed.

    A stream's first message is what `snapshots` makes of the present.
    """

    def __init__(self) -> None:
        self.address = ""
        self.answers: dict[str, Answer] = {}
        self.snapshots: dict[str, Callable[[], object]] = {}
        self.asked: list[tuple[str, Json]] = []
        self._readers: dict[str, list[queue.SimpleQueue[str | None]]] = defaultdict(list)
        self._lock = threading.Lock()
        self.closing = False

    def push(self, method: str, message: object) -> None:
        """Sends a message to everybody who follows the stream."""
        event = _event("message", message)
        with self._lock:
            for reader in self._readers[method]:
                reader.put(event)

    def requests(self, method: str) -> list[Json]:
        """What was asked of an RPC so far."""
        return [body for path, body in self.asked if path == f"/api/rpc/{method}"]

    def answer(self, path: str, body: Json) -> tuple[int, object]:
        """Status and JSON of a request."""
        self.asked.append((path, body))
        if path not in self.answers:
            return 404, {"code": "NOT_FOUND", "reason": "NO_ROUTE", "message": path}
        answer = self.answers[path]
        try:
            return 200, answer(body) if callable(answer) else answer
        except Refusal as refusal:
            return refusal.status, refusal.body

    def follow(self, method: str) -> Iterator[str]:
        """The events of one connection, without an end."""
        mine: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._lock:
            self._readers[method].append(mine)
            make = self.snapshots.get(method)
            yield _event("snapshot", make() if make else {})
        try:
            while not self.closing:
                try:
                    event = mine.get(timeout=KEEP_ALIVE_S)
                except queue.Empty:
                    event = _event("alive", {})
                if event is None:
                    return
                yield event
        finally:
            with self._lock:
                self._readers[method].remove(mine)

    def close(self) -> None:
        """Ends every stream."""
        self.closing = True
        with self._lock:
            for readers in self._readers.values():
                for reader in readers:
                    reader.put(None)


def _event(kind: str, message: object) -> str:
    return f"event: {kind}\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"


def _handler(site: LiveSite) -> type[StaticPage]:
    class Handler(StaticPage):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path.startswith("/api/stream/"):
                self._stream(path.removeprefix("/api/stream/"))
            elif path.startswith("/api/"):
                self._answer(path, {})
            else:
                super().do_GET()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(self.path, json.loads(body) if body else {})

        def _answer(self, path: str, body: Json) -> None:
            status, answer = site.answer(path, body)
            data = json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, method: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            try:
                for event in site.follow(method):
                    self.wfile.write(event.encode())
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@contextmanager
def live_site() -> Iterator[LiveSite]:
    """Serves the built console and a gateway of tables on one address."""
    built()
    site = LiveSite()
    server = _Server(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.close()
        server.shutdown()
        thread.join()
        server.server_close()
