"""The one Dockerfile: what `make images` takes of it, and what it does by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devtools.paths import REPOSITORY
from imagebuild.catalogue import CATALOGUE, RUNNABLE, Image
from imagebuild.engines import FILLED, target
from imagebuild.packages import Packages
from imagebuild.sources import Code
from imagebuild.stages import stages

DOCKERFILE = (REPOSITORY / "runtime-images" / "Dockerfile").read_text()
STAGES = stages(DOCKERFILE)
OWN = tuple(image for image in CATALOGUE.values() if image.name != "debian")


def test_stages_are_taken_apart() -> None:
    found = stages("ARG A\n# first\nFROM x AS one\nRUN a\n\n# second\nFROM one AS two\nRUN b\n")
    assert found == {"one": "FROM x AS one\nRUN a", "two": "FROM one AS two\nRUN b"}


@pytest.mark.parametrize("image", OWN, ids=lambda image: image.name)
def test_images_stand_on_the_same_with_and_without_the_builder(image: Image) -> None:
    below = {"base": "${DEBIAN}"}.get(image.name, f"${{BELOW:-{image.parent}}}")
    assert STAGES[image.name].splitlines()[0] == f"FROM {below} AS {image.name}"


@pytest.mark.parametrize(
    "image", [image for image in OWN if image.sources], ids=lambda image: image.name
)
def test_images_are_filled_by_the_same_program(image: Image) -> None:
    content = STAGES[f"{image.name}-content"]
    assert content.endswith(f"fill.py {image.name} /{FILLED}")
    assert f"COPY --from={image.name}-content /{FILLED}/ /opt/" in STAGES[image.name]
    copied = re.findall(r"^COPY (.+) \S+$", content, re.MULTILINE)
    there = {name for line in copied for name in line.split()}
    # What the program itself is made of is there already.
    own = {"devtools", "runtime-images/imagebuild"}
    for path in (path for source in image.sources for path in source.inputs()):
        inside = path.relative_to(REPOSITORY)
        assert there & {str(inside), *map(str, inside.parents)} or own & set(
            map(str, inside.parents)
        ), inside


def test_images_that_run_have_a_target() -> None:
    assert set(RUNNABLE) <= set(STAGES)


def test_images_of_no_architecture_alone() -> None:
    assert not re.search(r"amd64|x86_64|aarch64", re.sub(r"^#.*$", "", DOCKERFILE, flags=re.M))


def test_images_content_is_handed_over_as_a_context() -> None:
    words = target("r/spark:1", CATALOGUE["spark"], Path("/c"), "r/below:1")
    assert words[-3:] == ["--build-context", "spark-content=/c", "/c"]
    assert words[words.index("--build-arg") :][:2] == ["--build-arg", "BELOW=r/below:1"]
    assert "--build-context" not in target("r/java:1", CATALOGUE["java"], Path("/c"), "r/base:1")
    base = target("r/base:1", CATALOGUE["base"], Path("/c"), "debian:x")
    assert "DEBIAN=debian:x" in base


def test_images_are_filled_with_packages_before_code() -> None:
    for image in OWN:
        kinds = {type(source) for source in image.sources}
        assert image.name == "ads" or not kinds >= {Packages, Code}
