"""Which package brings a class that the JVM does not find. Pure."""

from __future__ import annotations

import re

_JARS = "$SPARK_HOME/jars of the image"

# By how the class, the scheme or the data source begins; the versions are those that go with Spark.
_PACKAGES: tuple[tuple[str, str], ...] = (
    ("org.apache.hadoop.fs.s3a.", "org.apache.hadoop:hadoop-aws"),
    ("com.amazonaws.", "org.apache.hadoop:hadoop-aws"),
    ("software.amazon.awssdk.", "software.amazon.awssdk:bundle"),
    ("org.apache.hadoop.fs.azure", "org.apache.hadoop:hadoop-azure"),
    ("org.apache.hadoop.fs.gs.", "com.google.cloud.bigdataoss:gcs-connector"),
    ("com.google.cloud.hadoop.", "com.google.cloud.bigdataoss:gcs-connector"),
    ("kafka", "org.apache.spark:spark-sql-kafka-0-10_2.13"),
    ("org.apache.kafka.", "org.apache.spark:spark-sql-kafka-0-10_2.13"),
    ("org.apache.spark.sql.kafka010.", "org.apache.spark:spark-sql-kafka-0-10_2.13"),
    ("avro", "org.apache.spark:spark-avro_2.13"),
    ("protobuf", "org.apache.spark:spark-protobuf_2.13"),
    ("delta", "io.delta:delta-spark_2.13"),
    ("io.delta.", "io.delta:delta-spark_2.13"),
    ("org.apache.spark.sql.delta.", "io.delta:delta-spark_2.13"),
    ("iceberg", "org.apache.iceberg:iceberg-spark-runtime"),
    ("org.apache.iceberg.", "org.apache.iceberg:iceberg-spark-runtime"),
    ("hudi", "org.apache.hudi:hudi-spark-bundle"),
    ("org.apache.hudi.", "org.apache.hudi:hudi-spark-bundle"),
    ("mongodb", "org.mongodb.spark:mongo-spark-connector_2.13"),
    ("com.mongodb.", "org.mongodb.spark:mongo-spark-connector_2.13"),
    ("org.apache.spark.sql.cassandra", "com.datastax.spark:spark-cassandra-connector_2.13"),
    ("bigquery", "com.google.cloud.spark:spark-bigquery-with-dependencies_2.13"),
    ("snowflake", "net.snowflake:spark-snowflake_2.13"),
    ("net.snowflake.", "net.snowflake:spark-snowflake_2.13"),
    ("org.elasticsearch.", "org.elasticsearch:elasticsearch-spark-30_2.13"),
    ("org.postgresql.", "org.postgresql:postgresql"),
    ("com.mysql.", "com.mysql:mysql-connector-j"),
    ("org.mariadb.", "org.mariadb.jdbc:mariadb-java-client"),
    ("com.microsoft.sqlserver.", "com.microsoft.sqlserver:mssql-jdbc"),
    ("oracle.jdbc.", "com.oracle.database.jdbc:ojdbc11"),
)

_CLASS = re.compile(
    r"ClassNotFoundException: (?:Class )?([\w.$/]+)|NoClassDefFoundError: ([\w.$/]+)"
)
_SOURCE = re.compile(r"[Ff]ailed to find (?:the )?data source: ([\w.-]+?)\. ")
_CATALOG = re.compile(r"plugin class for catalog '\w+': ([\w.$]+?)\.?(?:;|$)")
_FILE_SYSTEM = re.compile(r'No FileSystem for scheme "?(\w+)"?')
_SCHEMES = {
    "s3a": "org.apache.hadoop.fs.s3a.",
    "s3": "org.apache.hadoop.fs.s3a.",
    "gs": "org.apache.hadoop.fs.gs.",
    "abfs": "org.apache.hadoop.fs.azure",
    "abfss": "org.apache.hadoop.fs.azure",
    "wasb": "org.apache.hadoop.fs.azure",
    "wasbs": "org.apache.hadoop.fs.azure",
}


def missing_jar(text: str) -> str | None:
    """Return what to do about a class that is not there; None if none is missing.

    Args:
        text: every exception of a chain, as `Class: message`.
    """
    if found := _SOURCE.search(text) or _CATALOG.search(text):
        return _add(found[1], f"data source {found[1]}")
    if found := _CLASS.search(text):
        name = (found[1] or found[2]).replace("/", ".")
        return _add(name, name)
    if found := _FILE_SYSTEM.search(text):
        return _add(_SCHEMES.get(found[1], found[1]), f"file system {found[1]}")
    if "No suitable driver" in text:
        return f"no JDBC driver of the image takes this URL: add its jar to {_JARS}"
    return None


def _add(name: str, what: str) -> str:
    for prefix, package in _PACKAGES:
        if name.startswith(prefix) if "." in prefix else name == prefix:
            return f"add the jar of {package} to {_JARS}"
    return f"add the jar that has {what} to {_JARS}, or correct the name"
