"""The real process on loopback, serving what Spark trained, to the last request."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import (
    HashingTF,
    IndexToString,
    StringIndexer,
    Tokenizer,
    VectorAssembler,
)
from pyspark.sql import DataFrame, SparkSession

from swirl.models import Published, Signature, Tensor
from tests.integration.models.spark_answers import inputs_of, spark_answers
from tests.support.ports import free_port

BASE = "/v2/models/sentiment"
OUTPUTS = (
    Tensor("prediction", "FP64"),
    Tensor("predictedLabel", "BYTES"),
    Tensor("probability", "FP64", (-1, 2)),
)
Publish = Callable[..., Published]


@pytest.fixture(scope="module")
def texts(spark: SparkSession) -> DataFrame:
    rows = []
    for index in range(250):
        happy = index % 2 == 0
        word = "wonderful" if happy else "terrible"
        rows.append((f"Flight {index} was {word} \U0001f6eb", "positive" if happy else "negative"))
    return spark.createDataFrame(rows, "text string, label string").cache()


@pytest.fixture(scope="module")
def text_model(texts: DataFrame) -> PipelineModel:
    index = StringIndexer(inputCol="label", outputCol="y").fit(texts)
    stages: list[Any] = [
        index,
        Tokenizer(inputCol="text", outputCol="words"),
        HashingTF(inputCol="words", outputCol="features"),
        LogisticRegression(labelCol="y", maxIter=5),
        IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=index.labels),
    ]
    return Pipeline(stages=stages).fit(texts)


@pytest.fixture(scope="module")
def sentiment(texts: DataFrame, text_model: PipelineModel, publish: Publish) -> Published:
    """The model on texts, published once: a model never changes."""
    return publish(text_model, texts, Signature((Tensor("text", "BYTES"),), OUTPUTS))


@contextmanager
def serving(published: Published, folder: Path, **env: str) -> Iterator[tuple[Any, str]]:
    """The scorer as a process; yields it with its base URL once it is ready."""
    port = free_port()
    settings = {
        "SWIRL_MODEL_URI": published.uri,
        "SWIRL_MODEL_DIGEST": published.digest,
        "SWIRL_MODEL_NAME": "sentiment",
        "SWIRL_MODEL_VERSION": "train-1",
        "SWIRL_POD_NAMESPACE": "ads",
        "SWIRL_PORT": str(port),
        "SWIRL_TERMINATION_LOG": str(folder / "message"),
    }
    command = [sys.executable, "-m", "swirl.scorer"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **settings, **env}, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            try:
                if httpx.get(f"{url}/v2/health/ready").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_text_model_over_both_protocols(
    texts: DataFrame, text_model: PipelineModel, sentiment: Published, tmp_path: Path
) -> None:
    rows = inputs_of(texts, ["text"])
    expected = spark_answers(text_model, texts, [tensor.name for tensor in OUTPUTS])
    # Kafka is configured but not there: scoring must not notice.
    away = {"SWIRL_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}"}
    with (
        serving(sentiment, tmp_path, **away) as (_, url),
        httpx.Client(base_url=url) as client,
    ):
        answers = client.post(f"{BASE}/rows", json=rows).json()
        column = [row["text"] for row in rows]
        tensor = {"name": "text", "shape": [len(rows)], "datatype": "BYTES", "data": column}
        infer = client.post(f"{BASE}/infer", json={"inputs": [tensor]}).json()
        single = client.post(f"{BASE}/rows", json=rows[0]).json()
    assert len(answers) >= 200
    assert single == answers[0]
    flat = {output["name"]: output["data"] for output in infer["outputs"]}
    for index, (want, got) in enumerate(zip(expected, answers, strict=True)):
        assert got["predictedLabel"] == want["predictedLabel"] == flat["predictedLabel"][index]
        assert got["prediction"] == want["prediction"]
        assert got["probability"] == pytest.approx(want["probability"], abs=1e-9)
        assert flat["probability"][2 * index : 2 * index + 2] == got["probability"]


def test_numbers_and_categories(spark: SparkSession, publish: Publish, tmp_path: Path) -> None:
    cities = ("Wien", "Graz", "Łódź")
    rows = [
        (20 + i % 50, 1000.0 + 7.5 * i, cities[i % 3], "yes" if i % 50 > 20 else "no")
        for i in range(240)
    ]
    frame = spark.createDataFrame(rows, "age int, income double, city string, label string")
    index = StringIndexer(inputCol="label", outputCol="y").fit(frame)
    stages: list[Any] = [
        index,
        StringIndexer(inputCol="city", outputCol="cityIndex", handleInvalid="keep"),
        VectorAssembler(inputCols=["age", "income", "cityIndex"], outputCol="features"),
        LogisticRegression(labelCol="y", maxIter=10),
        IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=index.labels),
    ]
    model = Pipeline(stages=stages).fit(frame)
    inputs = (Tensor("age", "INT32"), Tensor("income", "FP64"), Tensor("city", "BYTES"))
    published = publish(model, frame, Signature(inputs, OUTPUTS))
    given = inputs_of(frame, [tensor.name for tensor in inputs])
    expected = spark_answers(model, frame, [tensor.name for tensor in OUTPUTS])
    with serving(published, tmp_path) as (_, url):
        answers = httpx.post(f"{url}{BASE}/rows", json=given).json()
        refused = httpx.post(f"{url}{BASE}/rows", json=given[0] | {"age": "old"})
    assert len(answers) >= 200
    for want, got in zip(expected, answers, strict=True):
        assert got["predictedLabel"] == want["predictedLabel"]
        assert got["probability"] == pytest.approx(want["probability"], abs=1e-9)
    assert refused.status_code == 400
    assert "field 'age' should be an integer" in refused.json()["error"]


def test_no_request_fails_while_stopping(sentiment: Published, tmp_path: Path) -> None:
    with serving(sentiment, tmp_path, SWIRL_DRAIN_SECONDS="2") as (process, url):
        answered, failures, ready = asyncio.run(_stop_under_load(process, url))
        assert process.wait(10) == 0
    assert failures == []
    assert answered > 200
    assert ready == 503


async def _stop_under_load(
    process: subprocess.Popen[bytes], url: str
) -> tuple[int, list[str], int]:
    """Callers with kept connections go on until the server's promise ends, then stop."""
    failures: list[str] = []
    answered = 0
    stop = asyncio.Event()

    async def caller(client: httpx.AsyncClient) -> None:
        nonlocal answered
        while not stop.is_set():
            try:
                answer = await client.post(f"{BASE}/rows", json={"text": "a terrible flight"})
                if answer.json()["predictedLabel"] != "negative":
                    failures.append(answer.text)
                answered += 1
            except httpx.TransportError as error:
                failures.append(repr(error))

    async with httpx.AsyncClient(base_url=url) as client:
        callers = [asyncio.create_task(caller(client)) for _ in range(4)]
        await asyncio.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        signalled = time.monotonic()
        await asyncio.sleep(0.3)
        ready = (await client.get("/v2/health/ready")).status_code
        await asyncio.sleep(1.9 - (time.monotonic() - signalled))
        stop.set()
        await asyncio.gather(*callers)
    return answered, failures, ready


