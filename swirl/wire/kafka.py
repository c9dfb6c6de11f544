"""Where Kafka is and how to prove who one is; the same for every process that speaks to it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from swirl.wire.environment import Environment, InvalidEnvironment, one_of, variable

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]

DIRECTORY = "/etc/swirl/kafka"
"""Where a Secret with certificates and the password is mounted, in every Pod alike."""
CA, CERTIFICATE, KEY, PASSWORD = "ca.crt", "tls.crt", "tls.key", "password"
"""The Secret's keys, as those of type `kubernetes.io/tls` and Strimzi's users have them."""

_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")


def _servers(text: str) -> str:
    servers = [server.strip() for server in text.split(",")]
    for server in servers:
        found = _ADDRESS.fullmatch(server)
        if found is None or not 1 <= int(found["port"]) <= 65535 or not _is_ipv6(found["ipv6"]):
            raise ValueError(
                "must be written host:port, several separated by commas, IPv6 as [fd00::1]:9092, "
                f"not {text!r}"
            )
    return ",".join(servers)


def _is_ipv6(text: str | None) -> bool:
    try:
        return text is None or bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s]+", text):
        raise ValueError(f"must be a URL that begins with https://, not {text!r}")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings(Environment):
    """Kafka's address and the client's credentials.

    Files are read at each connection, so that they can be replaced while a process runs. What is
    said of them is where they would be: an authority or a certificate that is not there is not
    used, as a Secret has the keys that its cluster asks for.

    Attributes:
        bootstrap_servers: `host:port`, several separated by commas; IPv6 in brackets.
        security_protocol: in Kafka's own words.
        ca_file: certificates of authorities to trust (PEM); without it, the system's.
        certificate_file, key_file: the client's own certificate and key (PEM), for mutual TLS. The
            key must not be encrypted, and in PKCS #8, the one form that Spark's client reads.
        sasl_mechanism, username: with the SASL protocols; of OAUTHBEARER the client's id.
        password_file: file whose content is the password, of OAUTHBEARER the client's secret.
        token_url: where OAUTHBEARER gets its tokens, by the grant of client credentials.
        token_scope: what for, where the server wants to know.

    Raises:
        InvalidEnvironment: an address is not written so, or fields do not go together.
    """

    bootstrap_servers: str = field(metadata=variable("SWIRL_KAFKA_BOOTSTRAP", read=_servers))
    security_protocol: SecurityProtocol = field(
        default="PLAINTEXT",
        metadata=variable(
            "SWIRL_KAFKA_SECURITY_PROTOCOL", read=one_of(*get_args(SecurityProtocol))
        ),
    )
    ca_file: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_CA_FILE"))
    certificate_file: str | None = field(
        default=None, metadata=variable("SWIRL_KAFKA_CERTIFICATE_FILE")
    )
    key_file: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_KEY_FILE"))
    sasl_mechanism: SaslMechanism | None = field(
        default=None,
        metadata=variable("SWIRL_KAFKA_SASL_MECHANISM", read=one_of(*get_args(SaslMechanism))),
    )
    username: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_USERNAME"))
    password_file: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_PASSWORD_FILE"))
    token_url: str | None = field(
        default=None, metadata=variable("SWIRL_KAFKA_TOKEN_URL", read=_url)
    )
    token_scope: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_TOKEN_SCOPE"))

    def __post_init__(self) -> None:
        try:
            _servers(self.bootstrap_servers)
        except ValueError as error:
            raise InvalidEnvironment(f"Kafka's bootstrap servers {error}") from None
        sasl = (self.sasl_mechanism, self.username, self.password_file)
        if self.security_protocol.startswith("SASL"):
            if not all(sasl):
                raise InvalidEnvironment(
                    f"{self.security_protocol} needs SWIRL_KAFKA_SASL_MECHANISM, "
                    "SWIRL_KAFKA_USERNAME and SWIRL_KAFKA_PASSWORD_FILE"
                )
        elif any(sasl):
            raise InvalidEnvironment(
                f"SWIRL_KAFKA_SECURITY_PROTOCOL {self.security_protocol} takes no SASL settings"
            )
        tokens = self.sasl_mechanism == "OAUTHBEARER"
        if tokens != bool(self.token_url) or (self.token_scope and not tokens):
            raise InvalidEnvironment(
                "SWIRL_KAFKA_SASL_MECHANISM OAUTHBEARER needs SWIRL_KAFKA_TOKEN_URL, "
                "and no other mechanism takes it or a scope"
            )
        tls = (self.ca_file, self.certificate_file, self.key_file)
        if any(tls) and not self.uses_tls:
            raise InvalidEnvironment(
                f"SWIRL_KAFKA_SECURITY_PROTOCOL {self.security_protocol} takes no certificates"
            )
        if bool(self.certificate_file) != bool(self.key_file):
            raise InvalidEnvironment(
                "SWIRL_KAFKA_CERTIFICATE_FILE and SWIRL_KAFKA_KEY_FILE go together"
            )

    @classmethod
    def mounted(
        cls,
        bootstrap_servers: str,
        *,
        security_protocol: SecurityProtocol = "PLAINTEXT",
        sasl_mechanism: SaslMechanism | None = None,
        username: str | None = None,
        token_url: str | None = None,
        token_scope: str | None = None,
    ) -> KafkaSettings:
        """Return settings whose files are those of a Secret that is mounted at `DIRECTORY`.

        Raises:
            InvalidEnvironment: see the class.
        """
        tls = security_protocol.endswith("SSL")
        return cls(
            bootstrap_servers=bootstrap_servers,
            security_protocol=security_protocol,
            ca_file=f"{DIRECTORY}/{CA}" if tls else None,
            certificate_file=f"{DIRECTORY}/{CERTIFICATE}" if tls else None,
            key_file=f"{DIRECTORY}/{KEY}" if tls else None,
            sasl_mechanism=sasl_mechanism,
            username=username,
            password_file=f"{DIRECTORY}/{PASSWORD}" if sasl_mechanism else None,
            token_url=token_url,
            token_scope=token_scope,
        )

    @property
    def servers(self) -> list[str]:
        """Each `host:port`."""
        return [server.strip() for server in self.bootstrap_servers.split(",")]

    @property
    def uses_tls(self) -> bool:
        """Whether connections are encrypted."""
        return self.security_protocol.endswith("SSL")


def host_and_port(server: str) -> tuple[str, int]:
    """Return an address as sockets take it, without the brackets of IPv6."""
    host, _, port = server.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)
