"""Why Kafka does not let us in, as clauses that go on after `Kafka at host:port`. Pure."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from swirl.wire.kafka import KafkaSettings

# Numbers of OpenSSL's X509_V_ERR_….
_NOT_YET, _EXPIRED, _HOST, _ADDRESS = 9, 10, 62, 64
_STRANGERS = (2, 18, 19, 20, 21)


READ_RIGHTS = "Read and Describe"
WRITE_RIGHTS = "Write, Describe and Create"


class Refusal(Exception):
    """One server does not let us in; the message is the clause."""


def of_socket(error: OSError) -> str:
    """Of a connection that cannot be made."""
    more = ""
    if isinstance(error, ConnectionRefusedError):
        more = ", or wait until Kafka runs"
    elif isinstance(error, TimeoutError):
        more = ", or let network policies and firewalls pass it"
    return f"cannot be reached: {_unmade(error)}; correct the bootstrap servers{more}"


def of_advertised(host: str, port: int, error: OSError) -> str:
    """Of a broker that is reached, and sends its clients on to where nobody is."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        f"sends its clients on to {where}, which cannot be reached: {_unmade(error)}; correct "
        "advertised.listeners of the broker, or let network policies pass it"
    )


def _unmade(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, TimeoutError):
        return "no answer"
    return error.strerror or str(error)


def certificate_refused(
    error: ssl.SSLCertVerificationError, settings: KafkaSettings, authority: str | None
) -> str:
    """Of a broker's certificate that we do not accept.

    Args:
        error: what TLS says.
        settings: where the authority would be.
        authority: the file with those that are trusted; None if these are the system's.
    """
    code = error.verify_code
    if code == _EXPIRED:
        return "shows a certificate that has expired; renew it on the broker"
    if code == _NOT_YET:
        return "shows a certificate that is not valid yet; set the clocks, or renew it"
    if code in (_HOST, _ADDRESS):
        return (
            "shows a certificate for another name; use a name that is in it, or have the broker's "
            "certificate made for this one"
        )
    if code in _STRANGERS:
        key = Path(settings.ca_file or "ca.crt").name
        known = f"is not in {authority}" if authority else "this system does not know"
        return (
            f"shows a certificate of an authority that {known}; put the authority's certificate "
            f"into the key {key} of the Secret"
        )
    return f"shows a certificate that is not accepted: {error.verify_message}; renew it there"


def of_alert(error: ssl.SSLError, settings: KafkaSettings) -> str:
    """Of TLS that the broker breaks off, or that is none."""
    reason = (error.reason or "").upper()
    mine = settings.certificate_file
    if "CERTIFICATE_REQUIRED" in reason or (not mine and "ALERT" in reason):
        return (
            "wants a certificate of the client, and got none; put tls.crt and tls.key into the "
            "Secret"
        )
    if "CERTIFICATE_EXPIRED" in reason:
        return f"does not accept the client's certificate: it has expired; renew {mine}"
    if "UNKNOWN_CA" in reason or "CERTIFICATE" in reason:
        return (
            f"does not accept the client's certificate {mine} ({_words(reason)}); renew it, or "
            "have it made by an authority that the broker trusts"
        )
    if any(word in reason for word in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF", "HTTP_REQUEST")):
        return (
            "does not speak TLS; set a protocol without SSL, or the port of a listener for "
            f"{settings.security_protocol}"
        )
    return f"breaks off TLS ({_words(reason) or error}); see the broker's log"


def of_files(error: Exception, settings: KafkaSettings) -> str:
    """Of certificates and keys of our own that cannot be used."""
    reason = str(getattr(error, "reason", "") or "")
    if "KEY_VALUES_MISMATCH" in reason:
        return (
            f"cannot be asked: {settings.certificate_file} and {settings.key_file} do not belong "
            "together; correct the Secret"
        )
    return (
        f"cannot be asked: certificates cannot be read ({error}); put PEM into ca.crt, tls.crt and "
        "tls.key of the Secret"
    )


def rights_missing(settings: KafkaSettings, topics: Sequence[str], rights: str) -> str:
    """Of topics that the broker's access lists keep from us."""
    names = ", ".join(topics)
    return (
        f"does not let {_who(settings)} use {names}; add an ACL: {rights} on {names} for "
        f"{_who(settings)}"
    )


def repetition_refused(settings: KafkaSettings) -> str:
    """Of a producer that may not promise to write nothing twice."""
    return (
        f"does not let {_who(settings)} write without repetition; add an ACL: IdempotentWrite on "
        f"the cluster for {_who(settings)}"
    )


def _who(settings: KafkaSettings) -> str:
    if settings.username:
        return f"user {settings.username}"
    if settings.certificate_file:
        return f"the client of certificate {settings.certificate_file}"
    return "an anonymous client"


def _words(reason: str) -> str:
    return re.sub(r"^(TLSV\d+|SSLV3)_ALERT_", "", reason).replace("_", " ").lower()
