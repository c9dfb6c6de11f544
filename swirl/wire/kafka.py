"""Where Kafka is and how to prove who one is; the same for every process that speaks to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from swirl.wire.environment import Environment, InvalidEnvironment, variable

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


def _servers(text: str) -> str:
    servers = [server.strip() for server in text.split(",")]
    for server in servers:
        host, _, port = server.rpartition(":")
        if not host or not port.isdigit() or (":" in host and not host.startswith("[")):
            raise ValueError(
                f"must be written host:port, several separated by commas, not {text!r}"
            )
    return ",".join(servers)


def _protocol(text: str) -> str:
    return _one_of(text, get_args(SecurityProtocol))


def _mechanism(text: str) -> str:
    return _one_of(text, get_args(SaslMechanism))


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}, not {text!r}")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings(Environment):
    """Kafka's address and the client's credentials.

    Attributes:
        bootstrap_servers: `host:port`, several separated by commas; IPv6 in brackets.
        security_protocol: in Kafka's own words.
        ca_file: certificates of authorities to trust (PEM); None takes the system's.
        certificate_file, key_file: the client's own certificate and key (PEM), for mutual TLS.
        sasl_mechanism, username: with the SASL protocols.
        password_file: file whose content is the password, so that it is in no environment and can
            be replaced while the process runs.

    Raises:
        InvalidEnvironment: an address is not written so, or fields do not go together.
    """

    bootstrap_servers: str = field(metadata=variable("SWIRL_KAFKA_BOOTSTRAP", read=_servers))
    security_protocol: SecurityProtocol = field(
        default="PLAINTEXT", metadata=variable("SWIRL_KAFKA_SECURITY_PROTOCOL", read=_protocol)
    )
    ca_file: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_CA_FILE"))
    certificate_file: str | None = field(
        default=None, metadata=variable("SWIRL_KAFKA_CERTIFICATE_FILE")
    )
    key_file: str | None = field(default=None, metadata=variable("SWIRL_KAFKA_KEY_FILE"))
    sasl_mechanism: SaslMechanism | None = field(
        default=None, metadata=variable("SWIRL_KAFKA_SASL_MECHANISM", read=_mechanism)
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
        if bool(self.certificate_file) != bool(self.key_file):
            raise InvalidEnvironment(
                "SWIRL_KAFKA_CERTIFICATE_FILE and SWIRL_KAFKA_KEY_FILE go together"
            )

    @property
    def servers(self) -> list[str]:
        """Each `host:port`."""
        return [server.strip() for server in self.bootstrap_servers.split(",")]
