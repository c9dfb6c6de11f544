"""Which cluster the demo runs on, and how images get onto it.

In this order: the kubectl context in SWIRL_CONTEXT; kind, where a Docker engine answers; otherwise
the Kubernetes that this repository builds and starts itself.
"""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devtools.command import answers, find, run
from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.stream import stream

KIND_NAME = "swirl"
_ANSWER_SECONDS = 120.0


class Cluster(ABC):
    """A place to run the demo."""

    name: str

    @abstractmethod
    def up(self, progress: Progress) -> None:
        """Make it answer; does nothing where it does already."""

    @abstractmethod
    def load(self, images: Mapping[str, str], progress: Progress) -> dict[str, str]:
        """Bring the images onto the nodes; returns the names that pods must use."""

    @abstractmethod
    def down(self, progress: Progress) -> None:
        """Remove what `up` made."""

    @abstractmethod
    def kubectl(self) -> list[str]:
        """kubectl and the options that point it to this cluster."""

    @abstractmethod
    def helm(self) -> list[str]:
        """The same for helm."""


class ContextCluster(Cluster):
    """A cluster that was there before, named by a kubectl context. Images go to a registry."""

    def __init__(self, context: str, registry: str) -> None:
        if not registry:
            raise ToolError(
                "SWIRL_CONTEXT is set, so SWIRL_REGISTRY must name a registry that this machine "
                "can push to and the cluster can pull from, for example example.org/team"
            )
        self.name = f"context {context}"
        self._context = context
        self._registry = registry.rstrip("/")

    def up(self, progress: Progress) -> None:
        said = run([*self.kubectl(), "version"], timeout=_ANSWER_SECONDS)
        progress.say(f"  {said.splitlines()[-1]}")

    def load(self, images: Mapping[str, str], progress: Progress) -> dict[str, str]:
        pushed = {
            name: f"{self._registry}/{image.removeprefix('localhost/')}"
            for name, image in images.items()
        }
        docker = answers(["docker", "info"])
        for name, image in images.items():
            target = pushed[name]
            if docker:
                run(["docker", "tag", image, target], timeout=_ANSWER_SECONDS)
                command = ["docker", "push", "--quiet", target]
            else:
                command = ["buildah", "push", image, f"docker://{target}"]
            stream(command, progress, what=f"pushing {target}")
        return pushed

    def down(self, progress: Progress) -> None:
        progress.say(f"  {self.name} was there before, and stays")

    def kubectl(self) -> list[str]:
        program = find("kubectl", "the demo talks to SWIRL_CONTEXT through it")
        return [program, "--context", self._context]

    def helm(self) -> list[str]:
        program = find("helm", "the demo installs the chart with it")
        return [program, "--kube-context", self._context]


class KindCluster(Cluster):
    """Kubernetes in Docker."""

    name = "kind"

    def __init__(self, repository: Path) -> None:
        self._config = repository / "kind-config.yaml"
        # Its own file: the user's ~/.kube/config is not the demo's to change.
        self._kubeconfig = repository / "build" / "kind.kubeconfig"

    def up(self, progress: Progress) -> None:
        kind = self._kind()
        if KIND_NAME in run([kind, "get", "clusters"], timeout=_ANSWER_SECONDS).split():
            command = ["export", "kubeconfig"]
        else:
            command = ["create", "cluster", "--config", str(self._config), "--wait", "180s"]
        self._kubeconfig.parent.mkdir(parents=True, exist_ok=True)
        place = ["--name", KIND_NAME, "--kubeconfig", str(self._kubeconfig)]
        stream([kind, *command, *place], progress, what="starting kind")

    def load(self, images: Mapping[str, str], progress: Progress) -> dict[str, str]:
        command = [self._kind(), "load", "docker-image", "--name", KIND_NAME, *images.values()]
        stream(command, progress, what="loading images")
        return dict(images)

    def down(self, progress: Progress) -> None:
        command = [self._kind(), "delete", "cluster", "--name", KIND_NAME]
        place = ["--kubeconfig", str(self._kubeconfig)]
        stream([*command, *place], progress, what="removing kind")
        self._kubeconfig.unlink(missing_ok=True)

    def kubectl(self) -> list[str]:
        program = find("kubectl", "the demo talks to kind through it")
        return [program, "--kubeconfig", str(self._kubeconfig)]

    def helm(self) -> list[str]:
        program = find("helm", "the demo installs the chart with it")
        return [program, "--kubeconfig", str(self._kubeconfig)]

    def _kind(self) -> str:
        return find("kind", "a Docker engine answers, so the demo starts its cluster with it")


class LocalCluster(Cluster):
    """The Kubernetes of this repository, without Docker."""

    name = "localcluster"

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def up(self, progress: Progress) -> None:
        # helm, too, here and now: later it would be built while nothing is said.
        self._stream(["build"], progress, "building Kubernetes and its tools")
        self._stream(["up"], progress, "starting Kubernetes")

    def load(self, images: Mapping[str, str], progress: Progress) -> dict[str, str]:
        self._stream(["load", *images.values()], progress, "loading images")
        return dict(images)

    def down(self, progress: Progress) -> None:
        self._stream(["down"], progress, "stopping Kubernetes")

    def kubectl(self) -> list[str]:
        return [self._ask("tool", "kubectl"), "--kubeconfig", self._ask("kubeconfig")]

    def helm(self) -> list[str]:
        return [self._ask("tool", "helm"), "--kubeconfig", self._ask("kubeconfig")]

    def _ask(self, *words: str) -> str:
        return run(self._command(*words), directory=self._repository, timeout=600).strip()

    def _stream(self, words: Sequence[str], progress: Progress, what: str) -> None:
        stream(self._command(*words), progress, what=what, directory=self._repository)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "localcluster", *words]


def choose(
    repository: Path,
    env: Mapping[str, str] = os.environ,
    docker_answers: Callable[[], bool] = lambda: answers(["docker", "info"]),
) -> Cluster:
    """The cluster for this machine."""
    if context := env.get("SWIRL_CONTEXT", ""):
        return ContextCluster(context, env.get("SWIRL_REGISTRY", ""))
    return KindCluster(repository) if docker_answers() else LocalCluster(repository)
