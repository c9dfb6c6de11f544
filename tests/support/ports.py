"""Ports for servers that tests start."""

from __future__ import annotations

import socket

from localcluster.controlplane import free_ports


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    return free_ports(1)[0]


def accepts(address: str) -> bool:
    """Whether somebody listens at `host:port` of loopback."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
        return False
