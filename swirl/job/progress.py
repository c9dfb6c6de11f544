"""Reports progress as an annotation on the driver's own Pod, seldom enough to be harmless."""

from __future__ import annotations

import json
import logging
import os
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from swirl.wire.labels import PROGRESS
from swirl.wire.progress import Progress

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 2.0

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

Patch = Callable[[bytes], None]
"""Sends a JSON merge patch for the Pod; raises OSError or HTTPException if that fails."""


class ProgressReporter:
    """Sends the latest progress from a background thread; what is overtaken is never sent.

    Args:
        patch: sends one report; None keeps reports in the log.
        interval: least seconds between two reports.
    """

    def __init__(self, patch: Patch | None, interval: float = INTERVAL_SECONDS) -> None:
        self._patch = patch
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
        if self._patch is None:
            return
        with self._changed:
            self._latest = progress
            self._changed.notify()
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(
                    target=self._run, args=(self._patch,), name="swirl-progress", daemon=True
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

    def _run(self, patch: Patch) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._latest is not None or self._closing)
                latest, self._latest = self._latest, None
            if latest is None:
                return
            self._send(patch, latest)
            end = time.monotonic() + self._interval
            with self._changed:
                self._changed.wait_for(lambda: self._closing, end - time.monotonic())

    def _send(self, patch: Patch, progress: Progress) -> None:
        try:
            patch(merge_patch(progress))
        except (OSError, HTTPException) as error:
            if not self._failed:
                logger.warning(
                    "progress is not reported: %s; the job goes on. The driver's service account "
                    "needs the verb patch on pods",
                    error,
                )
            self._failed = True
        else:
            self._failed = False


def merge_patch(progress: Progress) -> bytes:
    """Return the JSON merge patch that puts progress on a Pod."""
    return json.dumps({"metadata": {"annotations": {PROGRESS: progress.to_json()}}}).encode()


def pod_patch(account: Path = _ACCOUNT) -> Patch | None:
    """Return how to patch the Pod this process runs in; None outside of a cluster.

    Args:
        account: folder of the service account's `token` and `ca.crt`.
    """
    host, port = (os.environ.get(f"KUBERNETES_SERVICE_{part}") for part in ("HOST", "PORT"))
    namespace, pod = (os.environ.get(f"SWIRL_POD_{part}") for part in ("NAMESPACE", "NAME"))
    if not (host and port and namespace and pod and (account / "token").is_file()):
        return None
    address = f"[{host}]" if ":" in host else host
    url = f"https://{address}:{port}/api/v1/namespaces/{namespace}/pods/{pod}"
    context = ssl.create_default_context(cafile=str(account / "ca.crt"))

    def patch(body: bytes) -> None:
        # The token is read each time: the kubelet replaces it before it expires.
        token = (account / "token").read_text().strip()
        request = urllib.request.Request(
            url,
            data=body,
            method="PATCH",
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/merge-patch+json",
            },
        )
        with urllib.request.urlopen(request, timeout=2, context=context) as response:
            response.read()

    return patch
