"""What the integration tests of all processes share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from localcluster.controlplane import ephemeral
from tests.support.broker import running

KAFKA = "SWIRL_TEST_KAFKA"
KUBECONFIG = "SWIRL_TEST_KUBECONFIG"


@contextmanager
def shared() -> Iterator[None]:
    """A broker and an API server for the time of the block, named in the environment."""
    with tempfile.TemporaryDirectory() as folder:
        kafka, plane = Path(folder, "kafka"), Path(folder, "controlplane")
        kafka.mkdir()
        plane.mkdir()
        with running(kafka) as broker, ephemeral(plane) as kubeconfig:
            named = {KAFKA: broker.bootstrap, KUBECONFIG: str(kubeconfig)}
            with mock.patch.dict(os.environ, named):
                yield
