from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.artifacts import ArtifactContract
from tests.support.stores import SCHEMES, store_root


class TestArtifacts(ArtifactContract):
    @pytest.fixture(params=SCHEMES)
    def uri(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        with store_root(request.param, tmp_path) as root:
            yield f"{root}/bundles/a"
