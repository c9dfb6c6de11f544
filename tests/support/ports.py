"""Ports for servers that tests start."""

from __future__ import annotations

from localcluster.controlplane import free_ports


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    return free_ports(1)[0]
