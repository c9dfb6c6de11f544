"""Which images there are, what each is made of, and what it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from imagebuild.imports import parts
from imagebuild.jars import Jars
from imagebuild.packages import Packages
from imagebuild.rootfs import Rootfs
from imagebuild.sources import Code, Source

PUBLIC_DEBIAN = "debian:bookworm-slim"
PREFIX = "localhost/swirl"
"""What the images are called before they go to a registry.

`swirl/x` alone would be somebody's `docker.io/swirl/x` wherever the image is not there yet.
"""


@dataclass(frozen=True)
class Image:
    """A target of runtime-images/Dockerfile; `debian` stands in for the public image below all."""

    name: str
    parent: str | None
    sources: tuple[Source, ...] = ()
    runnable: bool = False


def _library(code: str) -> Code:
    """The parts of `swirl/` that the code in a folder imports, and the modules beside them."""
    return Code(("swirl/*.py", *parts(code)), to="swirl/lib")


def _packages(name: str, parent: str, *sources: Source) -> Image:
    return Image(f"{name}-packages", parent, sources)


def _runnable(name: str, parent: str, *sources: Source) -> Image:
    return Image(name, parent, sources, runnable=True)


_ALL = (
    Image("debian", None, (Rootfs("bookworm"),)),
    Image("base", "debian"),
    Image("java", "base"),
    _packages("operator", "base", Packages("operator")),
    _packages("scorer", "base", Packages("scorer")),
    _packages("monitor", "base", Packages("monitor")),
    _packages(
        "spark",
        "java",
        Packages("pip"),
        Packages("spark"),
        Jars("spark/pom.xml", to="swirl/site/pyspark/jars"),
    ),
    _packages("kafka", "java", Jars("kafka/pom.xml", to="kafka/libs")),
    _runnable(
        "operator",
        "operator-packages",
        _library("operator/swirl_operator"),
        Code(("swirl_operator",), root="operator", to="swirl/lib"),
    ),
    _runnable("scorer", "scorer-packages", _library("swirl/scorer")),
    _runnable("monitor", "monitor-packages", _library("swirl/monitor")),
    _runnable(
        "spark",
        "spark-packages",
        _library("swirl/job"),
        Code(("entrypoint.sh", "bin"), root="runtime-images/spark", to="swirl"),
    ),
    _runnable(
        "kafka",
        "kafka-packages",
        Code(("entrypoint.sh", "log4j2.properties"), root="runtime-images/kafka", to="kafka"),
    ),
    _runnable(
        "ads",
        "spark",
        Packages("ads", below="spark"),
        Code(("ads",), root="examples/ads", to="swirl/app"),
    ),
)

CATALOGUE = {image.name: image for image in _ALL}
RUNNABLE = tuple(image.name for image in _ALL if image.runnable)
PUBLISHED = tuple(name for name in RUNNABLE if name != "ads")
"""What goes to a registry: all but the example."""


def with_parents(names: tuple[str, ...]) -> list[Image]:
    """The named images and all they stand on, each after its parent."""
    wanted: set[str] = set()
    for name in names:
        step: str | None = name
        while step is not None:
            wanted.add(step)
            step = CATALOGUE[step].parent
    return [image for image in _ALL if image.name in wanted]
