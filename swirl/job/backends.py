"""What Spark is told of Kafka and S3, beside what the operator says: made from the environment.

The variables are those that `swirl.store.bucket` reads too, so that one Secret serves both clients.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

_S3A = "org.apache.hadoop.fs.s3a"
_SDK = "software.amazon.awssdk.auth.credentials"
_PROVIDERS = (
    f"{_S3A}.TemporaryAWSCredentialsProvider",
    f"{_S3A}.SimpleAWSCredentialsProvider",
    f"{_SDK}.EnvironmentVariableCredentialsProvider",
    # The role of a service account.
    f"{_SDK}.WebIdentityTokenFileCredentialsProvider",
    f"{_S3A}.auth.IAMInstanceCredentialsProvider",
)
_SECRETS = "(?i)secret|password|token|access[.]?key|jaas|keystore[.]key"


def spark_backends(environ: Mapping[str, str]) -> dict[str, str]:
    """Return Spark's configuration for S3, and for what must not be shown of either.

    Args:
        environ: of the driver.
    """
    conf = {
        # What Swirl and most people call s3:// is s3a:// to Hadoop.
        "spark.hadoop.fs.s3.impl": f"{_S3A}.S3AFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.s3.impl": f"{_S3A}.S3A",
        "spark.hadoop.fs.s3a.aws.credentials.provider": ",".join(_PROVIDERS),
        # A minute or two in all, as in Swirl's own client: Hadoop's defaults take a quarter of an
        # hour to say that nobody is there.
        "spark.hadoop.fs.s3a.attempts.maximum": "4",
        "spark.hadoop.fs.s3a.retry.limit": "5",
        "spark.hadoop.fs.s3a.connection.establish.timeout": "15s",
        "spark.redaction.regex": _SECRETS,
        "spark.sql.redaction.options.regex": f"{_SECRETS}|url",
    }
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if endpoint:
        conf["spark.hadoop.fs.s3a.endpoint"] = endpoint
        # Buckets as names of hosts take a DNS that only Amazon is sure to have.
        conf["spark.hadoop.fs.s3a.path.style.access"] = "true"
        region = region or "us-east-1"
    if region:
        conf["spark.hadoop.fs.s3a.endpoint.region"] = region
    return conf
