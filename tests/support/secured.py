"""A Kafka that wants to know who is there: certificates, passwords, and the settings that fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from localcluster.controlplane import free_ports
from swirl.wire.kafka import KafkaSettings, SaslMechanism
from tests.support.broker import Broker
from tests.support.certificates import make_certificates

USER, PASSWORD = "swirl", 'it\'s "secret"'
GUEST = "guest"
"""Somebody who may nothing; the password is the name."""

_PROPERTIES = """\
listeners=CLIENT://127.0.0.1:{{client}},CONTROLLER://127.0.0.1:{{controller}},\
SASL://{address}:{sasl},MUTUAL://127.0.0.1:{mutual},EXPIRED://127.0.0.1:{expired},\
ASTRAY://127.0.0.1:{astray}
advertised.listeners=CLIENT://127.0.0.1:{{client}},SASL://{address}:{sasl},\
MUTUAL://127.0.0.1:{mutual},EXPIRED://127.0.0.1:{expired},ASTRAY://inside.invalid:9092
listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL,\
EXPIRED:SSL,ASTRAY:PLAINTEXT
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user};User:CN=client
listener.name.expired.ssl.keystore.type=PEM
listener.name.expired.ssl.keystore.location={folder}/expired.pem
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.crt
listener.name.mutual.ssl.client.auth=required
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \
unsecuredLoginStringClaim_sub="broker";
listener.name.sasl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}" \
user_{guest}="{guest}";
listener.name.sasl.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class Secured:
    """The broker, and settings for its secure listeners.

    Args:
        folder: for certificates, passwords and the broker.
        address: of the listener for passwords.
    """

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        self.folder = folder
        make_certificates(folder, address)
        (folder / "password").write_text(f"{PASSWORD}\n")
        (folder / "guest").write_text(GUEST)
        sasl, mutual, expired, astray = free_ports(4)
        self.sasl, self.mutual = f"{address}:{sasl}", f"127.0.0.1:{mutual}"
        self.expired, self.astray = f"127.0.0.1:{expired}", f"127.0.0.1:{astray}"
        properties = _PROPERTIES.format(
            address=address,
            sasl=sasl,
            mutual=mutual,
            expired=expired,
            astray=astray,
            guest=GUEST,
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
        listeners = (self.sasl, self.mutual, self.expired, self.astray)
        self.broker = Broker(folder, properties, scram, listeners)

    def by_password(self, mechanism: SaslMechanism, password: Path | None = None) -> KafkaSettings:
        """Return settings of the listener for passwords."""
        return KafkaSettings(
            bootstrap_servers=self.sasl,
            security_protocol="SASL_SSL",
            ca_file=str(self.folder / "ca.crt"),
            sasl_mechanism=mechanism,
            username=USER,
            password_file=str(password or self.folder / "password"),
        )

    def by_token(self, url: str) -> KafkaSettings:
        """Return settings of the listener for tokens, with those of a server at the URL."""
        return replace(self.by_password("PLAIN"), sasl_mechanism="OAUTHBEARER", token_url=url)

    def by_certificate(self, name: str | None = "client", authority: str = "ca") -> KafkaSettings:
        """Return settings of the listener that wants a certificate; None has none."""
        return KafkaSettings(
            bootstrap_servers=self.mutual,
            security_protocol="SSL",
            ca_file=str(self.folder / f"{authority}.crt"),
            certificate_file=None if name is None else str(self.folder / f"{name}.crt"),
            key_file=None if name is None else str(self.folder / f"{name}.key"),
        )


@contextmanager
def running(folder: Path, address: str = "127.0.0.1") -> Iterator[Secured]:
    """Run a secured broker for the time of the block."""
    secured = Secured(folder, address)
    secured.broker.start()
    try:
        yield secured
    finally:
        secured.broker.stop()
