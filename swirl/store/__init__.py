"""The artifact store: files under one root URI, readable only when whole."""

from __future__ import annotations

from swirl.store.artifact import (
    Artifact,
    ArtifactType,
    open_artifact,
    publish_artifact,
    require_unpublished,
)
from swirl.store.errors import (
    ArtifactCorrupt,
    ArtifactExists,
    ArtifactNotFound,
    StoreError,
    StoreUnavailable,
)
from swirl.store.manifest import FileEntry
from swirl.store.store import Store

__all__ = [
    "Artifact",
    "ArtifactCorrupt",
    "ArtifactExists",
    "ArtifactNotFound",
    "ArtifactType",
    "FileEntry",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "open_artifact",
    "publish_artifact",
    "require_unpublished",
]
