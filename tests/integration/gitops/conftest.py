"""The API server of the other tests, with the kinds in it."""

from __future__ import annotations

from tests.integration.api.conftest import kubectl

__all__ = ["kubectl"]
