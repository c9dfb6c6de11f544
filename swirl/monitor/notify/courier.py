"""Tells one destination of incidents, from a thread of its own.

It is given the incidents as the monitor's status holds them, so nobody is told what is not written;
what it was told is fetched from it and written in turn. Between the two it remembers, so that a
slow API server makes no notice go twice. What fails is tried again with growing waits, for as long
as the incident is kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from swirl.api.v1alpha1.swirlmonitor import Destination, Incident
from swirl.monitor.notify import alertmanager, webhook
from swirl.monitor.notify.incidents import Sent, revision_told
from swirl.monitor.notify.post import NotSent, post
from swirl.wire.times import Millis

logger = logging.getLogger(__name__)

_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
_IDLE_SECONDS = 60.0


class Receiver(Protocol):
    """Somebody who can be told of an incident."""

    @property
    def name(self) -> Destination:
        """Who."""

    @property
    def repeats(self) -> bool:
        """Whether it forgets, and has to be told again what it was told."""

    def relevant(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        """Return those that concern it, in the order of telling."""

    def tell(self, incident: Incident, told: int) -> None:
        """Tell of one.

        Raises:
            NotSent: it was not taken.
        """


class Alertmanagers:
    """All replicas of an Alertmanager; one of them that takes the alert is enough.

    Args:
        urls: of the replicas, without the path of the API.
        namespace, name: of the monitor.
        wall: time of day.
    """

    name: Destination = "Alertmanager"
    repeats = True

    def __init__(
        self, urls: Sequence[str], namespace: str, name: str, wall: Callable[[], Millis]
    ) -> None:
        self._urls = [url.rstrip("/") + alertmanager.PATH for url in urls]
        self._source = namespace, name
        self._wall = wall

    def relevant(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        """See `Receiver`. The latest one alone: those before it are the same alert, resolved."""
        return incidents[-1:]

    def tell(self, incident: Incident, told: int) -> None:
        """See `Receiver`."""
        body = alertmanager.alerts(incident, *self._source, self._wall())
        refusals = []
        for url in self._urls:
            try:
                post(url, body)
            except NotSent as error:
                refusals.append(str(error))
        if len(refusals) == len(self._urls):
            raise NotSent("; ".join(refusals))
        for refusal in refusals:
            logger.warning("one of the Alertmanagers was not told: %s", refusal)


class Webhook:
    """A receiver of signed notices.

    Args:
        url: None if the folder has it.
        folder: with the files `secret` and maybe `url`, which may change at any time.
        namespace, name: of the monitor.
        wall: time of day.
    """

    name: Destination = "Webhook"
    repeats = False

    def __init__(
        self, url: str | None, folder: Path, namespace: str, name: str, wall: Callable[[], Millis]
    ) -> None:
        self._url = url
        self._folder = folder
        self._source = namespace, name
        self._wall = wall

    def relevant(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        """See `Receiver`."""
        return incidents

    def tell(self, incident: Incident, told: int) -> None:
        """See `Receiver`."""
        try:
            secrets = webhook.secrets(self._read("secret"))
        except ValueError as error:
            raise NotSent(f"key `secret` of the webhook's Secret {error}") from error
        url = self._url or self._read("url").strip()
        if not url.startswith(("http://", "https://")):
            raise NotSent("key `url` of the webhook's Secret is no http or https URL")
        notice = webhook.notice(incident, told, *self._source)
        post(url, notice.body, webhook.headers(notice, secrets, self._wall() // 1000))

    def _read(self, key: str) -> str:
        try:
            return (self._folder / key).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise NotSent(
                f"the webhook's Secret has no key `{key}`, or is not there: create it in the "
                "monitor's namespace"
            ) from error


class Courier:
    """Tells one receiver, again and again until it is told.

    Args:
        receiver: who.
        clock: seconds, for the waits.
    """

    def __init__(self, receiver: Receiver, clock: Callable[[], float] = time.monotonic) -> None:
        self._receiver = receiver
        self._clock = clock
        self._changed = threading.Condition()
        self._incidents: tuple[Incident, ...] = ()
        self._results: list[Sent] = []
        self._told: dict[str, int] = {}
        self._failures = 0
        self._errors: dict[str, str] = {}
        self._again_at = 0.0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.delivered = 0
        self.failed = 0

    @property
    def name(self) -> Destination:
        """Whom it tells."""
        return self._receiver.name

    def start(self) -> None:
        """Work in a thread from now on."""
        name = f"swirl-{self.name.lower()}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def offer(self, incidents: Sequence[Incident]) -> None:
        """Take the incidents as they are written."""
        with self._changed:
            if tuple(incidents) == self._incidents:
                return
            if _news(incidents) - _news(self._incidents):
                # What is new does not wait because something old could not be told.
                self._again_at = 0.0
            self._incidents = tuple(incidents)
            self._told = {item.id: self._told.get(item.id, 0) for item in incidents}
            self._changed.notify_all()

    def collect(self) -> list[Sent]:
        """Return what was told, or tried in vain, since it was last asked."""
        with self._changed:
            results, self._results = self._results, []
            return results

    def waiting(self) -> int:
        """Incidents with something that the receiver has not acknowledged yet."""
        with self._changed:
            relevant = self._receiver.relevant(self._incidents)
            return sum(self._last_told(item) < item.revision for item in relevant)

    def step(self) -> float:
        """Tell what is due; return for how many seconds there is nothing to do."""
        with self._changed:
            now, again_at = self._clock(), self._again_at
            if now < again_at:
                return again_at - now
            relevant = [
                (item, self._last_told(item)) for item in self._receiver.relevant(self._incidents)
            ]
            self._again_at = now + _IDLE_SECONDS
        for incident, told in relevant:
            if self._receiver.repeats or told < incident.revision:
                error = self._tell(incident, told)
                if error is not None:
                    return self._failed(incident, error)
        self._failures = 0
        return _IDLE_SECONDS

    def drain(self, seconds: float) -> None:
        """Wait until all is told, for so long at most."""
        end = time.monotonic() + seconds
        while self.waiting() and time.monotonic() < end:
            time.sleep(0.05)

    def close(self) -> None:
        """Stop; what was not told is told when the process is started again."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _tell(self, incident: Incident, told: int) -> str | None:
        try:
            self._receiver.tell(incident, told)
        except NotSent as error:
            self.failed += 1
            return str(error)
        mended = self._errors.pop(incident.id, None) is not None
        news = told < incident.revision
        if news:
            self.delivered += 1
            logger.info("%s was told of incident %s: %s", self.name, incident.id, incident.summary)
        with self._changed:
            self._told[incident.id] = incident.revision
            if news or mended:
                self._results.append(Sent(incident.id, self.name, incident.revision))
        return None

    def _failed(self, incident: Incident, error: str) -> float:
        wait = _RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS) - 1)]
        self._failures += 1
        with self._changed:
            self._again_at = self._clock() + wait
            if self._errors.get(incident.id) != error:
                # Said once: its retries would fill the log, and write the status each time.
                self._errors[incident.id] = error
                self._results.append(Sent(incident.id, self.name, incident.revision, error))
                logger.warning("%s was not told, will try again: %s", self.name, error)
        return wait

    def _last_told(self, incident: Incident) -> int:
        return max(revision_told(incident, self.name), self._told.get(incident.id, 0))

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                before = self._incidents
            wait = self.step()
            with self._changed:
                if not self._stopping and self._incidents == before:
                    self._changed.wait(timeout=wait)


def _news(incidents: Sequence[Incident]) -> set[tuple[str, int]]:
    return {(incident.id, incident.revision) for incident in incidents}
