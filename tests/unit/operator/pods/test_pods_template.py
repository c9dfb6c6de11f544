"""The digest of a template of pods."""

from __future__ import annotations

from swirl_operator.pods.template import digest_of, labelled
from swirl_operator.runtime.interface import Object


def deployment(workers: str = "1") -> Object:
    container = {"name": "scorer", "env": [{"name": "WORKERS", "value": workers}]}
    template = {"metadata": {"labels": {"app": "mood"}}, "spec": {"containers": [container]}}
    return labelled({"spec": {"replicas": 1, "template": template}})


def test_the_label_follows_the_template_and_nothing_else() -> None:
    one = deployment()
    assert digest_of(one) == digest_of(deployment())
    assert digest_of(one) != digest_of(deployment(workers="2"))
    assert one["spec"]["template"]["metadata"]["labels"]["app"] == "mood"
