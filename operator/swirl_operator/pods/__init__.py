"""Pods: what every Pod that Swirl makes has in common, and how to read the state of one. Pure."""

from __future__ import annotations
