"""Brings images to a registry, and tells the chart where they are, by digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools import files
from devtools.errors import UNUSABLE, ToolError
from devtools.references import OF_CHART
from imagebuild.catalogue import PREFIX
from imagebuild.engines import Pusher
from imagebuild.progress import PROGRESS

_NAMESPACE = PREFIX.rpartition("/")[2]
_REGISTRY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*")


@dataclass(frozen=True)
class Pushed:
    """An image in a registry.

    Attributes:
        registry: as the user named it, with a path if it has one.
        repository: below it.
        tag: for people.
        digest: what it is, whatever happens to the tag.
    """

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The name without a tag."""
        return f"{self.registry}/{self.repository}"

    def __str__(self) -> str:
        return f"{self.name}:{self.tag}@{self.digest}"


def checked_registry(given: str) -> str:
    """A registry that images can be pushed to.

    Raises:
        ToolError: it is none.
    """
    registry = given.removesuffix("/")
    if _REGISTRY.fullmatch(registry) is None or registry == "localhost":
        raise ToolError(
            f"REGISTRY is {given!r}, which is no place for images",
            remedy="name a host, and a path where it has one: REGISTRY=registry.example.org/team",
            exit_code=UNUSABLE,
        )
    return registry


def push(
    images: Mapping[str, str], registry: str, engine: Pusher, tag: str | None = None
) -> dict[str, Pushed]:
    """Push images by their short names.

    Args:
        images: what the engine calls them.
        registry: where to.
        engine: has them.
        tag: what they are called there; None keeps the tag that says what is in them.
    """
    pushed = {}
    for name, reference in images.items():
        repository = f"{_NAMESPACE}/{name}"
        its = tag or reference.rpartition(":")[2]
        PROGRESS.say(f"{name}: pushing to {registry}/{repository}:{its}")
        digest = engine.push(reference, f"{registry}/{repository}:{its}")
        pushed[name] = Pushed(registry, repository, its, digest)
    return pushed


def values_of(pushed: Mapping[str, Pushed]) -> dict[str, files.JSON]:
    """The chart's values for what was pushed, as far as it starts it."""
    values: dict[str, files.JSON] = {}
    for name in OF_CHART:
        if name in pushed:
            image = pushed[name]
            values["image"] = {"registry": image.registry}
            values[name] = {
                "image": {
                    "repository": image.repository,
                    "tag": image.tag,
                    "digest": image.digest,
                }
            }
    return values


def write_pushed(pushed: Mapping[str, Pushed], folder: Path) -> None:
    """`values.yaml` for `helm -f`, and `pushed.json` with all the names."""
    # JSON is YAML, too.
    files.write_json(folder / "values.yaml", values_of(pushed))
    files.write_json(folder / "pushed.json", {name: str(image) for name, image in pushed.items()})
