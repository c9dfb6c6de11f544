"""Somebody who is posted to: keeps what comes, and answers as told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Post:
    """One POST that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def signed_by(self, secret: bytes) -> bool:
        """Whether one of its signatures is this secret's, as docs/on-call.md says to check."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        mac = hmac.new(secret, signed + self.body, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(mac).decode()}"
        given = self.headers["webhook-signature"].split()
        return any(hmac.compare_digest(item, wanted) for item in given)


@dataclass
class Receiver:
    """What came in and what to answer: `answers` one by one, then 200.

    Whoever is not successful is told `text`, and by some answers sent on to `location`.
    """

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    text: str = "not today"
    location: str = "/elsewhere"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on loopback for the time of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {key.lower(): value for key, value in self.headers.items()}
            receiver.posts.append(Post(self.path, headers, body))
            code = receiver.answers.pop(0) if receiver.answers else 200
            text = b"" if code < 300 else receiver.text.encode()
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        # What a client makes of a POST that is sent on.
        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield receiver
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
