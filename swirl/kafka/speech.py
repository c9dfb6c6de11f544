"""The questions of Kafka's protocol with which every connection begins."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

_METADATA, _MECHANISM, _VERSIONS, _AUTHENTICATE = 3, 17, 18, 36
_LONGEST = 1 << 20


class EndOfConversation(Exception):
    """The other side has left, or speaks something else."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a broker says of its cluster.

    Attributes:
        brokers: host and port of each, where clients are sent on to.
        topics: Kafka's error code of each that was asked for.
    """

    brokers: list[tuple[str, int]]
    topics: dict[str, int]


class Connection(Protocol):
    """What is used of a socket."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""

    def recv(self, size: int, /) -> bytes:
        """Receive some; nothing at the end."""


class Conversation:
    """Asks one question after the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked = 0

    def ask_versions(self) -> None:
        """Ask what everybody may ask before they say who they are."""
        self._ask(_VERSIONS, 0, b"")

    def ask_mechanism(self, name: str) -> tuple[int, list[str]]:
        """Ask for a SASL mechanism; returns Kafka's error code and the mechanisms on offer."""
        answer = _Reader(self._ask(_MECHANISM, 1, _text(name)))
        code = answer.number(">h")
        return code, [answer.text() for _ in range(answer.number(">i"))]

    def ask_in(self, proof: bytes) -> tuple[int, str, bytes]:
        """Take one step of the mechanism; returns the error code, why, and the other's step."""
        answer = _Reader(self._ask(_AUTHENTICATE, 0, struct.pack(">i", len(proof)) + proof))
        return answer.number(">h"), answer.text(), answer.take(answer.number(">i"))

    def ask_topics(self, names: Sequence[str]) -> Metadata:
        """Ask about topics, making none, and about brokers."""
        asked = struct.pack(">i", len(names)) + b"".join(map(_text, names)) + b"\0"
        answer = _Reader(self._ask(_METADATA, 4, asked))
        answer.number(">i")  # for how long to be quiet
        brokers = [answer.broker() for _ in range(answer.number(">i"))]
        answer.text()  # the cluster
        answer.number(">i")  # its controller
        return Metadata(brokers, dict(answer.topic() for _ in range(answer.number(">i"))))

    def _ask(self, api: int, version: int, body: bytes) -> bytes:
        self._asked += 1
        request = struct.pack(">hhi", api, version, self._asked) + _text("swirl") + body
        self._connection.sendall(struct.pack(">i", len(request)) + request)
        (length,) = struct.unpack(">i", self._receive(4))
        if not 4 <= length <= _LONGEST:
            raise EndOfConversation("what answers is no Kafka")
        answer = self._receive(length)
        if struct.unpack(">i", answer[:4]) != (self._asked,):
            raise EndOfConversation("what answers is no Kafka")
        return answer[4:]

    def _receive(self, size: int) -> bytes:
        return b"".join(self._chunks(size))

    def _chunks(self, size: int) -> Iterator[bytes]:
        while size:
            chunk = self._connection.recv(size)
            if not chunk:
                raise EndOfConversation("the other side has left")
            size -= len(chunk)
            yield chunk


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, size: int) -> bytes:
        if size > len(self._data):
            raise EndOfConversation("the answer is cut short")
        taken, self._data = self._data[: max(size, 0)], self._data[max(size, 0) :]
        return taken

    def number(self, form: str) -> int:
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(value)

    def text(self) -> str:
        return self.take(self.number(">h")).decode(errors="replace")

    def broker(self) -> tuple[str, int]:
        """Read the host and port of a broker, over its number and its rack."""
        self.take(4)
        host, port = self.text(), self.number(">i")
        self.text()
        return host, port

    def topic(self) -> tuple[str, int]:
        """Read the name and error code of a topic, and over its partitions."""
        code, name = self.number(">h"), self.text()
        self.take(1)
        for _ in range(self.number(">i")):
            self.take(10)
            for _ in range(2):
                self.take(4 * self.number(">i"))
        return name, code


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">h", len(data)) + data
