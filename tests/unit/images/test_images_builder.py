"""What is built: the missing, their missing parents, in order, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devtools.errors import ToolError
from imagebuild import builder
from imagebuild.builder import build, write_results


class Store:
    """An engine that only notes what it is asked for."""

    name = "store"

    def __init__(self, *, debian: str | None = None) -> None:
        self.debian = debian
        self.images: set[str] = set()
        self.built: list[tuple[str, str | None]] = []

    def stored(self) -> set[str]:
        return self.images

    def build(self, words: list[str]) -> None:
        options = dict(zip(words[:-1:2], words[1:-1:2], strict=True))
        reference, below = options["--tag"], options.get("--build-arg")
        self.images.add(reference)
        self.built.append((reference, below and below.partition("=")[2]))

    @property
    def names(self) -> list[str]:
        return [
            reference.removeprefix("localhost/swirl/").split(":")[0] for reference, _ in self.built
        ]


@pytest.fixture(autouse=True)
def contexts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(builder, "BUILD", tmp_path)
    monkeypatch.setattr(builder, "_fill", lambda image, folder: folder)


def test_images_builds_all_once() -> None:
    store = Store()
    first = build(("kafka",), store)
    assert store.names == ["debian", "base", "java", "kafka-packages", "kafka"]
    store.built.clear()
    assert build(("kafka",), store) == first
    assert store.built == []


def test_images_builds_on_what_was_just_built() -> None:
    store = Store()
    build(("operator",), store)
    references = [reference for reference, _ in store.built]
    assert [base for _, base in store.built] == [None, *references[:-1]]


def test_images_does_not_rebuild_lost_parents_of_what_is_there() -> None:
    store = Store()
    build(("kafka",), store)
    store.images = {name for name in store.images if "/kafka:" in name}
    store.built.clear()
    build(("kafka",), store)
    assert store.built == []


def test_images_builds_only_the_top_when_the_rest_is_there() -> None:
    store = Store()
    build(("kafka",), store)
    store.images = {name for name in store.images if "/kafka:" not in name}
    store.built.clear()
    build(("kafka",), store)
    assert store.names == ["kafka"]


def test_images_takes_a_public_debian_as_it_is() -> None:
    store = Store(debian="debian:bookworm-slim")
    build(("operator",), store)
    assert store.names == ["base", "operator-packages", "operator"]
    assert store.built[0][1] == "debian:bookworm-slim"


def test_images_says_which_image_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(image: object, folder: Path) -> Path:
        raise ToolError("no network")

    monkeypatch.setattr(builder, "_fill", fail)
    with pytest.raises(ToolError, match="debian: no network"):
        build(("operator",), Store())


def test_images_names_are_those_that_pods_use() -> None:
    store = Store()
    (name,) = build(("operator",), store).values()
    assert name == store.built[-1][0]


def test_images_names_can_be_pulled_from_nobody() -> None:
    (name,) = build(("operator",), Store()).values()
    assert name.startswith("localhost/swirl/operator:")


def test_images_results_add_up(tmp_path: Path) -> None:
    write_results(
        {"operator": "localhost/swirl/operator:1", "ads": "localhost/swirl/ads:1"}, tmp_path
    )
    write_results({"operator": "localhost/swirl/operator:2"}, tmp_path)
    images = json.loads((tmp_path / "images.json").read_text())
    assert images == {"operator": "localhost/swirl/operator:2", "ads": "localhost/swirl/ads:1"}
    values = json.loads((tmp_path / "values.yaml").read_text())
    parts = {"registry": "localhost", "repository": "swirl/operator", "tag": "2", "digest": ""}
    assert values == {"operator": {"image": parts}}
