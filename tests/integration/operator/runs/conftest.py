"""The API server's kinds, and kubectl to make what is not in any namespace."""

from __future__ import annotations

from tests.integration.api.conftest import kubectl

__all__ = ["kubectl"]
