"""The producer of everything that must arrive: points, changes, verdicts."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, SaslAuthenticationFailedError

from swirl.kafka.delivery import RETRY_SECONDS, NotDelivered, Paused, RecordLost
from swirl.kafka.denied import denied
from swirl.kafka.making import make
from swirl.kafka.options import client_options
from swirl.kafka.probe import trouble_of
from swirl.kafka.trouble import WRITE_RIGHTS
from swirl.wire.kafka import KafkaSettings

_CONNECT_MS = 2_000
_DELIVERY_MS = 600_000
_REMEMBERED = 1_000

_Record = tuple[str, bytes, bytes]


class DurableProducer:
    """A `Producer` that waits for all replicas, keeps order, and does not repeat itself.

    It is idempotent, connects at the first record and is made anew after a fatal error. Nothing but
    `deliver` takes time: at most its timeout, and `_CONNECT_MS` each to connect and to learn where
    the topic is.

    Args:
        settings: where Kafka is.
        clock: monotonic seconds.
    """

    def __init__(
        self, settings: KafkaSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._client: Any = None
        self._under_way: OrderedDict[_Record, Any] = OrderedDict()
        self._paused_until = float("-inf")

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        """See `Producer.deliver`."""
        record = topic, key, value
        paused = self._clock() < self._paused_until
        if record not in self._under_way:
            if paused:
                raise Paused(f"Kafka at {self._where} failed a moment ago")
            self._under_way[record] = self._send(record)
            while len(self._under_way) > _REMEMBERED:
                self._under_way.popitem(last=False)
        self._confirm(record, 0.0 if paused else timeout)

    def close(self) -> None:
        """See `Producer.close`."""
        client, self._client = self._client, None
        self._under_way.clear()
        if client is not None:
            # Records under way are given up on purpose, and flush reports just that.
            with contextlib.suppress(KafkaTimeoutError):
                client.close(timeout=0)

    def _send(self, record: _Record) -> Any:
        topic, key, value = record
        client = self._connected()
        try:
            return client.send(topic, value, key=key)
        except (KafkaTimeoutError, OSError) as error:
            raise self._pause(self._why(f"{topic} cannot be reached: {error}")) from error
        except KafkaError as error:
            raise self._failed(error, topic, "refused") from error

    def _confirm(self, record: _Record, timeout: float) -> None:
        future = self._under_way[record]
        try:
            future.get(timeout=timeout)
        except KafkaError as error:
            if not future.is_done:
                why = f"no answer within {timeout:g} s"
                # Who only looks whether it is there by now must not be kept waiting.
                raise self._pause(
                    self._why(why) if timeout else f"Kafka at {self._where}: {why}"
                ) from error
            raise self._failed(error, record[0], "lost") from error
        del self._under_way[record]

    def _connected(self) -> Any:
        if self._client is None:
            if (trouble := trouble_of(self._settings)) is not None:
                raise self._pause(trouble)
            try:
                self._client = make(
                    KafkaProducer,
                    **client_options(self._settings),
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=0,
                    bootstrap_timeout_ms=_CONNECT_MS,
                    max_block_ms=_CONNECT_MS,
                    delivery_timeout_ms=_DELIVERY_MS,
                )
            except (KafkaError, OSError) as error:
                raise self._pause(self._why(f"{type(error).__name__}: {error}")) from error
        return self._client

    def _failed(self, error: KafkaError, topic: str, did: str) -> NotDelivered | RecordLost:
        self._start_anew()
        if (sentence := denied(error, self._settings, [topic], WRITE_RIGHTS)) is not None:
            # As with a password: whoever minds the broker may let us in at any time.
            return self._pause(sentence)
        if isinstance(error, SaslAuthenticationFailedError):
            # Who we are has nothing to do with the record, and a password may be replaced.
            return self._pause(self._why(str(error)))
        return RecordLost(f"Kafka at {self._where} {did} a record of {topic}: {error}")

    def _start_anew(self) -> None:
        # After a lost record an idempotent producer may refuse all that follow.
        self.close()
        self._paused_until = self._clock() + RETRY_SECONDS

    def _pause(self, why: str) -> NotDelivered:
        self._paused_until = self._clock() + RETRY_SECONDS
        return NotDelivered(why)

    def _why(self, otherwise: str) -> str:
        """What keeps us out, as far as a knock at the door shows it."""
        return trouble_of(self._settings, beyond=True) or self._plain(otherwise)

    def _plain(self, why: str) -> str:
        return f"Kafka at {self._where}: {why}"

    @property
    def _where(self) -> str:
        return ",".join(self._settings.servers)
