"""A Kubernetes API server that keeps one object and records what it is asked."""

from __future__ import annotations

import json
import ssl
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
class Answer:
    """An answer in all its words."""

    code: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeApi:
    """What came in and what to answer: `answers` one by one, then 200 with what is stored."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answers: list[int | Answer] = field(default_factory=list)
    stored: dict[str, Any] = field(default_factory=dict)

    @property
    def patches(self) -> list[Request]:
        return [item for item in self.requests if item.method == "PATCH"]

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """The verdicts that were written."""
        statuses = [item.body["status"] for item in self.patches]
        return [status["verdict"] for status in statuses if "verdict" in status]


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[FakeApi]:
    """Serve on loopback for the time of the block; over TLS if told how."""
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._handle()

        def do_POST(self) -> None:
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
            answer = api.answers.pop(0) if api.answers else 200
            if isinstance(answer, int):
                if self.command == "PATCH" and answer == 200:
                    api.stored = body
                said = api.stored if answer == 200 else {"message": "no"}
                answer = Answer(answer, json.dumps(said))
            text = answer.text.encode()
            self.send_response(answer.code)
            for name, value in {**answer.headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    api.url = f"{scheme}://127.0.0.1:{http.server_address[1]}"
    try:
        yield api
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
