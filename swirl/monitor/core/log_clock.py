"""The time of the log, which is the time of day for an engine that reads it.

An engine that starts late reads hours of log in seconds, and must come to the same conclusions as
one that was there all along.
"""

from __future__ import annotations

GAP_MS = 15_000
SETTLE_MS = 10_000


class LogClock:
    """What time it is for the engine, by the log.

    After a time in which nobody could write, as Kafka was away, the writers deliver what they have
    kept. Were the engine's clock to jump to the present at once, all that would be late, and the
    outage of Kafka would pass for a silence of the pipeline. So the clock stands still until they
    have had time to do so. In the log such an outage shows as a gap.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._gap_until = 0
        self._outage_until = 0

    def record(self, timestamp: int) -> int | None:
        """Time at a record, ms; None while the clock stands still."""
        if self._last is not None and timestamp - self._last > GAP_MS:
            self._gap_until = timestamp + SETTLE_MS
        self._last = timestamp if self._last is None else max(self._last, timestamp)
        return None if timestamp < self._gap_until else timestamp

    def live(self, now: int) -> int | None:
        """Time at the end of the log, ms; None while the clock stands still."""
        return None if now < max(self._gap_until, self._outage_until) else now

    def outage_ended(self, now: int) -> None:
        """Kafka answers again after it did not."""
        self._outage_until = now + SETTLE_MS
