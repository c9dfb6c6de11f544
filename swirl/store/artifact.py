"""Artifacts: folders of the store that are published once, whole or not at all, and never change.

The manifest is written last, when every other file is durable, and names each with its digest. A
reader takes a folder without one for unfinished, and checks all that it names. Models are
artifacts; whatever else is published goes the same way.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from swirl.store import locations, manifest
from swirl.store.errors import ArtifactCorrupt, ArtifactExists, ArtifactNotFound
from swirl.store.manifest import FileEntry
from swirl.store.store import Store

MANIFEST = "manifest.json"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ArtifactType(Generic[T]):
    """What there is to know of artifacts of one type.

    Attributes:
        noun: what people call it, for messages: `model`.
        remedy: how to get a new one, for messages: `run the job again to publish a new model`.
        read: turns the manifest's object into what is said about the artifact; raises ValueError
            with a clause that goes on after the manifest's name.
        required: files without which it is none.
        closed: folders in which no file may lie that the manifest does not name.
    """

    noun: str
    remedy: str
    read: Callable[[Mapping[str, Any]], T]
    required: Sequence[str] = ()
    closed: Sequence[str] = ()

    @property
    def repair(self) -> str:
        """What to do about a broken one."""
        return f"{self.remedy}, or restore the file from a backup"


@dataclass(frozen=True, slots=True)
class Artifact(Generic[T]):
    """A verified artifact; `close` it, or use it in a `with` statement.

    Attributes:
        uri: where it is in the store.
        digest: of its manifest.
        about: what its manifest says about it.
        files: all of its files but the manifest.
        path: local folder with all of them; a copy if the store is remote.
    """

    uri: str
    digest: str
    about: T
    files: Sequence[FileEntry]
    path: Path
    _copied: bool = field(default=False, repr=False)

    def close(self) -> None:
        """Remove the local copy, if there is one."""
        if self._copied:
            shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Artifact[T]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def require_unpublished(store: Store, uri: str, artifact_type: ArtifactType[Any]) -> None:
    """Check that nothing is published at the URI; ask before writing files there.

    Raises:
        ArtifactExists: there is something.
    """
    if store.exists(locations.join(uri, MANIFEST)):
        raise _exists(uri, artifact_type)


def _exists(uri: str, artifact_type: ArtifactType[Any]) -> ArtifactExists:
    return ArtifactExists(
        f"a {artifact_type.noun} is already published at {uri}, and {artifact_type.noun}s "
        "never change: publish under another name, or once per run"
    )


def publish_artifact(
    store: Store,
    uri: str,
    artifact_type: ArtifactType[Any],
    about: Mapping[str, Any],
    paths: Sequence[str],
) -> str:
    """Make the files that were written below the URI an artifact; returns its digest.

    Args:
        store: where it is.
        uri: the artifact's folder.
        artifact_type: what it is to be.
        about: what its type will read from the manifest; JSON values.
        paths: the files that belong to it, relative to its folder.

    Raises:
        ArtifactExists: something was published there already.
        FileNotFoundError: one of the files was not written.
    """
    require_unpublished(store, uri, artifact_type)
    files = [FileEntry(path, *store.measure(locations.join(uri, path))) for path in paths]
    data = manifest.to_json(about, files)
    store.sync(uri)
    try:
        store.create(locations.join(uri, MANIFEST), data)
    except FileExistsError as error:
        raise _exists(uri, artifact_type) from error
    return manifest.digest(data)


def open_artifact(
    uri: str, artifact_type: ArtifactType[T], digest: str | None = None
) -> Artifact[T]:
    """Verify an artifact and make its files available locally.

    `file://` artifacts are used in place; others are copied to a temporary folder which
    `Artifact.close` removes.

    Args:
        uri: the artifact's folder.
        artifact_type: what it should be.
        digest: `sha256:…` the manifest must have; None accepts any.

    Raises:
        ArtifactNotFound: there is no complete artifact.
        ArtifactCorrupt: the manifest or a file is not what was published.
    """
    store = Store(uri)
    try:
        data = store.get(locations.join(uri, MANIFEST))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactNotFound(_why_not_found(store, uri, artifact_type)) from error
    found = manifest.digest(data)
    where = locations.join(uri, MANIFEST)
    if digest is not None and found != digest:
        raise ArtifactCorrupt(
            f"{where} has digest {found}, expected {digest}; {artifact_type.repair}"
        )
    try:
        body, files = manifest.from_json(data)
        about = artifact_type.read(body)
    except ValueError as error:
        raise ArtifactCorrupt(f"{where} {error}; {artifact_type.repair}") from error
    path = locations.local_path(uri)
    if path is not None:
        _verify(store, uri, artifact_type, files, path)
        return Artifact(uri, found, about, files, path)
    copy = Path(tempfile.mkdtemp(prefix=f"swirl-{artifact_type.noun}-"))
    try:
        for entry in files:
            _fetch(store, uri, artifact_type, entry, copy)
        (copy / MANIFEST).write_bytes(data)
        _verify(store, uri, artifact_type, files, copy)
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise
    return Artifact(uri, found, about, files, copy, _copied=True)


def _why_not_found(store: Store, uri: str, artifact_type: ArtifactType[Any]) -> str:
    if store.exists(uri):
        return (
            f"the {artifact_type.noun} at {uri} was never finished: it has no {MANIFEST}. "
            f"Whoever wrote it has failed; {artifact_type.remedy}"
        )
    mounted = ", and that the artifact volume is mounted here" if locations.local_path(uri) else ""
    return (
        f"there is no {artifact_type.noun} at {uri}: check the URI, and that whoever publishes "
        f"there has succeeded{mounted}"
    )


def _verify(
    store: Store,
    uri: str,
    artifact_type: ArtifactType[Any],
    files: Sequence[FileEntry],
    folder: Path,
) -> None:
    for entry in files:
        _verify_file(locations.join(uri, entry.path), folder / entry.path, artifact_type, entry)
    named = {entry.path for entry in files}
    for path in artifact_type.required:
        if path not in named:
            raise ArtifactCorrupt(
                f"{locations.join(uri, MANIFEST)} does not list {path}; {artifact_type.repair}"
            )
    # Who reads a whole folder, as Spark does, would read a file too many as well.
    for closed in artifact_type.closed:
        for path in store.list(locations.join(uri, closed)):
            if f"{closed}/{path}" not in named:
                raise ArtifactCorrupt(
                    f"{locations.join(uri, closed, path)} does not belong to the "
                    f"{artifact_type.noun}; remove the file, or {artifact_type.remedy}"
                )


def _verify_file(
    where: str, path: Path, artifact_type: ArtifactType[Any], entry: FileEntry
) -> None:
    if not path.is_file():
        raise ArtifactCorrupt(f"{where} is missing; {artifact_type.repair}")
    size = path.stat().st_size
    if size != entry.size:
        raise ArtifactCorrupt(
            f"{where} has {size} bytes, {entry.size} were published; {artifact_type.repair}"
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        raise ArtifactCorrupt(
            f"{where} has SHA-256 {found}, {entry.sha256} was published; {artifact_type.repair}"
        )


def _fetch(
    store: Store, uri: str, artifact_type: ArtifactType[Any], entry: FileEntry, folder: Path
) -> None:
    where = locations.join(uri, entry.path)
    try:
        store.get_file(where, folder / entry.path)
    except FileNotFoundError as error:
        raise ArtifactCorrupt(f"{where} is missing; {artifact_type.repair}") from error
