"""The same settings in the words of Spark's Kafka source and sink.

Executors have none of the driver's files, so what stands in files is handed to them as text.
"""

from __future__ import annotations

from pathlib import Path

from swirl.wire.kafka import KafkaSettings

_LOGIN_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


def spark_options(settings: KafkaSettings) -> dict[str, str]:
    """Return the options for `spark.readStream.format("kafka").options(**…)`, and for writing.

    Raises:
        OSError: a certificate, key or password cannot be read.
    """
    options = {"kafka.bootstrap.servers": ",".join(settings.servers)}
    if settings.security_protocol != "PLAINTEXT":
        options["kafka.security.protocol"] = settings.security_protocol
    if settings.security_protocol.endswith("SSL"):
        if settings.ca_file:
            options["kafka.ssl.truststore.type"] = "PEM"
            options["kafka.ssl.truststore.certificates"] = Path(settings.ca_file).read_text()
        if settings.certificate_file and settings.key_file:
            options["kafka.ssl.keystore.type"] = "PEM"
            options["kafka.ssl.keystore.certificate.chain"] = Path(
                settings.certificate_file
            ).read_text()
            options["kafka.ssl.keystore.key"] = Path(settings.key_file).read_text()
    if settings.sasl_mechanism and settings.username and settings.password_file:
        password = Path(settings.password_file).read_text().rstrip("\r\n")
        options["kafka.sasl.mechanism"] = settings.sasl_mechanism
        options["kafka.sasl.jaas.config"] = (
            f"{_LOGIN_MODULES[settings.sasl_mechanism]} required "
            f"username={_quoted(settings.username)} password={_quoted(password)};"
        )
    return options


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
