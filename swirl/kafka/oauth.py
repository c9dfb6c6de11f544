"""Tokens for OAUTHBEARER: the grant of client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from kafka.net.sasl.oauth import AbstractTokenProvider

from swirl.kafka.files import present
from swirl.wire.kafka import KafkaSettings

_TIMEOUT_SECONDS = 5.0
_EARLY_SECONDS = 30.0
"""A token that ends sooner is not begun with."""
_LONGEST_ANSWER = 1 << 20


class NoToken(Exception):
    """The server gives no token; the message says which server, why and what to do."""


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]  # the library has no types
    """Gets tokens, and keeps one for as long as it is good.

    Args:
        settings: of OAUTHBEARER.
        clock: monotonic seconds.
    """

    def __init__(
        self, settings: KafkaSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = float("-inf")

    def token(self) -> str:
        """Return a token that is good now.

        Raises:
            NoToken: there is none to be had.
        """
        with self._lock:
            if self._clock() >= self._good_until:
                self._token, seconds = self._ask()
                self._good_until = self._clock() + seconds - min(_EARLY_SECONDS, seconds / 2)
            return self._token

    def forget(self) -> None:
        """Get another one next time: this one was refused."""
        with self._lock:
            self._good_until = float("-inf")

    def _ask(self) -> tuple[str, float]:
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if settings.token_scope:
            form["scope"] = settings.token_scope
        request = urllib.request.Request(
            str(settings.token_url),
            data=urllib.parse.urlencode(form).encode(),
            headers={"Authorization": f"Basic {self._secret()}", "Accept": "application/json"},
        )
        where = f"no token from {settings.token_url} for client {settings.username}"
        try:
            with urllib.request.urlopen(
                request, timeout=_TIMEOUT_SECONDS, context=self._context()
            ) as answer:
                body = json.loads(answer.read(_LONGEST_ANSWER))
            return str(body["access_token"]), float(body.get("expires_in", 60))
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(200).decode(errors="replace").strip()
            raise NoToken(
                f"{where}: it answers {error.code} {said}; correct the client's id and secret"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise NoToken(f"{where}: the answer has no access_token; correct the URL") from error
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise NoToken(f"{where}: {reason}; correct the URL, or wait for it") from error

    def _secret(self) -> str:
        secret = Path(str(self._settings.password_file)).read_text().rstrip("\r\n")
        # Form-encoded before they are joined, as the RFC has it: either may hold a colon.
        pair = f"{urllib.parse.quote_plus(str(self._settings.username))}:"
        pair += urllib.parse.quote_plus(secret)
        return base64.b64encode(pair.encode()).decode()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if (authority := present(self._settings.ca_file)) is not None:
            context.load_verify_locations(authority)
        return context
