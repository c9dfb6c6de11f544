"""Notices that what a stream proves itself to Kafka with was replaced.

Swirl's own clients read certificates and the password at each connection. Spark's client, which is
Kafka's in Java, keeps for as long as a query lives what it was given at the beginning. So a stream
ends when that is out of date, and goes on in another attempt from where its checkpoint is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from swirl.wire.exits import DriverExit
from swirl.wire.outcome import Outcome
from swirl.wire.reasons import OutcomeReason

logger = logging.getLogger(__name__)

RENEWED = (
    Outcome(
        "Failed",
        OutcomeReason.PLATFORM_ERROR,
        "Kafka's certificates or password were replaced: the stream goes on in another attempt, "
        "which has the new ones",
    ),
    DriverExit.FAILED,
)
"""How an attempt ends whose credentials are out of date; such an end is never counted."""

_LOOK_SECONDS = 10.0


class Renewal:
    """Looks at the files until they change.

    Args:
        fingerprint: of what is in them.
        needed: whether Spark was given any of it.
        renew: called once, from a thread of its own, when they have changed.

    Attributes:
        replaced: whether they have.
    """

    def __init__(
        self,
        fingerprint: Callable[[], str],
        needed: Callable[[], bool],
        renew: Callable[[], object],
    ) -> None:
        self.replaced = False
        self._fingerprint = fingerprint
        self._needed = needed
        self._renew = renew
        self._stop = threading.Event()
        self._first = fingerprint()
        self._thread = threading.Thread(target=self._run, name="swirl-renewal", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                changed = self._fingerprint() != self._first
            except OSError as error:
                # What cannot be read now was not replaced by something better.
                logger.warning("Kafka's certificates and password cannot be looked at: %s", error)
                continue
            if changed and self._needed():
                logger.info("Kafka's certificates or password were replaced")
                self.replaced = True
                self._renew()
                return
