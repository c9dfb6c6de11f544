"""Manifests as people keep them in Git: the example's, the least that a kind takes, and a lot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from swirl.kube.request import Object

EXAMPLE = Path(__file__).parents[3] / "examples" / "ads" / "manifests"

_POD: Object = {
    "env": [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ],
    "envFrom": [{"secretRef": {"name": "s"}}],
    "pod": {
        "labels": {"team": "data"},
        "annotations": {"example.org/a": "b"},
        "nodeSelector": {"pool": "spark"},
        "tolerations": [{"key": "spark", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "imagePullPolicy": "Always",
        "volumes": [{"name": "v", "emptyDir": {}}],
        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
        "template": {"spec": {"dnsPolicy": "ClusterFirst"}},
    },
}
_CPU = {"requests": {"cpu": 1}, "limits": {"cpu": "1500m"}}
_JOB: Object = {"mode": "Batch", "image": "ads:1", "entryPoint": {"function": "ads.train:train"}}
_RUN: Object = {"job": "train", "parameters": {"a": 1, "b": {"c": []}, "d": {}}}
_SERVER: Object = {"model": {"job": "train"}}
_NODES: Object = {
    "nodes": [{"name": "ingest"}],
    "metrics": [{"name": "rows", "node": "ingest", "source": {"metric": "rows"}}],
}


def manifests() -> Iterator[tuple[str, Object]]:
    """Pairs of a name and a manifest."""
    for path in sorted(EXAMPLE.glob("*.yaml")):
        for obj in yaml.safe_load_all(path.read_text()):
            if obj["apiVersion"].startswith("swirl.dev/"):
                yield f"example-{path.stem}", obj
    yield "least-job", _thing("AnalyticsJob", "least", _JOB)
    yield "least-run", _thing("AnalyticsRun", "least", {"job": "train"})
    yield "least-server", _thing("ModelServer", "least", _SERVER)
    yield "least-monitor", _thing("SwirlMonitor", "least", _NODES)
    yield (
        "much-job",
        _thing(
            "AnalyticsJob",
            "much",
            {
                **_JOB,
                **_POD,
                "parameters": {"a": 1, "b": {"c": []}, "d": {}, "e": 1.5},
                "spark": {
                    "driver": {"memory": "2Gi", "resources": _CPU},
                    "executor": {"instances": 2, "resources": _CPU},
                    "conf": {"spark.sql.shuffle.partitions": "4"},
                },
                "retry": {"limit": 1},
                "timeoutSeconds": 60,
                "startTimeoutSeconds": 60,
                "failedRunsHistoryLimit": 5,
            },
        ),
    )
    yield "much-run", _thing("AnalyticsRun", "much", {**_RUN, "jobSpec": _JOB})
    yield (
        "much-server",
        _thing(
            "ModelServer",
            "much",
            {
                **_SERVER,
                **_POD,
                "model": {"job": "train", "name": "sentiment"},
                "resources": {
                    "requests": {"cpu": 1, "memory": "1.5Gi"},
                    "limits": {"memory": "2G"},
                },
                "runtime": {"image": "scorer:1"},
            },
        ),
    )
    yield (
        "much-monitor",
        _thing(
            "SwirlMonitor",
            "much",
            {
                **_NODES,
                **_POD,
                "detection": {"windowSeconds": 1},
                "notify": {
                    "alertmanager": {"urls": ["http://alerts:9093"]},
                    "webhook": {"secretRef": {"name": "hook"}},
                },
                "rules": [{"name": "r", "when": {"node": "ingest"}, "verdict": "It broke"}],
            },
        ),
    )


def _thing(kind: str, name: str, spec: Object) -> Object:
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "default", "labels": {"team": "data"}},
        "spec": spec,
    }
