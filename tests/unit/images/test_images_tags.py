"""A tag changes with what is in the image, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devtools.references import OF_CHART
from imagebuild import tags as tagging
from imagebuild.catalogue import CATALOGUE, RUNNABLE, Image, with_parents


@dataclass(frozen=True)
class Fixed:
    paths: tuple[Path, ...] = field(default=())

    def inputs(self) -> Iterator[Path]:
        yield from self.paths

    def write(self, context: Path) -> None:
        raise AssertionError("a tag is told without filling a context")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tagging, "REPOSITORY", tmp_path)
    write_dockerfile(tmp_path)
    (tmp_path / "code.py").write_text("x = 1")
    return tmp_path


def write_dockerfile(repository: Path, **instructions: str) -> None:
    folder = repository / "runtime-images"
    folder.mkdir(exist_ok=True)
    stages = {"base": "RUN true", "operator": "CMD []"} | instructions
    text = "".join(f"FROM below AS {name}\n{lines}\n" for name, lines in stages.items())
    (folder / "Dockerfile").write_text(text)


def tags_of(repository: Path) -> tuple[str, str]:
    base = Image("base", None)
    operator = Image("operator", "base", (Fixed((repository / "code.py",)),))
    known = tagging.tags([base, operator])
    return known["base"], known["operator"]


def test_images_tag_is_the_same_for_the_same_inputs(repository: Path) -> None:
    assert tags_of(repository) == tags_of(repository)


def test_images_tag_changes_with_code_and_leaves_parents_alone(repository: Path) -> None:
    base, operator = tags_of(repository)
    (repository / "code.py").write_text("x = 2")
    assert tags_of(repository)[0] == base
    assert tags_of(repository)[1] != operator


def test_images_tag_changes_with_every_parent(repository: Path) -> None:
    _, operator = tags_of(repository)
    write_dockerfile(repository, base="RUN false")
    assert tags_of(repository)[1] != operator


def test_images_tag_changes_with_its_own_stage_alone(repository: Path) -> None:
    base, operator = tags_of(repository)
    write_dockerfile(repository, operator="CMD [1]", scorer="CMD []")
    assert tags_of(repository)[0] == base
    assert tags_of(repository)[1] != operator


def test_images_tag_changes_with_a_file_that_becomes_executable(repository: Path) -> None:
    _, operator = tags_of(repository)
    (repository / "code.py").chmod(0o755)
    assert tags_of(repository)[1] != operator


def test_images_tag_ignores_when_a_file_was_written(repository: Path) -> None:
    before = tags_of(repository)
    (repository / "code.py").write_text("x = 1")
    assert tags_of(repository) == before


def test_images_stand_on_a_public_debian_under_its_own_name() -> None:
    images = with_parents(("operator",))
    public = tagging.tags(images, debian="debian:bookworm-slim")
    own = tagging.tags(images)
    assert public["debian"] == "debian:bookworm-slim"
    assert all(public[image.name] != own[image.name] for image in images)


def test_images_come_after_their_parents() -> None:
    seen: set[str | None] = {None}
    for image in with_parents(RUNNABLE):
        assert image.parent in seen
        seen.add(image.name)
    assert seen == {None, *CATALOGUE}


def test_images_only_those_asked_for_and_their_parents() -> None:
    names = [image.name for image in with_parents(("kafka",))]
    assert names == ["debian", "base", "java", "kafka-packages", "kafka"]


def test_images_of_the_chart_are_built() -> None:
    assert set(OF_CHART) <= set(RUNNABLE)
