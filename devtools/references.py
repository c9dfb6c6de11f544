"""The parts of an image's name, and how the chart is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"
OF_CHART = ("operator", "scorer", "monitor", "kafka")
"""The images that the chart starts, or has the operator start; also the names of their values."""


@dataclass(frozen=True)
class Reference:
    """`registry/repository:tag` or `registry/repository@digest`.

    Attributes:
        registry: a host, with its port if it has one.
        repository: the path below it.
        tag, digest: empty where the name has none.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, name: str) -> Reference:
        """Take a name apart as container engines do: a first part that looks like a host is one."""
        rest, _, digest = name.partition("@")
        path, colon, tag = rest.rpartition(":")
        if not colon or "/" in tag:
            path, tag = rest, ""
        host, slash, repository = path.partition("/")
        if not slash or not (host == "localhost" or "." in host or ":" in host):
            host, repository = DEFAULT_REGISTRY, path
        return cls(host, repository, tag, digest)

    def values(self) -> dict[str, str]:
        """The chart's values of this image."""
        return {
            "registry": self.registry,
            "repository": self.repository,
            "tag": self.tag,
            "digest": self.digest,
        }


def chart_values(images: Mapping[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """The chart's values for images by their short names, as far as it starts them."""
    return {
        name: {"image": Reference.parse(images[name]).values()}
        for name in OF_CHART
        if name in images
    }
