"""What can be wrong with something in the store; every message says where and what to do."""

from __future__ import annotations

from swirl.errors import SwirlError


class StoreError(SwirlError):
    """Base of the errors of this package."""


class ModelNotFound(StoreError):
    """There is no complete model at the URI."""


class ModelCorrupt(StoreError):
    """A model's files are not those that were published."""


class ModelExists(StoreError):
    """A model was already published at the URI; models never change."""
