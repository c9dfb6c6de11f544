"""Publishes a model: its files first, the manifest last, so that it is whole or not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from swirl.models.golden import Golden
from swirl.models.manifest import FileEntry, Manifest, Signature, digest
from swirl.store import locations
from swirl.store.errors import ModelExists, StoreError
from swirl.store.store import Store
from swirl.wire.run import RunRef

MANIFEST = "manifest.json"
GOLDEN = "golden.json"
NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Published:
    """A model that is now in the store; `digest` names this very content."""

    name: str
    uri: str
    digest: str


def publish_model_dir(
    uri: str,
    *,
    name: str,
    format: str,
    run: RunRef,
    signature: Signature,
    golden: Golden,
    native: Path | None = None,
    metrics: Mapping[str, float] | None = None,
    created_at: datetime | None = None,
    store: Store | None = None,
) -> Published:
    """Write a model's folder.

    Args:
        uri: the model's folder; see `Store.model_uri`.
        name: the model's name.
        format: format of the native files, for example `spark-ml`.
        run: the attempt that made it.
        signature: inputs and outputs.
        golden: rows with the trainer's own outputs.
        native: local folder to copy to `native/`; None if the files were written there already.
        metrics: figures of the training, for example `{"accuracy": 0.71}`.
        created_at: now if None.
        store: where to write; by default the store that `uri` belongs to.

    Raises:
        ModelExists: a model was already published at this URI.
        StoreError: there are no native files.
    """
    store = store or Store(uri)
    target = locations.join(uri, NATIVE)
    require_unpublished(store, uri)
    if native is not None:
        for path in sorted(item for item in native.rglob("*") if item.is_file()):
            store.put_file(locations.join(target, path.relative_to(native).as_posix()), path)
    store.put(locations.join(uri, GOLDEN), golden.to_json())
    files = [_entry(store, uri, path) for path in _files(store, uri)]
    manifest = Manifest(
        name=name,
        format=format,
        created_at=(created_at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
        run=run,
        signature=signature,
        files=files,
        metrics=dict(metrics or {}),
    ).to_json()
    store.sync(uri)
    store.put(locations.join(uri, MANIFEST), manifest)
    return Published(name, uri, digest(manifest))


def require_unpublished(store: Store, uri: str) -> None:
    """Check that no model is at the URI; ask before writing files there.

    Raises:
        ModelExists: there is one.
    """
    if store.exists(locations.join(uri, MANIFEST)):
        raise ModelExists(
            f"a model is already published at {uri}, and models never change: "
            "publish under another name, or once per run"
        )


def _files(store: Store, uri: str) -> list[str]:
    native = [f"{NATIVE}/{path}" for path in store.list(locations.join(uri, NATIVE))]
    if not native:
        raise StoreError(
            f"model at {uri} has no files below {NATIVE}/: save the model there before publishing, "
            "or pass the folder that holds it"
        )
    return [*native, GOLDEN]


def _entry(store: Store, uri: str, path: str) -> FileEntry:
    size, sha256 = store.measure(locations.join(uri, path))
    return FileEntry(path, size, sha256)
