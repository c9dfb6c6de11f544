"""Writes the verdict into the monitor's status, by server-side apply on the status subresource."""

from __future__ import annotations

import json
import logging
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorStatus, Verdict
from swirl.wire.times import Millis, millis_to_rfc3339

logger = logging.getLogger(__name__)

FIELD_MANAGER = "swirl-monitor"
_API_VERSION = "swirl.dev/v1alpha1"
_TIMEOUT_SECONDS = 5.0
_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)


class ApiUnavailable(Exception):
    """The API server does not answer; try again later."""


class StatusWriter:
    """The API server, as far as one monitor's status goes.

    Args:
        api_url: the API server.
        account: folder of the service account. The token is read for each request, as the kubelet
            replaces it long before it runs out.
        namespace, name: of the monitor.
    """

    def __init__(self, api_url: str, account: Path, namespace: str, name: str) -> None:
        self._url = f"{api_url}/apis/{_API_VERSION}/namespaces/{namespace}/swirlmonitors/{name}"
        self._account = account
        self._namespace = namespace
        self._name = name
        authority = account / "ca.crt"
        verify: ssl.SSLContext | bool = True
        if authority.exists():
            verify = ssl.create_default_context(cafile=str(authority))
        self._client = httpx.Client(timeout=_TIMEOUT_SECONDS, verify=verify)
        self._wanted: tuple[Verdict, Millis] | None = None
        self._written: tuple[Verdict, Millis] | None = None
        self._failures = 0
        self._retry_at = 0.0
        self.writes = 0

    def read(self) -> SwirlMonitorStatus | None:
        """Return the status as it is now; None if there is none, or none that can be read.

        Raises:
            ApiUnavailable: there is no answer.
        """
        try:
            response = self._client.get(self._url, headers=self._headers())
        except httpx.HTTPError as error:
            raise ApiUnavailable(f"{type(error).__name__}: {error}") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise ApiUnavailable(f"HTTP {response.status_code}")
        if response.status_code != 200:
            logger.warning("the status cannot be read: HTTP %d", response.status_code)
            return None
        status = response.json().get("status")
        if status is None:
            return None
        try:
            return SwirlMonitorStatus.model_validate(status)
        except ValidationError as error:
            logger.warning(
                "the status cannot be read, the log is read as if there were none: %s", error
            )
            return None

    def offer(self, verdict: Verdict, read_from: Millis) -> None:
        """Take what the status should hold."""
        self._wanted = verdict, read_from

    def flush(self) -> None:
        """Write the status if it is not as wanted; a failure is logged and tried again later."""
        if self._wanted is None or self._wanted == self._written:
            return
        if time.monotonic() < self._retry_at:
            return
        failure = self._write(*self._wanted)
        if failure is None:
            self._written = self._wanted
            self._failures = 0
            self.writes += 1
            return
        wait = _RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS) - 1)]
        self._failures += 1
        self._retry_at = time.monotonic() + wait
        logger.warning("the status was not written, next attempt in %g s: %s", wait, failure)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _write(self, verdict: Verdict, read_from: Millis) -> str | None:
        body: dict[str, Any] = {
            "apiVersion": _API_VERSION,
            "kind": "SwirlMonitor",
            "metadata": {"name": self._name, "namespace": self._namespace},
            "status": {
                "verdict": verdict.model_dump(by_alias=True, exclude_none=True),
                "readFrom": millis_to_rfc3339(read_from),
            },
        }
        try:
            response = self._client.patch(
                f"{self._url}/status",
                params={"fieldManager": FIELD_MANAGER, "force": "true"},
                content=json.dumps(body),
                headers={**self._headers(), "Content-Type": "application/apply-patch+yaml"},
            )
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}"
        if response.is_success:
            return None
        return f"HTTP {response.status_code}: {response.text[:500]}"

    def _headers(self) -> dict[str, str]:
        token = self._account / "token"
        if not token.exists():
            return {}
        return {"Authorization": f"Bearer {token.read_text().strip()}"}
