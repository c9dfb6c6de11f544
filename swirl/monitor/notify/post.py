"""One HTTP POST to somebody outside: an answer of 2xx is a success, anything else a sentence."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException, InvalidURL
from typing import IO
from urllib.parse import SplitResult, unquote, urlsplit

_TIMEOUT_SECONDS = 5.0
_QUOTED = 200
_LONG_ENOUGH_TO_BE_SECRET = 16


class NotSent(Exception):
    """It was not taken; the message says what the other side did, and names no secret path."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A POST that is sent on becomes a GET without a body, and would pass for delivered."""

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


_OPENER = urllib.request.build_opener(_NoRedirects)


def post(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    """Post JSON.

    Raises:
        NotSent: nobody answers in time, or not with 2xx.
    """
    try:
        parts = urlsplit(url)
        request = urllib.request.Request(url, data=body, headers=_headers(headers), method="POST")
    except ValueError:
        # What is wrong with it is said with all of it.
        raise NotSent("the URL is none; correct it") from None
    # A path may be all that a receiver knows its sender by.
    place = f"{parts.scheme}://{parts.hostname}"
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        with error:
            raise NotSent(f"{place} answers {error.code}{_said(error, parts)}") from error
    except urllib.error.URLError as error:
        raise NotSent(f"{place} does not answer: {error.reason}") from error
    except (InvalidURL, ValueError):
        raise NotSent(
            f"the URL at {place} cannot be used; write it without user, blanks and letters beyond "
            "ASCII"
        ) from None
    except (OSError, HTTPException) as error:
        raise NotSent(f"{place} does not answer: {error!r}") from error


def _headers(more: Mapping[str, str] | None) -> dict[str, str]:
    return {"Content-Type": "application/json", "User-Agent": "swirl-monitor", **(more or {})}


def _said(error: urllib.error.HTTPError, asked: SplitResult) -> str:
    if 300 <= error.code < 400:
        return f", which sends on{_elsewhere(error.headers.get('Location'))}: give that URL instead"
    try:
        text = " ".join(error.read(_QUOTED).decode(errors="replace").split())
    except (OSError, HTTPException):
        return ""
    # Many a server repeats what it was asked for.
    return f": {text}" if text and not _tells_of(asked, text) else ""


def _elsewhere(location: str | None) -> str:
    """Where to, without the path, which is most often the one that was asked for."""
    try:
        parts = urlsplit(location or "")
    except ValueError:
        return ""
    return f" to {parts.scheme}://{parts.hostname}" if parts.hostname else " to another path"


def _tells_of(asked: SplitResult, text: str) -> bool:
    secret = [asked.path.rstrip("/"), unquote(asked.path).rstrip("/"), asked.query]
    secret += [part for part in asked.path.split("/") if len(part) >= _LONG_ENOUGH_TO_BE_SECRET]
    return any(part and part in text for part in secret)
