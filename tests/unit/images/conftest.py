"""Helm, for what the chart makes of the images."""

from __future__ import annotations

from tests.unit.chart.conftest import helm, render

__all__ = ["helm", "render"]
