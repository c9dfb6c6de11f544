"""A published model: an artifact with native files, golden rows and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from swirl.models.golden import Golden
from swirl.models.manifest import Manifest
from swirl.store import Artifact, ArtifactCorrupt, ArtifactType, locations, open_artifact

GOLDEN = "golden.json"
NATIVE = "native"

MODEL = ArtifactType(
    noun="model",
    remedy="run the job again to publish a new model",
    read=Manifest.from_dict,
    required=(GOLDEN,),
    closed=(NATIVE,),
)


@dataclass(frozen=True, slots=True)
class Model:
    """A verified model; `close` it, or use it in a `with` statement."""

    artifact: Artifact[Manifest]

    @property
    def uri(self) -> str:
        """Where it is in the store."""
        return self.artifact.uri

    @property
    def digest(self) -> str:
        """Digest of its manifest, and by that of all its files."""
        return self.artifact.digest

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return self.artifact.about

    @property
    def path(self) -> Path:
        """Local folder with all its files; a copy if the store is remote."""
        return self.artifact.path

    @property
    def native(self) -> Path:
        """Folder of the files in the model's own format."""
        return self.path / NATIVE

    def golden(self) -> Golden:
        """Read the golden rows.

        Raises:
            ArtifactCorrupt: the trainer wrote something that cannot be read.
        """
        try:
            return Golden.from_json((self.path / GOLDEN).read_bytes())
        except ValueError as error:
            where = locations.join(self.uri, GOLDEN)
            raise ArtifactCorrupt(f"{where}: {error}; {MODEL.repair}") from error

    def close(self) -> None:
        """Remove the local copy, if there is one."""
        self.artifact.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_model(uri: str, digest: str | None = None) -> Model:
    """Verify a model and make its files available locally; see `swirl.store.open_artifact`.

    Args:
        uri: the model's folder.
        digest: `sha256:…` the manifest must have; None accepts any.

    Raises:
        ArtifactNotFound: there is no complete model.
        ArtifactCorrupt: the manifest or a file is not what was published.
    """
    return Model(open_artifact(uri, MODEL, digest))
