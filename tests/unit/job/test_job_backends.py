from __future__ import annotations

import re

from swirl.job.backends import spark_backends

S3A = "spark.hadoop.fs.s3a."


def test_a_server_of_ones_own_is_asked_by_paths() -> None:
    conf = spark_backends({"AWS_ENDPOINT_URL": "http://s3:9000"})
    assert conf[f"{S3A}endpoint"] == "http://s3:9000"
    assert conf[f"{S3A}path.style.access"] == "true"
    assert conf[f"{S3A}endpoint.region"] == "us-east-1"
    conf = spark_backends({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"})
    assert conf[f"{S3A}endpoint"] == "http://b"


def test_amazons_is_told_the_region_alone() -> None:
    conf = spark_backends({"AWS_REGION": "eu-central-1"})
    assert conf[f"{S3A}endpoint.region"] == "eu-central-1"
    assert f"{S3A}endpoint" not in conf
    assert f"{S3A}endpoint.region" not in spark_backends({})


def test_credentials_stay_where_they_are() -> None:
    conf = spark_backends({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s3cret"})
    assert not any("AKIA" in value or "s3cret" in value for value in conf.values())
    assert "WebIdentityTokenFile" in conf[f"{S3A}aws.credentials.provider"]


def test_what_proves_who_one_is_to_kafka_is_not_shown() -> None:
    conf = spark_backends({})
    for name in ("spark.redaction.regex", "spark.sql.redaction.options.regex"):
        for key in ("kafka.sasl.jaas.config", "kafka.ssl.keystore.key", "fs.s3a.access.key"):
            assert re.search(conf[name], key)
        assert not re.search(conf[name], "kafka.bootstrap.servers")