def test_request_under_way_is_finished(sentiment: Published, tmp_path: Path) -> None:
    body = json.dumps({"text": "wonderful"}).encode()
    with serving(sentiment, tmp_path, SWIRL_DRAIN_SECONDS="0.5") as (process, url):
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = f"POST {BASE}/rows HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:5])
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            # Past the drain: the listener is gone, this request is not.
            time.sleep(1.0)
            assert process.poll() is None
            connection.sendall(body[5:])
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert process.wait(10) == 0
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"predictedLabel":"positive"' in answer


def test_model_that_answers_otherwise_never_serves(sentiment: Published, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(sentiment.uri.removeprefix("file://"), store)
    golden = store / "golden.json"
    rows = json.loads(golden.read_text())
    rows["outputs"][7]["predictedLabel"] = "positive"
    golden.write_text(json.dumps(rows))
    manifest = store / "manifest.json"
    listed = json.loads(manifest.read_text())
    entry = next(file for file in listed["files"] if file["path"] == "golden.json")
    entry["size"] = golden.stat().st_size
    entry["sha256"] = hashlib.sha256(golden.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(listed))
    env = {
        "SWIRL_MODEL_URI": store.as_uri(),
        "SWIRL_MODEL_NAME": "sentiment",
        "SWIRL_TERMINATION_LOG": str(tmp_path / "message"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "swirl.scorer"],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 3
    words = (tmp_path / "message").read_text()
    assert "golden row 7, field 'predictedLabel': expected 'positive', got 'negative'" in words
