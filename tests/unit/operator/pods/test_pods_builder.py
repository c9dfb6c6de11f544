"""What every Pod that Swirl makes has in common."""

from __future__ import annotations

from swirl.wire.containers import ScorerEnvironment
from swirl_operator.pods.builder import container, http_probe, pod_spec, process, resources
from swirl_operator.runtime.interface import Object

MOUNT: Object = {"name": "artifacts", "mountPath": "/artifacts"}


def test_a_process_has_what_it_asks_for_and_what_all_have() -> None:
    made = process(
        "scorer",
        "swirl/scorer:1",
        ScorerEnvironment(model_name="m", model_uri="file:///$HOME"),
        ports={"http": 8080},
        resources=resources(cpu="1", memory="1Gi"),
        mounts=[MOUNT],
        args=["go"],
    )
    assert (made["name"], made["image"], made["args"]) == ("scorer", "swirl/scorer:1", ["go"])
    assert made["imagePullPolicy"] == "IfNotPresent"
    assert made["terminationMessagePolicy"] == "FallbackToLogsOnError"
    assert made["ports"] == [{"name": "http", "containerPort": 8080}]
    assert {"name": "SWIRL_MODEL_URI", "value": "file:///$$HOME"} in made["env"]
    assert made["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}, MOUNT]
    assert made["securityContext"]["readOnlyRootFilesystem"] is True


def test_a_pod_writes_to_tmp_and_nowhere_else() -> None:
    spec = pod_spec(container("x"), volumes=[{"name": "artifacts"}], restartPolicy="Never")
    assert [volume["name"] for volume in spec["volumes"]] == ["tmp", "artifacts"]
    assert [made["name"] for made in spec["containers"]] == ["x"]
    assert spec["restartPolicy"] == "Never"
    assert spec["enableServiceLinks"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True


def test_memory_is_limited_and_cpu_is_not() -> None:
    assert resources(cpu="1", memory="1Gi") == {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"memory": "1Gi"},
    }
    assert resources(cpu="1", memory="1Gi", memory_limit="2Gi")["limits"] == {"memory": "2Gi"}


def test_a_probe_counts_to_three_unless_it_is_told_otherwise() -> None:
    assert http_probe("/readyz", period=2)["failureThreshold"] == 3
    assert http_probe("/readyz", period=2, failures=6)["failureThreshold"] == 6
