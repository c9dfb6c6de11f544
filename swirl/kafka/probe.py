"""Knocks at Kafka's address before a client is made, and says in one sentence why nobody opens.

The client library tries until its time is over and keeps the reason to its log; it also leaves
sockets behind when it finds nobody at home, which a process that waits for Kafka all night must not
collect. So the first steps of every connection are taken here: name, connection, TLS, password.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from swirl.kafka.files import present, trust
from swirl.kafka.oauth import NoToken
from swirl.kafka.sasl import mechanism_of
from swirl.kafka.speech import Conversation, EndOfConversation, Metadata
from swirl.kafka.trouble import (
    READ_RIGHTS,
    Refusal,
    certificate_refused,
    of_advertised,
    of_alert,
    of_files,
    of_socket,
    rights_missing,
)
from swirl.wire.kafka import KafkaSettings, host_and_port

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 3.0

_TOPIC_REFUSED = 29
_ILLEGAL_SASL_STATE = 34
_UNSUPPORTED_MECHANISM = 33


def trouble_of(
    settings: KafkaSettings, read: Sequence[str] = (), *, beyond: bool = False
) -> str | None:
    """Return why none of the servers lets us in; None if one does.

    The sentence names the server, what is wrong and what to do.

    Args:
        settings: where Kafka is, and who we are.
        read: topics that we want to read. One that we may not even see looks like one that is not
            there yet, unless it is asked for by name.
        beyond: go where the servers send their clients on to, as well: for a client that failed
            although it was let in.
    """
    said = []
    for server in settings.servers:
        try:
            _knock(server, settings, read, beyond)
        except Refusal as refusal:
            said.append(f"Kafka at {server} {refusal}")
        else:
            return None
    return said[0]


def _knock(server: str, settings: KafkaSettings, read: Sequence[str], beyond: bool) -> None:
    host, port = host_and_port(server)
    with contextlib.ExitStack() as stack:
        try:
            connection = _connected(host, port)
        except OSError as error:
            raise Refusal(of_socket(error)) from error
        stack.enter_context(connection)
        connection.settimeout(_ANSWER_SECONDS)
        if settings.uses_tls:
            connection = stack.enter_context(_encrypted(connection, host, settings))
        try:
            conversation = Conversation(connection)
            _greet(conversation, host, settings)
            if read or beyond:
                metadata = conversation.ask_topics(read)
                _look_at(metadata, read, settings)
                _go_on(metadata.brokers if beyond else ())
        except ssl.SSLError as error:
            # With TLS 1.3 a server looks at the client's certificate after the handshake.
            raise Refusal(of_alert(error, settings)) from error
        except (EndOfConversation, OSError) as error:
            raise Refusal(_broken_off(settings, error)) from error


def _connected(host: str, port: int) -> socket.socket:
    try:
        return socket.create_connection((host, port), timeout=_CONNECT_SECONDS)
    except UnicodeError as error:
        # A label that is empty or too long: no name server can be asked for it.
        raise socket.gaierror(socket.EAI_NONAME, str(error)) from error


def _encrypted(connection: socket.socket, host: str, settings: KafkaSettings) -> ssl.SSLSocket:
    try:
        context = trust(settings)
    except (OSError, ValueError) as error:
        raise Refusal(of_files(error, settings)) from error
    try:
        return context.wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise Refusal(certificate_refused(error, settings, present(settings.ca_file))) from error
    except ssl.SSLError as error:
        raise Refusal(of_alert(error, settings)) from error
    except OSError as error:
        raise Refusal(_broken_off(settings, error)) from error


def _greet(conversation: Conversation, host: str, settings: KafkaSettings) -> None:
    conversation.ask_versions()
    mechanism = settings.sasl_mechanism
    code, offered = conversation.ask_mechanism(mechanism or "PLAIN")
    if mechanism is None:
        if code != _ILLEGAL_SASL_STATE:
            raise Refusal(
                f"wants to know who is there ({', '.join(offered)}), and was told "
                f"{settings.security_protocol}; set a protocol with SASL, mechanism and user"
            )
        return
    if code == _ILLEGAL_SASL_STATE:
        raise Refusal(
            f"does not ask who is there, but was told {settings.security_protocol}; set the "
            "protocol without SASL, or the port of another listener"
        )
    if code == _UNSUPPORTED_MECHANISM:
        raise Refusal(
            f"does not take {mechanism}, but {', '.join(offered) or 'nothing'}; "
            "correct the mechanism"
        )
    _authenticate(conversation, host, settings)


def _go_on(brokers: Sequence[tuple[str, int]]) -> None:
    for host, port in brokers:
        try:
            _connected(host, port).close()
        except OSError as error:
            raise Refusal(of_advertised(host, port, error)) from error


def _look_at(metadata: Metadata, topics: Sequence[str], settings: KafkaSettings) -> None:
    codes = metadata.topics
    refused = [topic for topic in topics if codes.get(topic) == _TOPIC_REFUSED]
    if refused:
        raise Refusal(rights_missing(settings, refused, READ_RIGHTS))


def _authenticate(conversation: Conversation, host: str, settings: KafkaSettings) -> None:
    try:
        mechanism: Any = mechanism_of(settings, host)
        while not mechanism.is_done():
            code, message, answer = conversation.ask_in(mechanism.auth_bytes())
            if code:
                raise Refusal(_refused(settings, message))
            mechanism.receive(answer)
    except NoToken as error:
        raise Refusal(f"cannot be asked: {error}") from error
    except FileNotFoundError as error:
        raise Refusal(
            f"wants a password, and there is no {error.filename}; add the key "
            f"{Path(str(error.filename)).name} to the Secret"
        ) from error
    except (OSError, Refusal, EndOfConversation):
        raise
    except Exception as error:
        # What a broker answers to a wrong proof is an error of the mechanism's own.
        raise Refusal(_refused(settings, str(error))) from error


def _refused(settings: KafkaSettings, message: str) -> str:
    if settings.sasl_mechanism == "OAUTHBEARER":
        return (
            f"does not accept the token of client {settings.username} from {settings.token_url}"
            f"{_said(message)}; give the client the rights that the broker asks for"
        )
    return (
        f"does not accept user {settings.username} with the password in {settings.password_file}"
        f"{_said(message)}; correct the Secret"
    )


def _said(message: str) -> str:
    text = message.strip().rstrip(".")
    return f" ({text})" if text else ""


def _broken_off(settings: KafkaSettings, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"does not answer within {_ANSWER_SECONDS:g} s; see whether the broker is well"
    if settings.uses_tls:
        return (
            "breaks off the connection; see the broker's log, and whether the port is that of a "
            f"listener for {settings.security_protocol}"
        )
    return (
        f"breaks off a connection without TLS; if the listener uses TLS, set a protocol with SSL "
        f"instead of {settings.security_protocol}, else see the broker's log"
    )
