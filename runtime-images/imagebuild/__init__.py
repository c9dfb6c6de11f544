"""Builds Swirl's container images, with Docker or, where there is none, with buildah."""

from __future__ import annotations

from pathlib import Path


def inventory_program() -> str:
    """The text of the program that tells what is in an image."""
    return (Path(__file__).parent / "inventory.py").read_text()
