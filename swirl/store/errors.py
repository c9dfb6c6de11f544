"""What can be wrong with something in the store; every message says where and what to do."""

from __future__ import annotations

from swirl.errors import SwirlError


class StoreError(SwirlError):
    """Base of the errors of this package."""


class ArtifactNotFound(StoreError):
    """There is no complete artifact at the URI."""


class ArtifactCorrupt(StoreError):
    """An artifact's files are not those that were published."""


class ArtifactExists(StoreError):
    """An artifact was already published at the URI; artifacts never change."""


class StoreUnavailable(StoreError):
    """The store does not answer, or refuses whoever asks; try again later."""
