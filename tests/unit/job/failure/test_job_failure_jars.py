from __future__ import annotations

import pytest

from swirl.job.failure.jars import missing_jar


@pytest.mark.parametrize(
    ("text", "package"),
    [
        (
            "ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
            "org.apache.hadoop:hadoop-aws",
        ),
        ("ClassNotFoundException: org.postgresql.Driver", "org.postgresql:postgresql"),
        ("NoClassDefFoundError: org/apache/kafka/clients/Admin", "spark-sql-kafka-0-10_2.13"),
        (
            "AnalysisException: Failed to find data source: kafka. Please deploy the application",
            "spark-sql-kafka-0-10_2.13",
        ),
        (
            "X: [DATA_SOURCE_NOT_FOUND] Failed to find the data source: delta. Make sure\n"
            "ClassNotFoundException: delta.DefaultSource",
            "io.delta:delta-spark_2.13",
        ),
        (
            "X: Cannot find catalog plugin class for catalog 'ice': "
            "org.apache.iceberg.spark.SparkCatalog",
            "iceberg-spark-runtime",
        ),
        ('UnsupportedFileSystemException: No FileSystem for scheme "abfss"', "hadoop-azure"),
        ("ClassNotFoundException: com.example.Mine", "the jar that has com.example.Mine"),
        ("SQLException: No suitable driver", "no JDBC driver of the image takes this URL"),
    ],
)
def test_what_is_to_be_added(text: str, package: str) -> None:
    remedy = missing_jar(text)
    assert remedy is not None
    assert package in remedy
    assert "$SPARK_HOME/jars" in remedy


def test_a_data_source_is_no_prefix_of_another() -> None:
    remedy = missing_jar("X: Failed to find the data source: kafkaesque. Make sure")
    assert remedy is not None
    assert "spark-sql-kafka" not in remedy


def test_nothing_is_missing() -> None:
    assert missing_jar("FileNotFoundException: File file:/x does not exist") is None
