"""Where Kafka is and how to prove who one is; the same for every process that speaks to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from swirl.wire.environment import Environment, InvalidEnvironment, one_of, variable

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


def _servers(text: str) -> str:
    servers = [server.strip() for server in text.split(",")]
    for server in servers:
        host, _, port = server.rpartition(":")
        no_port = not port.isdecimal() or not 1 <= int(port) <= 65535
        if not host or no_port or (":" in host and not host.startswith("[")):
            raise ValueError(
                f"must be written host:port, several separated by commas, not {text!r}"
            )
    return ",".join(servers)


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings(Environment):
    """Kafka's address and the client's credentials.

    Attributes:
        bootstrap_servers: `host:port`, several separated by commas; IPv6 in brackets.
        security_protocol: in Kafka's own words.
        ca_file: certificates of authorities to trust (PEM); None takes the system's.
        certificate_file, key_file: the client's own certificate and key (PEM), for mutual TLS. The
            key must not be encrypted, and in PKCS #8, the one form that Spark's client reads.
        sasl_mechanism, username: with the SASL protocols.
        password_file: file whose content is the password, so that it is in no environment and can
            be replaced while the process runs.

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
        tls = (self.ca_file, self.certificate_file, self.key_file)
        if any(tls) and not self.security_protocol.endswith("SSL"):
            raise InvalidEnvironment(
                f"SWIRL_KAFKA_SECURITY_PROTOCOL {self.security_protocol} takes no certificates"
            )
        if bool(self.certificate_file) != bool(self.key_file):
            raise InvalidEnvironment(
                "SWIRL_KAFKA_CERTIFICATE_FILE and SWIRL_KAFKA_KEY_FILE go together"
            )

    @property
    def servers(self) -> list[str]:
        """Each `host:port`."""
        return [server.strip() for server in self.bootstrap_servers.split(",")]
