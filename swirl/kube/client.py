"""A client for processes that have something to say to the API server now and then.

It stands on the standard library alone, so that it costs the image of a driver nothing, and keeps
no connection open: a request every few seconds is not worth one.
"""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlencode

from swirl.kube import answer
from swirl.kube.account import Account
from swirl.kube.errors import Unreachable
from swirl.kube.request import Object, Request


class Client:
    """Sends requests as a service account; may be used by several threads.

    Args:
        account: who asks, and whom.
        agent: the program that asks, for the API server's log.
        timeout: seconds without a sign of life after which there is no answer.
    """

    def __init__(self, account: Account, *, agent: str, timeout: float) -> None:
        self._account = account
        self._agent = agent
        self._timeout = timeout
        self._tls = (
            ssl.create_default_context(cafile=account.ca_file)
            if account.server.startswith("https")
            else None
        )

    def send(self, request: Request) -> Object:
        """Return the object that is answered.

        Raises:
            ApiError: what is answered is an error, or nothing (`Unreachable`).
        """
        try:
            code, text, retry_after = self._exchange(request)
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{request}: {error!r}") from error
        return answer.read(request, code, text, retry_after)

    def _exchange(self, request: Request) -> tuple[int, str, str | None]:
        url = self._account.server + request.path
        if request.parameters:
            url += f"?{urlencode(request.parameters)}"
        headers = request.headers(self._agent)
        if token := self._account.token:
            headers["Authorization"] = f"Bearer {token}"
        made = urllib.request.Request(
            url, data=request.data, method=request.method, headers=headers
        )
        try:
            response = urllib.request.urlopen(made, timeout=self._timeout, context=self._tls)
        except urllib.error.HTTPError as error:
            # An answer like any other: what it says is in its body.
            response = error
        with response:
            text = response.read().decode(errors="replace")
            return response.status, text, response.headers.get("Retry-After")
