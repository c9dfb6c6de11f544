"""Programs that keep running after this one has ended: started once, found again, ended by id."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from devtools import files
from devtools.errors import ToolError

POLL_SECONDS = 0.05
PROC = Path("/proc")
SHELL = "/bin/sh"


@dataclass(frozen=True)
class Identity:
    """A process, not merely its id: ids are used again, start times within one boot are not."""

    pid: int
    started: int
    boot: str


@dataclass(frozen=True)
class Record:
    """What is kept in a file about a process that was started."""

    name: str
    identity: Identity
    fingerprint: str

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Record:
        try:
            value = json.loads(text)
            identity = value["identity"]
            return cls(
                name=str(value["name"]),
                identity=Identity(
                    pid=int(identity["pid"]),
                    started=int(identity["started"]),
                    boot=str(identity["boot"]),
                ),
                fingerprint=str(value["fingerprint"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ToolError(f"not a process record: {text[:80]!r}") from error


@dataclass(frozen=True)
class Program:
    """What to run, and everything whose change means that it must be run anew."""

    name: str
    argv: tuple[str, ...]
    reads: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for part in (*self.argv, *(f"{k}={v}" for k, v in sorted(self.environment.items()))):
            digest.update(part.encode() + b"\0")
        for path in self.reads:
            digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()


def parse_stat(text: str) -> tuple[str, int]:
    """State letter and start time in `/proc/PID/stat`; the name may hold any character."""
    fields = text[text.rindex(")") + 2 :].split()
    return fields[0], int(fields[19])


def identify(pid: int) -> Identity | None:
    """The process with this id, or None when it is gone or only waits to be collected."""
    try:
        state, started = parse_stat((PROC / str(pid) / "stat").read_text(encoding="utf-8"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else Identity(pid, started, _boot())


def alive(identity: Identity) -> bool:
    return identify(identity.pid) == identity


def signal_if_same(identity: Identity, number: signal.Signals) -> None:
    """Signal a process unless its id belongs to another one by now."""
    try:
        descriptor = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return
    try:
        # The descriptor pins the process, so what is checked here is what is signalled below.
        if alive(identity):
            signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return
    finally:
        os.close(descriptor)


class Processes:
    """The long-running programs of one cluster: a record and a log file for each."""

    def __init__(self, records: Path, logs: Path, cgroup_files: tuple[Path, ...] = ()) -> None:
        self._records = records
        self._logs = logs
        self._cgroup_files = cgroup_files

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._records.glob("*.json"))

    def find(self, name: str) -> Record | None:
        """The record of a program that is running now."""
        try:
            text = (self._records / f"{name}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        record = Record.from_json(text)
        return record if alive(record.identity) else None

    def current(self, program: Program) -> bool:
        """Whether it runs, and runs as it would be started now."""
        record = self.find(program.name)
        return record is not None and record.fingerprint == program.fingerprint()

    def ensure(self, program: Program, prefix: tuple[str, ...] = ()) -> bool:
        """Start it unless it is current; True if it was started."""
        if self.current(program):
            return False
        self.stop(program.name)
        self.start(program, prefix)
        return True

    def start(self, program: Program, prefix: tuple[str, ...] = ()) -> Record:
        """`prefix` runs the program somewhere else, such as in a node's namespaces."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(program.name).open("ab") as log:
            log.write(f"--- {program.name} starts ---\n".encode())
            log.flush()
            # Not subprocess: its objects complain when they are dropped before their process ends.
            pid = os.posix_spawn(
                SHELL,
                self._wrapped((*prefix, *program.argv)),
                {**os.environ, **program.environment},
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
                ],
                setsid=True,
            )
        identity = identify(pid)
        if identity is None:
            raise ToolError(
                f"{program.name} ended at once",
                where=str(self.log(program.name)),
                remedy="read the log",
            )
        record = Record(program.name, identity, program.fingerprint())
        files.write(self._records / f"{program.name}.json", record.to_json())
        return record

    def stop(self, name: str, *, grace: float = 5.0) -> None:
        """Ask it to end, then make it end; a record of something else is only forgotten."""
        record = self.find(name)
        if record is not None:
            signal_if_same(record.identity, signal.SIGTERM)
            if not _gone_within(record.identity, grace):
                signal_if_same(record.identity, signal.SIGKILL)
                if not _gone_within(record.identity, 5.0):
                    raise ToolError(
                        f"{name} (process {record.identity.pid}) does not end",
                        where=f"/proc/{record.identity.pid}/stack",
                        remedy="it hangs in the kernel; a reboot ends it",
                    )
        (self._records / f"{name}.json").unlink(missing_ok=True)

    def _wrapped(self, argv: tuple[str, ...]) -> list[str]:
        # Joined before the program runs, so that nothing it starts can be outside the cgroup.
        # Files: a kubelet and a busy etcd need more than the usual 1024.
        joins = "".join(f"echo $$ > {shlex.quote(str(path))} && " for path in self._cgroup_files)
        script = f'cd / && ulimit -n "$(ulimit -H -n)" && {joins}exec "$@"'
        return [SHELL, "-c", script, "sh", *argv]


def _gone_within(identity: Identity, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    _collect(identity.pid)
    return True


def _collect(pid: int) -> None:
    """Take an ended child of this very process off the process table."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # An earlier command started it.


def _boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
