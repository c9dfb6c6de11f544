"""How pods get at the artifact store."""

from __future__ import annotations

from dataclasses import dataclass

from swirl_operator.runtime.interface import Object

VOLUME = "artifacts"


@dataclass(frozen=True, slots=True)
class ArtifactStore:
    """The store's root and, for `file://` roots, the claim that is mounted there."""

    uri: str
    claim: str

    @property
    def path(self) -> str | None:
        """Where the claim is mounted; None for stores that need no volume."""
        return self.uri.removeprefix("file://") if self.uri.startswith("file://") else None

    def volumes(self) -> list[Object]:
        """Pod volumes."""
        if self.path is None:
            return []
        return [{"name": VOLUME, "persistentVolumeClaim": {"claimName": self.claim}}]

    def mounts(self, *, read_only: bool = False) -> list[Object]:
        """Container volume mounts."""
        if self.path is None:
            return []
        mount: Object = {"name": VOLUME, "mountPath": self.path}
        if read_only:
            mount["readOnly"] = True
        return [mount]
