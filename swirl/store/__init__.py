"""The artifact store: models and other files under one root URI, readable only when whole."""

from __future__ import annotations

from swirl.store.errors import ModelCorrupt, ModelExists, ModelNotFound, StoreError
from swirl.store.golden import Golden
from swirl.store.manifest import FileEntry, Manifest, Signature, Tensor
from swirl.store.model import Model, open_model
from swirl.store.publish import Published, publish_model_dir
from swirl.store.store import Store
from swirl.wire.run import RunRef

__all__ = [
    "FileEntry",
    "Golden",
    "Manifest",
    "Model",
    "ModelCorrupt",
    "ModelExists",
    "ModelNotFound",
    "Published",
    "RunRef",
    "Signature",
    "Store",
    "StoreError",
    "Tensor",
    "open_model",
    "publish_model_dir",
]
