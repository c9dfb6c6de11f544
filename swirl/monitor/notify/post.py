"""One HTTP POST to somebody outside: an answer of 2xx is a success, anything else a sentence."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from typing import IO
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5.0
_QUOTED = 200


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
    parts = urlsplit(url)
    # A path may be all that a receiver knows its sender by.
    place = f"{parts.scheme}://{parts.hostname}"
    given = {"Content-Type": "application/json", "User-Agent": "swirl-monitor", **(headers or {})}
    request = urllib.request.Request(url, data=body, headers=given, method="POST")
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        with error:
            raise NotSent(f"{place} answers {error.code}{_said(error)}") from error
    except urllib.error.URLError as error:
        raise NotSent(f"{place} does not answer: {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotSent(f"{place} does not answer: {error!r}") from error


def _said(error: urllib.error.HTTPError) -> str:
    if 300 <= error.code < 400:
        return f", which sends on to {error.headers.get('Location')}: give that URL instead"
    try:
        text = " ".join(error.read(_QUOTED).decode(errors="replace").split())
    except (OSError, HTTPException):
        return ""
    return f": {text}" if text else ""
