"""Images are pushed by digest, and the chart is told which."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.errors import ToolError
from imagebuild.push import Pushed, checked_registry, push, values_of, write_pushed

DIGEST = "sha256:" + "ab" * 32


class Registry:
    """An engine that only notes what it pushes."""

    def __init__(self) -> None:
        self.pushed: dict[str, str] = {}

    def push(self, reference: str, target: str) -> str:
        self.pushed[target] = reference
        return DIGEST


IMAGES = {name: f"localhost/swirl/{name}:1a2b" for name in ("operator", "kafka", "spark")}


def test_images_go_to_the_registry_under_their_names() -> None:
    registry = Registry()
    pushed = push(IMAGES, "r.example/team", registry)
    assert registry.pushed == {
        f"r.example/team/swirl/{name}:1a2b": reference for name, reference in IMAGES.items()
    }
    assert str(pushed["spark"]) == f"r.example/team/swirl/spark:1a2b@{DIGEST}"


def test_images_of_a_version_have_it_as_their_tag() -> None:
    registry = Registry()
    push({"spark": IMAGES["spark"]}, "r.example:5000", registry, "0.2.0")
    assert list(registry.pushed) == ["r.example:5000/swirl/spark:0.2.0"]


def test_images_of_the_chart_are_told_to_it(tmp_path: Path) -> None:
    pushed = push(IMAGES, "r.example/team", Registry())
    write_pushed(pushed, tmp_path)
    values = json.loads((tmp_path / "values.yaml").read_text())
    assert values == {
        "image": {"registry": "r.example/team"},
        "operator": {"image": {"repository": "swirl/operator", "tag": "1a2b", "digest": DIGEST}},
        "kafka": {"image": {"repository": "swirl/kafka", "tag": "1a2b", "digest": DIGEST}},
    }
    assert json.loads((tmp_path / "pushed.json").read_text())["spark"] == str(pushed["spark"])


def test_chart_renders_what_was_pushed(render: Callable[..., list[dict[str, object]]]) -> None:
    names = ("operator", "scorer", "monitor", "kafka")
    pushed = {name: Pushed("r.example/team", f"swirl/{name}", "1", DIGEST) for name in names}
    text = json.dumps(render(**values_of(pushed)))
    for name in ("operator", "scorer", "monitor"):
        assert f"r.example/team/swirl/{name}@{DIGEST}" in text


@pytest.mark.parametrize("given", ["", "https://r.example", "localhost", "r.example/Team", "a b"])
def test_a_registry_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(ToolError, match=r"which is no place for images[\s\S]*REGISTRY=registry"):
        checked_registry(given)


@pytest.mark.parametrize("given", ["r.example", "localhost:5000", "10.0.0.1:5000/a/b-c", "r.e/a/"])
def test_a_registry_may_have_a_port_and_a_path(given: str) -> None:
    assert checked_registry(given) == given.removesuffix("/")
