"""What the chart gives the Prometheus operator, and tells the operator of notifications."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from swirl.wire.containers import OperatorEnvironment
from swirl_operator.settings import installation
from tests.support.environ import environ_of
from tests.unit.chart.conftest import CHART, Manifest, Render

ON = {name: {"enabled": True} for name in ("serviceMonitor", "podMonitor", "prometheusRule")}

FIELDS = {"metadata.name": "operator-0", "metadata.namespace": "swirl-system"}


def one(made: list[Manifest], kind: str) -> Manifest:
    (found,) = (item for item in made if item["kind"] == kind)
    return found


def told(made: list[Manifest]) -> OperatorEnvironment:
    template = one(made, "Deployment")["spec"]["template"]
    return OperatorEnvironment.read(environ_of(template, FIELDS))


def test_nothing_of_it_without_being_asked(plain: list[Manifest]) -> None:
    kinds = {item["kind"] for item in plain}
    assert not {"ServiceMonitor", "PodMonitor", "PrometheusRule"} & kinds


def test_the_rules_arrive_as_they_are_tested(render: Render) -> None:
    labels = {"release": "prometheus"}
    metrics = {**ON, "prometheusRule": {"enabled": True, "labels": labels}}
    rule = one(render(metrics=metrics), "PrometheusRule")
    assert rule["spec"] == yaml.safe_load((CHART / "files" / "rules.yaml").read_text())
    assert rule["metadata"]["labels"].items() >= labels.items()


def test_the_operators_labels_win_over_those_of_its_own_pod(render: Render) -> None:
    (endpoint,) = one(render(metrics=ON), "ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["honorLabels"] is True


@pytest.mark.parametrize("role", ["monitor", "scorer"])
def test_engines_and_scorers_are_scraped_under_their_objects_names(
    render: Render, role: str
) -> None:
    spec = one(render(metrics=ON), "PodMonitor")["spec"]
    assert spec["selector"]["matchLabels"] == {"app.kubernetes.io/managed-by": "swirl"}
    (choice,) = spec["selector"]["matchExpressions"]
    assert (choice["key"], role in choice["values"]) == ("swirl.dev/role", True)
    (endpoint,) = spec["podMetricsEndpoints"]
    assert {item["targetLabel"] for item in endpoint["relabelings"]} == {"kind", "name"}


def test_pods_are_looked_for_where_analytics_run(render: Render) -> None:
    given = {"metrics": ON, "workloadNamespaces": ["ads", "reports"]}
    assert one(render(**given), "PodMonitor")["spec"]["namespaceSelector"] == {"any": True}
    listed = render(**given, workloadLabel={"enabled": False})
    assert one(listed, "PodMonitor")["spec"]["namespaceSelector"] == {
        "matchNames": ["ads", "reports"]
    }


# -- notifications -----------------------------------------------------------------------------


def test_nobody_is_told_by_default(plain: list[Manifest]) -> None:
    environment = told(plain)
    assert environment.notify == {}
    assert environment.copied_secrets == ()


def test_who_is_told_of_verdicts(render: Render) -> None:
    environment = told(
        render(
            notify={
                "alertmanager": {"urls": ["http://a:9093", "http://b:9093/am"]},
                "webhook": {"url": "https://hook.example/x", "secretName": "hook"},
            }
        )
    )
    notify = installation(environment).notify
    assert notify.alertmanager is not None
    assert notify.alertmanager.urls == ["http://a:9093", "http://b:9093/am"]
    assert notify.webhook is not None
    assert notify.webhook.url == "https://hook.example/x"
    assert notify.webhook.secret_ref.name == "hook"
    assert "hook" in environment.copied_secrets


def test_a_url_that_only_the_secret_knows(render: Render) -> None:
    environment = told(render(notify={"webhook": {"secretName": "hook"}}))
    assert environment.notify == {"webhook": {"secretRef": {"name": "hook"}}}


@pytest.mark.parametrize(
    ("notify", "says"),
    [
        ({"webhook": {"url": "https://hook.example/x"}}, "needs notify.webhook.secretName"),
        ({"alertmanager": {"urls": ["a:9093"]}}, "notify/alertmanager/urls/0|does not match"),
        ({"slack": {}}, "slack"),
    ],
)
def test_what_cannot_work_is_refused(render: Render, notify: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        render(notify=notify)
