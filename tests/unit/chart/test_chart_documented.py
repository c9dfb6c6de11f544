"""What the pages say about values is what the chart takes."""

from __future__ import annotations

import re
import subprocess

import yaml

from swirl.api.pods import Workload
from swirl.wire.containers import OperatorEnvironment
from tests.unit.chart.conftest import ROOT, Manifest, Render
from tests.unit.chart.test_chart_pods import environment, pods
from tests.unit.chart.test_chart_rbac import roles

PAGE = (ROOT / "docs" / "install.md").read_text()
_TYPED = re.compile(r"^cat > values.yaml <<END\n.*?^END\n", re.MULTILINE | re.DOTALL)


def typed() -> Manifest:
    """The file that the page makes, as the shell writes it."""
    (block,) = _TYPED.findall(PAGE)
    (said,) = re.findall(r"^```sh\n(export REGISTRY.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    script = f"{said}{block.replace('cat > values.yaml', 'cat')}"
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, check=True)
    values: Manifest = yaml.safe_load(done.stdout)
    return values


def test_chart_takes_the_values_of_the_page(render: Render) -> None:
    made = render(**typed())
    operator = pods(made)["swirl-operator"]["spec"]
    assert operator["imagePullSecrets"] == [{"name": "registry"}]
    assert operator["tolerations"][0]["key"] == "dedicated"
    told = OperatorEnvironment.read(environment(made))
    assert told.kafka is not None
    assert told.kafka.bootstrap_servers == "kafka.example.org:9093"
    assert told.artifacts_uri == "s3://analytics/swirl"
    workload = Workload.model_validate(told.pod_defaults)
    assert workload.pod.node_selector == {"pool": "analytics"}
    assert workload.pod.tolerations[0].key == "dedicated"
    assert [secret.name for secret in workload.pod.image_pull_secrets] == ["registry"]


def test_chart_copies_every_secret_of_the_page(render: Render) -> None:
    made = render(**typed())
    secrets = re.findall(r"kubectl create secret \S+ (\S+) -n swirl-system", PAGE)
    assert OperatorEnvironment.read(environment(made)).copied_secrets == tuple(sorted(secrets))
    allowed = roles(made, "ClusterRole")[None, "swirl-operator"]
    assert ("", "".join(["secrets", *(f"={name}" for name in sorted(secrets))])) in allowed
