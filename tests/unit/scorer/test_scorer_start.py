"""Starting: settings, exit codes, termination messages, and what must not be imported."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.models import Golden
from swirl.scorer.__main__ import main
from swirl.scorer.server import DrainingServer
from swirl.wire.exits import ScorerExit
from tests.support.logs import logs_restored
from tests.support.ports import free_port
from tests.support.s3 import told
from tests.support.spark_models import GOLDEN, publish

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "swirl", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    with logs_restored():
        yield


def environment(folder: Path, uri: str, **more: str) -> dict[str, str]:
    return {
        "SWIRL_MODEL_URI": uri,
        "SWIRL_MODEL_NAME": "sentiment",
        "SWIRL_TERMINATION_LOG": str(folder / "message"),
    } | more


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SWIRL_MODEL_URI": ""}, "SWIRL_MODEL_URI is not set"),
        ({"SWIRL_PORT": "x"}, "SWIRL_PORT must be a number from 0 to 65535, not 'x'"),
        ({"SWIRL_PORT": "70000"}, "SWIRL_PORT must be a number from 0 to 65535, not '70000'"),
        ({"SWIRL_LOG_FORMAT": "xml"}, "SWIRL_LOG_FORMAT must be one of text, json, not 'xml'"),
    ],
)
def test_wrong_settings_exit_2_with_a_message(
    tmp_path: Path, changes: dict[str, str], complaint: str
) -> None:
    assert main(environment(tmp_path, "file:///m", **changes)) is ScorerExit.CANNOT_LOAD
    assert (tmp_path / "message").read_text() == complaint


def test_golden_mismatch_exits_3_with_a_message(tmp_path: Path) -> None:
    wrong = Golden(GOLDEN.inputs, [{"predictedLabel": "neutral"}] * 3)
    published = publish(tmp_path, golden=wrong)
    assert main(environment(tmp_path, published.uri)) == 3
    message = (tmp_path / "message").read_text()
    assert "golden row 0, field 'predictedLabel': expected 'neutral', got 'positive'" in message


def test_no_model_exits_2_with_a_message(tmp_path: Path) -> None:
    assert main(environment(tmp_path, (tmp_path / "none").as_uri())) == 2
    assert "cannot open the model" in (tmp_path / "message").read_text()


def test_the_log_is_json_where_collectors_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That of the HTTP server as well."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        main(environment(tmp_path, publish(tmp_path).uri, SWIRL_PORT=port, SWIRL_LOG_FORMAT="json"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {line["logger"] for line in lines} == {"swirl.scorer", "uvicorn.error"}


def test_taken_port_does_not_look_like_a_golden_mismatch(tmp_path: Path) -> None:
    published = publish(tmp_path)
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(environment(tmp_path, published.uri, SWIRL_PORT=str(port))) == 1
    assert (tmp_path / "message").read_text().startswith(f"cannot serve on port {port}")


def test_asked_to_end_while_the_server_starts_it_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(self: DrainingServer) -> None:
        raise SystemExit(ScorerExit.STOPPED)

    monkeypatch.setattr(DrainingServer, "run", leave)
    assert main(environment(tmp_path, publish(tmp_path).uri)) is ScorerExit.STOPPED
    assert not (tmp_path / "message").exists()


def test_messages_fit_the_termination_log(tmp_path: Path) -> None:
    golden = Golden([{"text": "é" * 9000}], [{"predictedLabel": "é" * 9000}])
    assert main(environment(tmp_path, publish(tmp_path, golden=golden).uri)) == 3
    assert 0 < len((tmp_path / "message").read_bytes()) <= 4096


def test_without_a_termination_log_the_exit_code_stands(tmp_path: Path) -> None:
    env = environment(tmp_path, "file:///none", SWIRL_TERMINATION_LOG=str(tmp_path / "no" / "x"))
    assert main(env) == 2


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """What a process has imported that has imported the service."""
    code = "import sys, swirl.scorer.app, swirl.scorer.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("unwanted", ["pyspark", "numpy", "py4j", "pandas", "kafka"])
def test_importing_the_service_stays_light(imported: set[str], unwanted: str) -> None:
    assert "swirl.scorer.app" in imported
    assert unwanted not in imported


def test_a_store_that_is_none_exits_2_with_a_message(tmp_path: Path) -> None:
    assert main(environment(tmp_path, "hdfs://a/model")) == 2
    assert "write file://" in (tmp_path / "message").read_text()


def test_a_bucket_that_is_away_is_named_in_the_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swirl.store.bucket.RETRIES", 1)
    endpoint = f"http://127.0.0.1:{free_port()}"
    with told({**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}):
        assert main(environment(tmp_path, "s3://models/swirl/sentiment")) == 2
    said = (tmp_path / "message").read_text()
    assert "cannot open the model at s3://models/swirl/sentiment: the artifact store" in said
    assert f"s3://models at {endpoint} cannot be used: nothing listens there; correct" in said
