"""How pods get at the artifact store."""

from __future__ import annotations

from dataclasses import dataclass

from swirl_operator.runtime.interface import Object

VOLUME = "artifacts"


@dataclass(frozen=True, slots=True)
class ArtifactStore:
    """The store's root, and how a Pod gets there.

    Attributes:
        uri: of the root.
        claim: that is mounted there, for `file://` roots.
        secret: whose keys are variables of whoever uses a bucket; None where none is needed.
    """

    uri: str
    claim: str
    secret: str | None = None

    @property
    def path(self) -> str | None:
        """Where the claim is mounted; None for stores that need no volume."""
        return self.uri.removeprefix("file://") if self.uri.startswith("file://") else None

    def volumes(self) -> list[Object]:
        """Pod volumes."""
        if self.path is None:
            return []
        return [{"name": VOLUME, "persistentVolumeClaim": {"claimName": self.claim}}]

    def env_from(self) -> list[Object]:
        """Where a container's variables come from, besides those that it is given one by one."""
        return [] if self.secret is None else [{"secretRef": {"name": self.secret}}]

    def mounts(self, *, read_only: bool = False) -> list[Object]:
        """Container volume mounts."""
        if self.path is None:
            return []
        mount: Object = {"name": VOLUME, "mountPath": self.path}
        if read_only:
            mount["readOnly"] = True
        return [mount]
