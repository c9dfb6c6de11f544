"""A ModelServer goes to another version and back while somebody keeps asking."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.operator.cluster import Cluster, condition, training_job

# Runs in the cluster: a request every few milliseconds, each on a connection of its own, so that
# every request finds its pod anew; prints what happened when it is told to stop.
ASK = """
import json, signal, time, urllib.request
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
served, failed, versions = 0, [], set()
print("asking", flush=True)
while not stop:
    body = json.dumps({"text": "what a lovely day"}).encode()
    request = urllib.request.Request(URL, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            json.load(answer)
            served += 1
    except Exception as error:
        failed.append(f"{time.time():.1f} {error!r}")
    time.sleep(0.02)
print(json.dumps({"served": served, "failed": failed}), flush=True)
"""


def _asker(image: str, server: str, namespace: str) -> dict[str, Any]:
    url = f"http://{server}.{namespace}.svc/v2/models/{server}/rows"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "asker"},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 30,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "asker",
                    "image": image,
                    "command": ["python3", "-c", f"URL = {url!r}\n{ASK}"],
                    "terminationMessagePath": "/dev/termination-log",
                    "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


def test_no_request_goes_unserved(work: Cluster, ads_image: str, job_name: str) -> None:
    first = training_job(job_name, ads_image)
    second = training_job(job_name, ads_image, parameters={"max_iter": 6, "max_rows": 2000})
    server = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "ModelServer",
        "metadata": {"name": "rolling"},
        "spec": {"model": {"job": job_name}},
    }

    def serves(other_than: str | None) -> str | None:
        found = work.get("mserver", "rolling")
        version = ((found or {}).get("status") or {}).get("version")
        ready = condition(found, "Ready")
        settled = ready["status"] == "True" and ready["reason"] == "Serving"
        return version if settled and version and version != other_than else None

    try:
        work.apply(first)
        work.apply(server)
        one = work.wait("the first version", lambda: serves(None))
        work.apply(_asker(ads_image, "rolling", work.namespace))
        work.wait("the asker", lambda: "asking" in work.run("logs", "asker").stdout)
        work.apply(second)
        two = work.wait("the second version", lambda: serves(one))
        work.apply(first)
        assert work.wait("the first version again", lambda: serves(two)) == one
        # The log goes with the pod, so it is followed to its end while the pod ends.
        work.ok("delete", "pod", "asker", "--wait=false")
        log = work.run("logs", "-f", "asker").stdout
        told = json.loads(log.strip().splitlines()[-1])
        assert told["failed"] == []
        assert told["served"] > 100
        runs = work.items("arun", f"swirl.dev/job={job_name}")
        assert len(runs) == 2, "going back must not train again"
    finally:
        work.ok("delete", "mserver", "rolling", "--ignore-not-found")
        work.ok("delete", "pod", "asker", "--ignore-not-found", "--wait=false")
