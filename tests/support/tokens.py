"""A server that gives tokens for OAUTHBEARER, to whoever knows its client's secret."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote_plus


class Tokens:
    """What the server gives, and to whom.

    Attributes:
        url: where it is asked.
        secret: of the client; may be changed.
        given: how many tokens it has given.
        sends_on_to: another place that who asks is sent on to; None to answer.
        raw: what is answered instead of HTTP.
    """

    def __init__(self, subject: str, secret: str) -> None:
        self.subject = subject
        self.secret = secret
        self.given = 0
        self.sends_on_to: str | None = None
        self.raw = b""
        self.url = ""

    def answer(
        self, authorization: str, form: dict[str, list[str]]
    ) -> tuple[int, dict[str, object]]:
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (self.subject, self.secret):
            return 401, {"error": "invalid_client"}
        assert form["grant_type"] == ["client_credentials"]
        self.given += 1
        now = int(time.time())
        claims = {"sub": self.subject, "iat": now, "exp": now + 300}
        # What a broker without keys takes: a token that nobody has signed.
        token = f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300}


def _encoded(body: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@contextmanager
def running(subject: str, secret: str) -> Iterator[Tokens]:
    """Run the server for the time of the block."""
    tokens = Tokens(subject, secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if tokens.raw:
                self.wfile.write(tokens.raw)
                return
            if tokens.sends_on_to is not None:
                self.send_response(302)
                self.send_header("Location", tokens.sends_on_to)
                self.end_headers()
                return
            code, answer = tokens.answer(self.headers["Authorization"], parse_qs(body))
            data = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        tokens.url = f"http://127.0.0.1:{server.server_address[1]}/token"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield tokens
        finally:
            server.shutdown()
            thread.join()
