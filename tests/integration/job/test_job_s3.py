"""A driver whose store is a bucket of a real S3 server: Spark's client, in Java, beside Swirl's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swirl.models import open_model
from swirl.store import Store
from tests.support.drivers import driver_environ
from tests.support.s3 import BUCKET, Server, running, told
from tests.support.spark import CONF, spark_jars

APP = """
from swirl import Context, analytics

@analytics
def train(ctx: Context, *, data: str) -> dict[str, int]:
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import SQLTransformer
    spark = ctx.spark
    spark.range(25).selectExpr("cast(id as double) x").write.mode("overwrite").parquet(data)
    frame = spark.read.parquet(data)
    doubled = SQLTransformer(statement="SELECT *, x * 2 AS prediction FROM __THIS__")
    ctx.publish_model("double", Pipeline(stages=[doubled]).fit(frame), golden_rows=frame)
    stream = (spark.readStream.schema(frame.schema).parquet(data).writeStream.format("memory")
        .queryName("seen").option("checkpointLocation", ctx.checkpoint_uri("seen"))
        .trigger(availableNow=True).start())
    stream.awaitTermination()
    return {"rows": frame.count(), "seen": spark.table("seen").count()}

@analytics
def only_store(ctx: Context) -> None:
    ctx.store.get(ctx.store.uri("x"))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("s3")) as made:
        yield made


def drive(folder: Path, server: Server, function: str, **more: Any) -> tuple[int, dict[str, Any]]:
    (folder / "app.py").write_text(APP)
    environ = driver_environ(
        folder,
        f"app:{function}",
        artifacts=f"s3://{BUCKET}/swirl",
        spark_conf={**CONF, "spark.jars": spark_jars()},
        **more,
    )
    without = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    paths = os.pathsep.join((str(folder), *sys.path))
    done = subprocess.run(
        [sys.executable, "-m", "swirl.job"],
        env={**without, **environ, **server.environ, "PYTHONPATH": paths},
        cwd=folder,
        stderr=subprocess.PIPE,
        timeout=240,
    )
    print(done.stderr.decode()[-4000:])
    return done.returncode, json.loads((folder / "termination").read_bytes())


def test_spark_and_swirl_share_a_bucket(server: Server, tmp_path: Path) -> None:
    data = f"s3a://{BUCKET}/users/numbers"
    code, outcome = drive(tmp_path, server, "train", parameters={"data": data})
    assert (code, outcome["outcome"]) == (0, "Succeeded"), outcome
    assert outcome["result"] == {"rows": 25, "seen": 25}
    (model,) = outcome["models"]
    with told(server.environ):
        with open_model(model["uri"], model["digest"]) as opened:
            assert (opened.native / "metadata").is_dir()
            assert opened.golden().outputs[1] == {"prediction": 2.0}
        checkpoint = Store(f"s3://{BUCKET}/swirl").list(f"s3://{BUCKET}/swirl/work/ads/train/seen")
    assert {"metadata", "offsets/0", "commits/0"} <= set(checkpoint)


def test_a_bucket_that_is_away_is_not_the_functions_fault(tmp_path: Path) -> None:
    with running(tmp_path / "s3") as server:
        (tmp_path / "s3" / "buckets" / BUCKET).rmdir()
        code, outcome = drive(tmp_path, server, "only_store")
    assert (code, outcome["reason"]) == (1, "PlatformError")
    assert outcome["message"].startswith(
        f"the artifact store s3://{BUCKET} at {server.endpoint} cannot be used: there is no such "
    )
