"""Writes the verdict into the monitor's status, by server-side apply on the status subresource."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from swirl.api.v1alpha1.swirlmonitor import (
    Incident,
    SwirlMonitor,
    SwirlMonitorStatus,
    Verdict,
)
from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import ApiError, NotFound, ServerError, TooManyRequests, Unreachable
from swirl.kube.request import apply, get
from swirl.kube.resources import Resource
from swirl.wire.group import API_VERSION, GROUP, MONITOR_MANAGER, VERSION
from swirl.wire.times import Millis, millis_to_rfc3339

logger = logging.getLogger(__name__)

_MONITORS = Resource(GROUP, VERSION, SwirlMonitor.plural, SwirlMonitor.kind)
_TIMEOUT_SECONDS = 5.0
_LONGEST = 1000
_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)


class ApiUnavailable(Exception):
    """The API server does not answer; try again later."""


@dataclass(frozen=True, slots=True)
class _Report:
    """All that the engine writes; what is left out of an apply would be taken away."""

    verdict: Verdict | None = None
    read_from: str | None = None
    incidents: tuple[Incident, ...] = ()
    trouble: str | None = None


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
        self._wanted: _Report | None = None
        self._written: _Report | None = None
        self._failures = 0
        self._retry_at = 0.0
        self.writes = 0
        self.resumed: SwirlMonitorStatus | None = None

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

    def is_gone(self) -> bool:
        """Whether the monitor is deleted, or being deleted; False if nobody can tell."""
        try:
            monitor = self._client.send(get(_MONITORS, self._namespace, self._name))
        except NotFound:
            return True
        except ApiError as error:
            logger.warning("whether the monitor still exists cannot be told: %s", error)
            return False
        return bool(monitor["metadata"].get("deletionTimestamp"))

    def resume(self) -> None:
        """Begin with what an engine before this one has written; see `resumed`.

        Raises:
            ApiUnavailable: there is no answer.
        """
        status = self.resumed = self.read()
        if status is None:
            return
        report = _Report(status.verdict, status.read_from, tuple(status.incidents), status.trouble)
        if report != _Report():
            self._wanted = self._written = report

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """The incidents that the status is known to hold."""
        return self._written.incidents if self._written is not None else ()

    def offer(self, verdict: Verdict, read_from: Millis) -> None:
        """Take what the status should hold, besides the incidents."""
        before = self._wanted or _Report()
        self._wanted = replace(before, verdict=verdict, read_from=millis_to_rfc3339(read_from))

    def offer_trouble(self, sentence: str | None) -> None:
        """Take why Kafka cannot be read; None while it can."""
        said = None if sentence is None else sentence[:_LONGEST]
        if said is not None or self._wanted is not None:
            self._wanted = replace(self._wanted or _Report(), trouble=said)

    def offer_incidents(self, incidents: Sequence[Incident]) -> None:
        """Take the incidents that the status should hold beside its verdict."""
        if self._wanted is not None:
            self._wanted = replace(self._wanted, incidents=tuple(incidents))

    def flush(self) -> None:
        """Write the status if it is not as wanted; a failure is logged and tried again later."""
        if self._wanted is None or self._wanted == self._written:
            return
        if time.monotonic() < self._retry_at:
            return
        failure = self._write(self._wanted)
        if failure is None:
            self._written = self._wanted
            self._failures = 0
            self.writes += 1
            return
        wait = _RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS) - 1)]
        self._failures += 1
        self._retry_at = time.monotonic() + wait
        logger.warning("the status was not written, next attempt in %g s: %s", wait, failure)

    def _write(self, report: _Report) -> str | None:
        status: dict[str, object] = {}
        if report.verdict is not None:
            status["verdict"] = report.verdict.model_dump(by_alias=True, exclude_none=True)
        if report.read_from is not None:
            status["readFrom"] = report.read_from
        if report.trouble is not None:
            status["trouble"] = report.trouble
        if report.incidents:
            status["incidents"] = [
                incident.model_dump(by_alias=True, exclude_none=True)
                for incident in report.incidents
            ]
        monitor = {
            "apiVersion": API_VERSION,
            "kind": _MONITORS.kind,
            "metadata": {"name": self._name, "namespace": self._namespace},
            "status": status,
        }
        try:
            self._client.send(
                apply(_MONITORS, monitor, manager=MONITOR_MANAGER, force=True, subresource="status")
            )
        except ApiError as error:
            return str(error)
        return None
