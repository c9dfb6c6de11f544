"""A run is cancelled while its driver runs."""

from __future__ import annotations

from swirl.kube.request import Object
from tests.e2e.operator.cluster import Cluster, condition, training_job

CANCEL = '{"spec":{"cancel":true}}'


def test_a_running_driver_is_stopped(work: Cluster, ads_image: str, job_name: str) -> None:
    work.apply(training_job(job_name, ads_image))

    def running() -> Object | None:
        for run in work.items("arun", f"swirl.dev/job={job_name}"):
            if condition(run, "Ready")["reason"] == "DriverRunning":
                return run
        return None

    name = work.wait("the driver to run", running)["metadata"]["name"]
    work.ok("patch", "arun", name, "--type=merge", "-p", CANCEL)
    work.wait(
        "the run to be cancelled",
        lambda: condition(work.get("arun", name), "Succeeded")["reason"] == "Cancelled",
    )
    pods = work.items("pods", f"swirl.dev/run={name},swirl.dev/role=driver")
    phases = {pod["status"]["phase"] for pod in pods}
    assert phases <= {"Succeeded", "Failed"}, "a run that has ended has no driver"
    ready = work.wait(
        "the job to say so",
        lambda: (
            said
            if (said := condition(work.get("ajob", job_name), "Ready"))["reason"] == "RunCancelled"
            else None
        ),
    )
    assert ready["status"] == "False"
    assert f"kubectl delete analyticsrun {name}" in ready["message"]
