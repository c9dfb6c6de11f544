"""The same settings in the words of Spark's Kafka source and sink.

Executors have none of the driver's files, so what stands in files is handed to them as text.
"""

from __future__ import annotations

from pathlib import Path

from swirl.kafka.files import certificate_of, present
from swirl.wire.kafka import KafkaSettings, SaslMechanism

_LOGIN_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule",
}
_TOKENS = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"


def spark_options(settings: KafkaSettings) -> dict[str, str]:
    """Return the options for `spark.readStream.format("kafka").options(**…)`, and for writing.

    Raises:
        OSError: a certificate, key or password cannot be read.
    """
    options = {"kafka.bootstrap.servers": ",".join(settings.servers)}
    if settings.security_protocol != "PLAINTEXT":
        options["kafka.security.protocol"] = settings.security_protocol
    if settings.uses_tls:
        options |= _certificates(settings)
    if settings.sasl_mechanism and settings.username and settings.password_file:
        options["kafka.sasl.mechanism"] = settings.sasl_mechanism
        options |= _login(settings, settings.sasl_mechanism, settings.username)
    return options


def _certificates(settings: KafkaSettings) -> dict[str, str]:
    options = {}
    if (authority := present(settings.ca_file)) is not None:
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.certificates"] = Path(authority).read_text()
    if (own := certificate_of(settings)) is not None:
        certificate, key = own
        options["kafka.ssl.keystore.type"] = "PEM"
        options["kafka.ssl.keystore.certificate.chain"] = Path(certificate).read_text()
        options["kafka.ssl.keystore.key"] = Path(key).read_text()
    return options


def _login(settings: KafkaSettings, mechanism: SaslMechanism, username: str) -> dict[str, str]:
    password = Path(str(settings.password_file)).read_text().rstrip("\r\n")
    given = {"username": username, "password": password}
    options = {}
    if mechanism == "OAUTHBEARER":
        given = {"clientId": username, "clientSecret": password}
        if settings.token_scope:
            given["scope"] = settings.token_scope
        options["kafka.sasl.login.callback.handler.class"] = _TOKENS
        options["kafka.sasl.oauthbearer.token.endpoint.url"] = str(settings.token_url)
    words = " ".join(f"{name}={_quoted(value)}" for name, value in given.items())
    options["kafka.sasl.jaas.config"] = f"{_LOGIN_MODULES[mechanism]} required {words};"
    return options


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
