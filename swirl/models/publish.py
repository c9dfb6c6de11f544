"""Publishes a model: native files first, then golden rows, the manifest last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from swirl.models.golden import Golden
from swirl.models.manifest import Manifest, Signature
from swirl.models.model import GOLDEN, MODEL, NATIVE
from swirl.store import Store, StoreError, locations, publish_artifact, require_unpublished
from swirl.wire.run import RunRef
from swirl.wire.times import rfc3339


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
        ArtifactExists: a model was already published at this URI.
        StoreError: there are no native files.
    """
    store = store or Store(uri)
    target = locations.join(uri, NATIVE)
    require_unpublished(store, uri, MODEL)
    if native is not None:
        for path in sorted(item for item in native.rglob("*") if item.is_file()):
            store.put_file(locations.join(target, path.relative_to(native).as_posix()), path)
    store.put(locations.join(uri, GOLDEN), golden.to_json())
    manifest = Manifest(
        name=name,
        format=format,
        created_at=rfc3339(created_at or datetime.now(UTC), "auto"),
        run=run,
        signature=signature,
        metrics=dict(metrics or {}),
    )
    return Published(
        name, uri, publish_artifact(store, uri, MODEL, manifest.to_dict(), _files(store, uri))
    )


def _files(store: Store, uri: str) -> list[str]:
    native = [f"{NATIVE}/{path}" for path in store.list(locations.join(uri, NATIVE))]
    if not native:
        raise StoreError(
            f"model at {uri} has no files below {NATIVE}/: save the model there before publishing, "
            "or pass the folder that holds it"
        )
    return [*native, GOLDEN]
