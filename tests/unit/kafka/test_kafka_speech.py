from __future__ import annotations

import struct

import pytest

from swirl.kafka.speech import Conversation, EndOfConversation


class Scripted:
    """Answers with what it was given, in the smallest pieces."""

    def __init__(self, *answers: bytes) -> None:
        self.sent = b""
        self._left = b"".join(
            struct.pack(">ii", len(answer) + 4, number) + answer
            for number, answer in enumerate(answers, 1)
        )

    def sendall(self, data: bytes, /) -> None:
        self.sent += data

    def recv(self, size: int, /) -> bytes:
        taken, self._left = self._left[:1], self._left[1:]
        return taken


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def test_mechanisms_on_offer() -> None:
    answer = struct.pack(">hi", 33, 2) + text("PLAIN") + text("OAUTHBEARER")
    connection = Scripted(answer)
    assert Conversation(connection).ask_mechanism("X") == (33, ["PLAIN", "OAUTHBEARER"])
    assert connection.sent == b"\0\0\0\x12\0\x11\0\x01\0\0\0\x01\0\x05swirl\0\x01X"


def test_a_step_of_an_authentication() -> None:
    connection = Scripted(b"", struct.pack(">h", 58) + text("no") + struct.pack(">i", 2) + b"ab")
    conversation = Conversation(connection)
    conversation.ask_versions()
    assert conversation.ask_in(b"me") == (58, "no", b"ab")


def test_a_step_without_words() -> None:
    connection = Scripted(struct.pack(">hhi", 0, -1, -1))
    assert Conversation(connection).ask_in(b"") == (0, "", b"")


def test_topics_and_what_is_wrong_with_them() -> None:
    broker = struct.pack(">i", 1) + text("host") + struct.pack(">ih", 9092, -1)
    partition = struct.pack(">hiiiiii", 0, 0, 1, 1, 1, 1, 1)
    topics = (
        struct.pack(">h", 29) + text("a") + b"\0" + struct.pack(">i", 0),
        struct.pack(">h", 0) + text("b") + b"\0" + struct.pack(">i", 1) + partition,
        struct.pack(">h", 3) + text("c") + b"\0" + struct.pack(">i", 0),
    )
    head = struct.pack(">ii", 0, 1) + broker + text("cluster") + struct.pack(">ii", 1, 3)
    connection = Scripted(head + b"".join(topics))
    found = Conversation(connection).ask_topics(["a", "b", "c"])
    assert found.topics == {"a": 29, "b": 0, "c": 3}
    assert found.brokers == [("host", 9092)]
    assert connection.sent.endswith(b"\0\x01a\0\x01b\0\x01c\0"), "none is to be made"


@pytest.mark.parametrize("said", [b"", b"\0\0", b"HTTP/1.1", struct.pack(">iii", 8, 7, 0)])
def test_what_is_no_answer(said: bytes) -> None:
    connection = Scripted()
    connection._left = said
    with pytest.raises(EndOfConversation):
        Conversation(connection).ask_versions()


def test_an_answer_that_is_cut_short() -> None:
    with pytest.raises(EndOfConversation, match="cut short"):
        Conversation(Scripted(struct.pack(">hi", 0, 3) + text("PLAIN"))).ask_mechanism("PLAIN")
