"""Where the sources and manifests of the cluster are."""

from __future__ import annotations

from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "go"
MANIFESTS = Path(__file__).resolve().parent / "manifests"
