"""The pipeline on the cluster: its manifests, its states, and what it waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adsdemo import kube, verdict
from adsdemo.kube import Kubectl, condition, describe, is_current
from adsdemo.verdict import Verdict
from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.wait import Seen, wait_for

T = TypeVar("T")

PLACEHOLDER = "localhost/swirl/ads:dev"
START_SECONDS = 900.0
LEARN_SECONDS = 300.0


class Pipeline:
    """Applies the example's files and reads back what becomes of them."""

    def __init__(
        self,
        kubectl: Kubectl,
        folder: Path,
        image: str,
        progress: Progress,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._kubectl = kubectl
        self._folder = folder
        self._image = image
        self._progress = progress
        self._clock = clock
        self._sleep = sleep

    def apply(self, *files: str) -> None:
        """Apply files of the example, with the image that was built for the tag `dev`."""
        for file in files:
            manifest = (self._folder / file).read_text()
            self._kubectl.apply(manifest.replace(PLACEHOLDER, self._image))

    def forget_failed_runs(self) -> None:
        """Delete what failed in an earlier demo: the operator starts anew what is still wanted."""
        for run in self._kubectl.items("arun"):
            failure = condition(run, "Succeeded")
            if failure.get("status") == "False":
                name = run["metadata"]["name"]
                self._progress.say(f"  run {name} failed before, and is repeated")
                self._kubectl.run("delete", "arun", name, "-n", kube.NAMESPACE)

    def wait_ready(self, kind: str, name: str) -> None:
        """Until the resource is Ready for its present spec."""

        def look() -> Seen[bool]:
            found = self._kubectl.get(kind, name)
            ready = condition(found, "Ready")
            if found and is_current(found) and ready.get("status") == "True":
                return Seen(True, "ready")
            if found and condition(found, "Stalled").get("status") == "True":
                raise ToolError(f"{kind}/{name}: {describe(found, 'Stalled')}")
            return Seen(None, describe(found, "Ready"))

        self._wait(f"{kind}/{name}", look, START_SECONDS)

    def wait_deployment(self, name: str) -> None:
        """Until every pod of the Deployment is of its present version and available."""

        def look() -> Seen[bool]:
            found = self._kubectl.get("deployment", name) or {}
            status, wanted = found.get("status", {}), found.get("spec", {}).get("replicas", 1)
            counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas")]
            counts.append(status.get("availableReplicas", 0))
            if found and is_current(found) and counts == [wanted] * 3:
                return Seen(True, "rolled out")
            return Seen(None, f"{counts[1]} of {wanted} pods updated, {counts[2]} available")

        self._wait(f"deployment/{name}", look, START_SECONDS)

    def served_version(self) -> str | None:
        """The version of the model that all replicas serve."""
        found = self._kubectl.get("mserver", "sentiment") or {}
        version: str | None = found.get("status", {}).get("version")
        return version

    def wait_other_version(self, old: str | None) -> str:
        """Until another model than `old` is served."""

        def look() -> Seen[str]:
            found = self._kubectl.get("ajob", "train-sentiment")
            version = self.served_version()
            if version and version != old:
                return Seen(version, "served")
            run = (found or {}).get("status", {}).get("currentRun") or {}
            if found and is_current(found) and run.get("outcome") in ("Failed", "Cancelled"):
                raise ToolError(f"the run {run['name']} {run['outcome'].lower()}")
            return Seen(None, f"run {run.get('name')} {run.get('outcome')}, {version} is served")

        return self._wait("the new model version", look, START_SECONDS, interval=0.5)

    def verdict(self) -> Verdict | None:
        """What the monitor says now."""
        return verdict.read(self._kubectl.get("smon", "ads"))

    def wait_state(self, state: str, timeout: float) -> Verdict:
        """Until the monitor's verdict is in this state."""

        def look() -> Seen[Verdict]:
            found = self.verdict()
            if found and found.state == state:
                return Seen(found, state)
            return Seen(None, f"{found.state}, {found.summary}" if found else "no verdict yet")

        return self._wait(f"the verdict {state}", look, timeout)

    def wait_evidence(self, metrics: frozenset[str], timeout: float) -> Verdict:
        """Until the verdict lists all these metrics as outside their bands."""

        def look() -> Seen[Verdict]:
            found = self.verdict()
            missing = metrics - found.metrics if found else metrics
            if found and not missing:
                return Seen(found, "all are seen")
            return Seen(None, f"{', '.join(sorted(missing))} not yet")

        return self._wait("the symptoms", look, timeout)

    def table(self) -> str:
        """The resources as a person sees them."""
        return self._kubectl.table()

    def pods(self) -> str:
        """The pods of the pipeline and of Swirl."""
        return "\n".join(
            self._kubectl.table("pods", namespace)
            for namespace in (kube.SYSTEM_NAMESPACE, kube.NAMESPACE)
        )

    def _wait(
        self, what: str, look: Callable[[], Seen[T]], timeout: float, interval: float = 1.0
    ) -> T:
        return wait_for(
            what,
            look,
            self._progress,
            timeout=timeout,
            interval=interval,
            clock=self._clock,
            sleep=self._sleep,
        )
