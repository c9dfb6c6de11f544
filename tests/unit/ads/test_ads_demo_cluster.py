"""Which cluster is chosen, and what is said when it cannot be used."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from adsdemo import cluster
from adsdemo.cluster import ContextCluster, KindCluster, LocalCluster, choose
from adsdemo.install import chart_images
from devtools.errors import ToolError
from devtools.progress import Progress

REPOSITORY = Path("/repository")


def _never() -> bool:
    pytest.fail("Docker must not be asked when SWIRL_CONTEXT is set")


def test_a_named_context_comes_first() -> None:
    env = {"SWIRL_CONTEXT": "prod", "SWIRL_REGISTRY": "example.org/team/"}
    cluster = choose(REPOSITORY, env, _never)
    assert isinstance(cluster, ContextCluster)
    assert cluster.name == "context prod"


def test_a_named_context_needs_a_registry() -> None:
    with pytest.raises(ToolError, match="SWIRL_REGISTRY must name a registry"):
        choose(REPOSITORY, {"SWIRL_CONTEXT": "prod"}, _never)


def test_kind_where_docker_answers_and_the_local_cluster_elsewhere() -> None:
    assert isinstance(choose(REPOSITORY, {}, lambda: True), KindCluster)
    assert isinstance(choose(REPOSITORY, {"SWIRL_CONTEXT": ""}, lambda: False), LocalCluster)


def test_every_image_of_the_chart_is_set() -> None:
    names = ("operator", "scorer", "monitor", "kafka", "ads", "spark")
    words = chart_images({name: f"localhost/swirl/{name}:1" for name in names})
    assert words[::2] == ["--set-json"] * 4
    told = dict(word.split("=", 1) for word in words[1::2])
    assert json.loads(told["operator.image"]) == {
        "registry": "localhost",
        "repository": "swirl/operator",
        "tag": "1",
        "digest": "",
    }


def test_images_keep_their_name_in_a_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[str] = []
    monkeypatch.setattr(cluster, "answers", lambda argv: False)
    monkeypatch.setattr(cluster, "stream", lambda argv, progress, what: run.append(" ".join(argv)))
    made = ContextCluster("prod", "example.org/team/")
    pushed = made.load({"ads": "localhost/swirl/ads:1"}, Progress(io.StringIO()))
    assert pushed == {"ads": "example.org/team/swirl/ads:1"}
    assert run == ["buildah push localhost/swirl/ads:1 docker://example.org/team/swirl/ads:1"]
