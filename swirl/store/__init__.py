"""The artifact store: files under one root URI, readable only when whole."""

from __future__ import annotations

from swirl.store.errors import ModelCorrupt, ModelExists, ModelNotFound, StoreError
from swirl.store.store import Store

__all__ = ["ModelCorrupt", "ModelExists", "ModelNotFound", "Store", "StoreError"]
