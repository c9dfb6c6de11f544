from __future__ import annotations

from swirl_operator.pods.kafka import KafkaSecret


def test_the_folder_is_mounted_so_that_what_is_in_it_may_change() -> None:
    secret = KafkaSecret("kafka-user")
    (volume,), (mount,) = secret.volumes(), secret.mounts()
    assert volume["name"] == mount["name"]
    assert volume["secret"] == {"secretName": "kafka-user", "defaultMode": 0o440}
    assert mount["mountPath"] == "/etc/swirl/kafka"
    assert "subPath" not in mount
    assert mount["readOnly"] is True


def test_where_kafka_asks_for_nothing_nothing_is_mounted() -> None:
    assert KafkaSecret().volumes() == KafkaSecret().mounts() == []
