"""Reports progress as an annotation on the driver's own Pod, seldom enough to be harmless."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import ApiError
from swirl.kube.request import merge
from swirl.kube.resources import PODS
from swirl.wire.labels import PROGRESS
from swirl.wire.progress import Progress

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 2.0

_TIMEOUT_SECONDS = 2.0

Send = Callable[[Progress], None]
"""Sends one report; raises ApiError if that fails."""


class ProgressReporter:
    """Sends the latest progress from a background thread; what is overtaken is never sent.

    Args:
        send: None keeps reports in the log.
        interval: least seconds between two reports.
    """

    def __init__(self, send: Send | None, interval: float = INTERVAL_SECONDS) -> None:
        self._send = send
        self._interval = interval
        self._latest: Progress | None = None
        self._failed = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def report(self, fraction: float, message: str = "") -> None:
        """Note progress; returns at once and never fails for what the cluster does.

        Args:
            fraction: 0 to 1; values outside are moved to the nearer end.
            message: what is being done, for people.
        """
        progress = Progress.of(float(fraction), message)
        logger.info("progress %d%% %s", progress.percent, message)
        if self._send is None:
            return
        with self._changed:
            self._latest = progress
            self._changed.notify()
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(
                    target=self._run, args=(self._send,), name="swirl-progress", daemon=True
                )
                self._thread.start()

    def close(self, timeout: float = 3.0) -> None:
        """Send what was not sent yet, for at most `timeout` seconds, and stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _run(self, send: Send) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._latest is not None or self._closing)
                latest, self._latest = self._latest, None
            if latest is None:
                return
            self._try(send, latest)
            end = time.monotonic() + self._interval
            with self._changed:
                self._changed.wait_for(lambda: self._closing, end - time.monotonic())

    def _try(self, send: Send, progress: Progress) -> None:
        try:
            send(progress)
        except ApiError as error:
            if not self._failed:
                logger.warning(
                    "progress is not reported: %s; the job goes on. The driver's service account "
                    "needs the verb patch on pods",
                    error,
                )
            self._failed = True
        else:
            self._failed = False


def to_pod(namespace: str | None, name: str | None, environ: Mapping[str, str]) -> Send | None:
    """Return how to report to a Pod; None outside of a cluster.

    Args:
        namespace, name: of the Pod; None outside of a cluster.
        environ: says where the API server is and who asks; see `swirl.kube.account`.
    """
    account = Account.of(environ)
    if account is None or account.token is None or not (namespace and name):
        return None
    client = Client(account, agent="swirl-driver", timeout=_TIMEOUT_SECONDS)

    def send(progress: Progress) -> None:
        annotations = {PROGRESS: progress.to_json()}
        client.send(merge(PODS, namespace, name, {"metadata": {"annotations": annotations}}))

    return send
