"""A Kafka that wants to know who is there: certificates, passwords, and the settings that fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localcluster.controlplane import free_ports
from swirl.wire.kafka import KafkaSettings, SaslMechanism
from tests.support.broker import Broker
from tests.support.certificates import make_certificates

USER, PASSWORD = "swirl", 'it\'s "secret"'

_PROPERTIES = """\
listeners=CLIENT://127.0.0.1:{{client}},CONTROLLER://127.0.0.1:{{controller}},\
SASL://127.0.0.1:{sasl},MUTUAL://127.0.0.1:{mutual}
advertised.listeners=CLIENT://127.0.0.1:{{client}},SASL://127.0.0.1:{sasl},\
MUTUAL://127.0.0.1:{mutual}
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.crt
listener.name.mutual.ssl.client.auth=required
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.sasl.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class Secured:
    """The broker, and settings for its secure listeners.

    Args:
        folder: for certificates, passwords and the broker.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_certificates(folder)
        (folder / "password").write_text(f"{PASSWORD}\n")
        sasl, mutual = free_ports(2)
        self._sasl, self._mutual = f"127.0.0.1:{sasl}", f"127.0.0.1:{mutual}"
        properties = _PROPERTIES.format(
            sasl=sasl,
            mutual=mutual,
            folder=folder,
            user=USER,
            # Once for the file of properties, once for JAAS.
            password=PASSWORD.replace('"', r"\\\""),
        )
        scram = [
            word
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for word in ("--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]")
        ]
        self.broker = Broker(folder, properties, scram)

    def by_password(self, mechanism: SaslMechanism, password: Path | None = None) -> KafkaSettings:
        """Return settings of the listener for passwords."""
        return KafkaSettings(
            bootstrap_servers=self._sasl,
            security_protocol="SASL_SSL",
            ca_file=str(self.folder / "ca.crt"),
            sasl_mechanism=mechanism,
            username=USER,
            password_file=str(password or self.folder / "password"),
        )

    def by_certificate(self, name: str | None = "client", authority: str = "ca") -> KafkaSettings:
        """Return settings of the listener that wants a certificate; None has none."""
        return KafkaSettings(
            bootstrap_servers=self._mutual,
            security_protocol="SSL",
            ca_file=str(self.folder / f"{authority}.crt"),
            certificate_file=None if name is None else str(self.folder / f"{name}.crt"),
            key_file=None if name is None else str(self.folder / f"{name}.key"),
        )


@contextmanager
def running(folder: Path) -> Iterator[Secured]:
    """Run a secured broker for the time of the block."""
    secured = Secured(folder)
    secured.broker.start()
    try:
        yield secured
    finally:
        secured.broker.stop()
