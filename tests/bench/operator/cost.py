"""What processes and the API server have used so far, read from outside of them."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

_SAMPLE = re.compile(r"apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_WRITES = {"POST", "PUT", "PATCH", "APPLY", "DELETE"}

Writes = Counter[tuple[str, str]]
"""By method and resource, with its subresource."""


def processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int, field: str = "VmRSS") -> float:
    """MiB that are resident now, or with `VmHWM` were at most."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"/proc/{pid}/status has no {field}")


def writes(metrics: str) -> Writes:
    """Writes that the API server has answered, of its own metrics."""
    found: Writes = Counter()
    for labels, value in _SAMPLE.findall(metrics):
        told = dict(_LABEL.findall(labels))
        if told["verb"] in _WRITES:
            what = "/".join(filter(None, (told["resource"], told["subresource"])))
            found[told["verb"], what] += int(float(value))
    return found
