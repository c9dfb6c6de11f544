"""The operator's driver Pod, run as the kubelet would, and what the operator reads of its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from swirl_operator.kinds.analyticsrun import report
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.installation import Installation
from tests.support.environ import environ_of
from tests.unit.job.driven import drive, modules

APP = """
from swirl import Context, analytics

@analytics
def train(ctx: Context, *, text: str, rows: int = 1) -> dict[str, object]:
    ctx.log_metric("rows", rows)
    return {
        "text": text,
        "run": [ctx.run.namespace, ctx.run.job, ctx.run.name, ctx.run.attempt, ctx.run.uid],
        "kafka": ctx.kafka.bootstrap_servers,
    }
"""


@pytest.mark.parametrize(
    ("parameters", "state", "permanent"),
    [({"text": "ü $(SWIRL_POD_NAME) $$ $"}, "Succeeded", False), ({}, "Failed", True)],
)
def test_the_operator_and_the_driver_understand_each_other(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parameters: dict[str, Any],
    state: str,
    permanent: bool,
) -> None:
    spec = AnalyticsJobSpec.model_validate(
        {"mode": "Batch", "image": "ads:1", "entryPoint": {"function": "app:train"}}
    )
    store = ArtifactStore(f"file://{tmp_path}/artifacts", "claim")
    pod = driver_pod(
        spec,
        namespace="ads",
        job="train",
        run="train-1",
        uid="0f8fad5b",
        attempt=2,
        parameters=parameters,
        installation=Installation(
            scorer_image="scorer:1",
            monitor_image="monitor:1",
            store=store,
            kafka=KafkaSettings(bootstrap_servers="127.0.0.1:9"),
            topics=Topics(),
        ),
    )
    termination = tmp_path / "termination"
    with modules(monkeypatch, tmp_path, {"app": APP}):
        code, _ = drive(
            {
                **environ_of(pod, {"metadata.name": "train-1-2", "status.podIP": "10.0.0.1"}),
                "SWIRL_TERMINATION_LOG": str(termination),
            }
        )
    ended = {"exitCode": int(code), "message": termination.read_text()}
    pod["status"] = {
        "phase": state,
        "containerStatuses": [{"name": "driver", "state": {"terminated": ended}}],
    }
    read = report.read(pod)
    assert (read.state, read.permanent) == (state, permanent)
    if permanent:
        assert read.reason == "InvalidParameters"
        assert read.message == "parameter 'text' is required: add it to the parameters"
    else:
        assert read.outcome is not None
        assert read.outcome.metrics == {"rows": "1"}
        assert json.loads(read.outcome.result or "") == {
            "text": parameters["text"],
            "run": ["ads", "train", "train-1", 2, "0f8fad5b"],
            "kafka": "127.0.0.1:9",
        }
