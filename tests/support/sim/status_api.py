"""An API server that knows one path: the status of a monitor. It records what is sent to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Request:
    """One request that came in."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class FakeApi:
    """What came in and what to answer: `answers` one by one, then 200."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    stored: dict[str, Any] = field(default_factory=dict)

    @property
    def patches(self) -> list[Request]:
        return [item for item in self.requests if item.method == "PATCH"]

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The verdicts that were written."""
        return [item.body["status"]["verdict"] for item in self.patches]


@contextmanager
def serving() -> Iterator[FakeApi]:
    """Serve on loopback for the time of the block."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._handle()

        def do_PATCH(self) -> None:
            self._handle()

        def _handle(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body: Any = json.loads(raw) if raw else None
            headers = {key.lower(): value for key, value in self.headers.items()}
            query = parse_qs(parts.query)
            api.requests.append(Request(self.command, parts.path, query, headers, body))
            code = api.answers.pop(0) if api.answers else 200
            if self.command == "PATCH" and code == 200:
                api.stored = body
            answer = json.dumps(api.stored if code == 200 else {"message": "no"}).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield api
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
