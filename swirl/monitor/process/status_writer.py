"""Writes the verdict into the monitor's status, by server-side apply on the status subresource."""

from __future__ import annotations

import logging
import time

from pydantic import ValidationError

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitor, SwirlMonitorStatus, Verdict
from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import ApiError, ServerError, TooManyRequests, Unreachable
from swirl.kube.request import apply, get
from swirl.kube.resources import Resource
from swirl.wire.group import API_VERSION, GROUP, MONITOR_MANAGER, VERSION
from swirl.wire.times import Millis, millis_to_rfc3339

logger = logging.getLogger(__name__)

_MONITORS = Resource(GROUP, VERSION, SwirlMonitor.plural, SwirlMonitor.kind)
_TIMEOUT_SECONDS = 5.0
_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)


class ApiUnavailable(Exception):
    """The API server does not answer; try again later."""


class StatusWriter:
    """The API server, as far as one monitor's status goes.

    Args:
        account: who asks, and whom.
        namespace, name: of the monitor.
    """

    def __init__(self, account: Account, namespace: str, name: str) -> None:
        self._client = Client(account, agent=MONITOR_MANAGER, timeout=_TIMEOUT_SECONDS)
        self._namespace = namespace
        self._name = name
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
            monitor = self._client.send(get(_MONITORS, self._namespace, self._name))
        except (Unreachable, ServerError, TooManyRequests) as error:
            raise ApiUnavailable(str(error)) from error
        except ApiError as error:
            logger.warning("the status cannot be read: %s", error)
            return None
        status = monitor.get("status")
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

    def _write(self, verdict: Verdict, read_from: Millis) -> str | None:
        monitor = {
            "apiVersion": API_VERSION,
            "kind": _MONITORS.kind,
            "metadata": {"name": self._name, "namespace": self._namespace},
            "status": {
                "verdict": verdict.model_dump(by_alias=True, exclude_none=True),
                "readFrom": millis_to_rfc3339(read_from),
            },
        }
        try:
            self._client.send(
                apply(_MONITORS, monitor, manager=MONITOR_MANAGER, force=True, subresource="status")
            )
        except ApiError as error:
            return str(error)
        return None
