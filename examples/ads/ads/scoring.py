"""Asks the model server about one tweet, through the moments in which it does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 0.05


class Unserved(Exception):
    """The model server gave no answer in any attempt; the message says why."""


class Scorer:
    """A client of one ModelServer; safe for use by many threads, which share its connections."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 2.0,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._client = httpx.Client(timeout=timeout, transport=transport)
        self._sleep = sleep

    def label(self, text: str) -> str:
        """The label that the model predicts.

        Raises:
            Unserved: after `ATTEMPTS` failures; the waits between them double.
        """
        failure = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(_FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
            try:
                response = self._client.post(self._url, json={"text": text})
            except httpx.TransportError as error:
                failure = f"{type(error).__name__}: {error}"
                continue
            if response.status_code < 500:
                response.raise_for_status()
                return str(response.json()["predictedLabel"])
            failure = f"HTTP {response.status_code}: {response.text[:200]}"
        raise Unserved(failure)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
