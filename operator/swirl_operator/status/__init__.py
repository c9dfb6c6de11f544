"""Statuses: which conditions, events and changes tell of an object. Pure."""

from __future__ import annotations
