"""Deployments of one object's pods."""

from __future__ import annotations

from swirl.wire.labels import child_labels
from swirl_operator.pods.builder import container, pod_spec, pod_template
from swirl_operator.pods.deployment import build_deployment, image_of, selector
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object


def made(image: str = "swirl/monitor:1") -> Object:
    return build_deployment(
        "ads-monitor",
        kind="SwirlMonitor",
        owner="ads",
        namespace="shop",
        replicas=1,
        strategy={"type": "Recreate"},
        template=pod_template(
            pod_spec(container("monitor", image=image)),
            labels={**child_labels("SwirlMonitor", "ads"), "swirl.dev/role": "monitor"},
        ),
    )


def test_its_pods_are_those_of_the_object_and_not_of_its_namesakes() -> None:
    manifest = made()
    assert (manifest["metadata"]["name"], manifest["metadata"]["namespace"]) == (
        "ads-monitor",
        "shop",
    )
    chosen = manifest["spec"]["selector"]["matchLabels"]
    assert chosen == selector("SwirlMonitor", "ads")
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    assert chosen.items() <= labels.items()
    assert labels["swirl.dev/role"] == "monitor"


def test_another_template_has_another_digest() -> None:
    assert digest_of(made()) == digest_of(made())
    assert digest_of(made()) != digest_of(made("swirl/monitor:2"))
    assert image_of(made()) == "swirl/monitor:1"
