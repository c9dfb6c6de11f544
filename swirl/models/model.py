"""Opens a published model, only if every file is the one that was published."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from swirl.models.golden import Golden
from swirl.models.manifest import FileEntry, Manifest, digest
from swirl.models.publish import GOLDEN, MANIFEST, NATIVE
from swirl.store import locations
from swirl.store.errors import ModelCorrupt, ModelNotFound
from swirl.store.store import Store

_FIX = "run the job again to publish a new model, or restore the file from a backup"


@dataclass(frozen=True, slots=True)
class Model:
    """A verified model.

    Attributes:
        uri: where it is in the store.
        digest: of its manifest.
        manifest: what it is.
        path: local folder with all its files; a copy if the store is remote.
    """

    uri: str
    digest: str
    manifest: Manifest
    path: Path
    _copied: bool = field(default=False, repr=False)

    @property
    def native(self) -> Path:
        """Folder of the files in the model's own format."""
        return self.path / NATIVE

    def golden(self) -> Golden:
        """Read the golden rows.

        Raises:
            ModelCorrupt: the trainer wrote something that cannot be read.
        """
        try:
            return Golden.from_json((self.path / GOLDEN).read_bytes())
        except ValueError as error:
            raise ModelCorrupt(f"{locations.join(self.uri, GOLDEN)}: {error}; {_FIX}") from error

    def close(self) -> None:
        """Remove the local copy, if there is one."""
        if self._copied:
            shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_model(uri: str, digest: str | None = None) -> Model:
    """Verify a model and make its files available locally.

    `file://` models are used in place; others are copied to a temporary folder which
    `Model.close` removes.

    Args:
        uri: the model's folder.
        digest: `sha256:…` the manifest must have; None accepts any.

    Raises:
        ModelNotFound: there is no complete model.
        ModelCorrupt: the manifest or a file is not what was published.
    """
    store = Store(uri)
    try:
        data = store.get(locations.join(uri, MANIFEST))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelNotFound(_why_not_found(store, uri)) from error
    manifest, found = _verify_manifest(uri, data, digest)
    path = locations.local_path(uri)
    if path is not None:
        _verify_files(store, uri, manifest, path)
        return Model(uri, found, manifest, path)
    copy = Path(tempfile.mkdtemp(prefix="swirl-model-"))
    try:
        for entry in manifest.files:
            _fetch(store, uri, entry, copy)
        (copy / MANIFEST).write_bytes(data)
        _verify_files(store, uri, manifest, copy)
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise
    return Model(uri, found, manifest, copy, _copied=True)


def _why_not_found(store: Store, uri: str) -> str:
    if store.exists(uri):
        return (
            f"the model at {uri} was never finished: it has no {MANIFEST}. "
            "The run that wrote it failed; run the job again"
        )
    return (
        f"there is no model at {uri}: check the URI, that the run has succeeded, "
        "and that the artifact volume is mounted here"
    )


def _verify_manifest(uri: str, data: bytes, expected: str | None) -> tuple[Manifest, str]:
    found = digest(data)
    where = locations.join(uri, MANIFEST)
    if expected is not None and found != expected:
        raise ModelCorrupt(f"{where} has digest {found}, expected {expected}; {_FIX}")
    try:
        return Manifest.from_json(data), found
    except ValueError as error:
        raise ModelCorrupt(f"{where} {error}; {_FIX}") from error


def _verify_files(store: Store, uri: str, manifest: Manifest, folder: Path) -> None:
    for entry in manifest.files:
        _verify_file(locations.join(uri, entry.path), folder / entry.path, entry)
    if GOLDEN not in {entry.path for entry in manifest.files}:
        raise ModelCorrupt(f"{locations.join(uri, MANIFEST)} does not list {GOLDEN}; {_FIX}")
    # Spark reads whatever lies in a folder, so a file too many changes a model as well.
    listed = {entry.path for entry in manifest.files}
    for path in store.list(locations.join(uri, NATIVE)):
        if f"{NATIVE}/{path}" not in listed:
            raise ModelCorrupt(
                f"{locations.join(uri, NATIVE, path)} does not belong to the model; "
                "remove the file, or run the job again to publish a new model"
            )


def _verify_file(where: str, path: Path, entry: FileEntry) -> None:
    if not path.is_file():
        raise ModelCorrupt(f"{where} is missing; {_FIX}")
    size = path.stat().st_size
    if size != entry.size:
        raise ModelCorrupt(f"{where} has {size} bytes, {entry.size} were published; {_FIX}")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        raise ModelCorrupt(f"{where} has SHA-256 {found}, {entry.sha256} was published; {_FIX}")


def _fetch(store: Store, uri: str, entry: FileEntry, folder: Path) -> None:
    where = locations.join(uri, entry.path)
    try:
        store.get_file(where, folder / entry.path)
    except FileNotFoundError as error:
        raise ModelCorrupt(f"{where} is missing; {_FIX}") from error
