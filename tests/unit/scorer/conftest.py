"""The published sentiment model, opened the way the service opens it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swirl.scorer.model import ServedModel, open_verified, prepare
from swirl.scorer.service import Service
from tests.support.spark_models import publish


@pytest.fixture
def model(tmp_path: Path) -> ServedModel:
    published = publish(tmp_path)
    opened = open_verified(published.uri, published.digest)
    return prepare(opened, name="sentiment", version="v7")


@pytest.fixture
def service(model: ServedModel) -> Service:
    return Service(model)
