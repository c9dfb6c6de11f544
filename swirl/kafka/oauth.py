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
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO

from kafka.net.sasl.oauth import AbstractTokenProvider

from swirl.kafka.files import present
from swirl.wire.kafka import KafkaSettings

_TIMEOUT_SECONDS = 5.0
_EARLY_SECONDS = 30.0
"""A token that ends sooner is not begun with."""
_LONGEST_ANSWER = 1 << 20


class NoToken(Exception):
    """The server gives no token; the message says which server, why and what to do."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Whoever is sent on would be shown the client's secret, wherever that is."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


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
            opener = urllib.request.build_opener(
                urllib.request.HTTPSHandler(context=self._context()), _NoRedirects
            )
            with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                body = json.loads(answer.read(_LONGEST_ANSWER))
            return str(body["access_token"]), float(body.get("expires_in", 60))
        except urllib.error.HTTPError as error:
            with error:
                raise NoToken(f"{where}: it answers {_answer(error)}") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NoToken(f"{where}: the answer has no access_token; correct the URL") from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or f"{type(error).__name__}: {error}"
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


def _answer(error: urllib.error.HTTPError) -> str:
    if 300 <= error.code < 400:
        return f"{error.code}, which sends on to another place; give that URL instead"
    try:
        said = " ".join(error.read(200).decode(errors="replace").split())
    except (OSError, HTTPException):
        said = ""
    return " ".join(filter(None, (str(error.code), said))) + "; correct the client's id and secret"
