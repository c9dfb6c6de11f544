"""The chart takes kinds over, and its operator makes namespaces ready with the rights it has.

In the order of a day: the tests of this file share one installation.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import yaml

from tests.integration.chart.conftest import ROOT, SYSTEM, Installation, eventually

_CRD = "analyticsjobs.swirl.dev"


def _registry(login: str) -> dict[str, Any]:
    content = base64.b64encode(json.dumps({"auths": {"r": {"auth": login}}}).encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "registry", "namespace": SYSTEM},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": content},
    }


def _names(found: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(item["metadata"]["name"] for item in found)


def _list(installation: Installation, kind: str, namespace: str) -> list[dict[str, Any]]:
    said = installation.kubectl(
        *("get", kind, "-n", namespace, "-l", "app.kubernetes.io/managed-by=swirl", "-o", "json")
    )
    found: list[dict[str, Any]] = json.loads(said)["items"]
    return found


def _data(installation: Installation, namespace: str) -> Any:
    secret = installation.get("secret", "registry", namespace)
    return secret and secret["data"]


def test_chart_takes_over_kinds_that_came_without_it_and_upgrades_them(
    installation: Installation,
) -> None:
    old = yaml.safe_load((ROOT / "crds" / f"swirl.dev_{_CRD.partition('.')[0]}.yaml").read_text())
    newest = old["spec"]["names"].pop("shortNames")
    installation.apply(old)
    refused = installation.upgrade()
    assert "invalid ownership metadata" in refused.stderr
    installation.apply(_registry("first"))
    done = installation.upgrade("--take-ownership")
    assert done.returncode == 0, done.stderr
    kind = installation.get("crd", _CRD)
    assert kind["spec"]["names"]["shortNames"] == newest
    assert kind["metadata"]["annotations"]["meta.helm.sh/release-name"] == "swirl"


def test_chart_upgrades_without_a_word_from_then_on(installation: Installation) -> None:
    done = installation.upgrade("--set", "operator.log.format=json")
    assert done.returncode == 0, done.stderr


def test_namespace_is_made_ready_by_its_label(installation: Installation, operator: None) -> None:
    installation.kubectl("label", "namespace", "team", "swirl.dev/workloads=true")
    eventually("a claim", lambda: installation.get("pvc", "swirl-artifacts", "team"))
    eventually("the login", lambda: _data(installation, "team"))
    accounts = _list(installation, "serviceaccounts", "team")
    assert _names(accounts) == ["swirl-driver", "swirl-monitor", "swirl-scorer"]
    assert all(account["imagePullSecrets"] == [{"name": "registry"}] for account in accounts)
    assert accounts[0]["metadata"]["annotations"]["cloud.example/role"] == "analytics"
    assert _data(installation, "team") == _registry("first")["data"]


def test_namespace_accounts_may_do_their_work_and_no_more(
    installation: Installation, operator: None
) -> None:
    assert installation.may("swirl-driver", "team", "create", "pods")
    assert not installation.may("swirl-driver", "team", "get", "secrets")
    assert installation.may(
        "swirl-monitor", "team", "patch", "swirlmonitors.swirl.dev", "--subresource=status"
    )
    assert not installation.may("swirl-scorer", "team", "get", "pods")


def test_namespace_that_the_chart_makes_ready_gets_the_login(
    installation: Installation, operator: None
) -> None:
    eventually("the login", lambda: _data(installation, "ads"))
    assert _list(installation, "serviceaccounts", "ads") == []


def test_namespace_gets_back_what_somebody_deleted(
    installation: Installation, operator: None
) -> None:
    before = installation.get("serviceaccount", "swirl-driver", "team")["metadata"]["uid"]
    installation.kubectl("delete", "serviceaccount", "swirl-driver", "-n", "team")

    def again() -> bool:
        found = installation.get("serviceaccount", "swirl-driver", "team")
        return found is not None and found["metadata"]["uid"] != before

    eventually("the account again", again)


def test_namespace_follows_a_new_login(installation: Installation, operator: None) -> None:
    installation.apply(_registry("second"))
    # Looked at within a minute, or when the namespace changes.
    installation.kubectl("annotate", "namespace", "team", "example.org/looked=again")
    wanted = _registry("second")["data"]
    eventually("the new login", lambda: _data(installation, "team") == wanted)


def test_namespace_keeps_the_secret_of_its_own(installation: Installation, operator: None) -> None:
    own = _registry("own")
    own["metadata"]["namespace"] = "others"
    installation.apply(own)
    installation.kubectl("label", "namespace", "others", "swirl.dev/workloads=true")
    eventually("a claim", lambda: installation.get("pvc", "swirl-artifacts", "others"))
    assert _data(installation, "others") == own["data"]
    installation.kubectl("label", "namespace", "others", "swirl.dev/workloads-")
    eventually("no account", lambda: not _list(installation, "serviceaccounts", "others"))
    assert _data(installation, "others") == own["data"]


def test_namespace_without_the_label_keeps_its_models_alone(
    installation: Installation, operator: None
) -> None:
    installation.kubectl("label", "namespace", "team", "swirl.dev/workloads-")
    eventually("no binding", lambda: not _list(installation, "rolebindings", "team"))
    eventually("no account", lambda: not _list(installation, "serviceaccounts", "team"))
    assert _data(installation, "team") is None
    assert installation.get("pvc", "swirl-artifacts", "team") is not None
    assert not installation.may("swirl-driver", "team", "create", "pods")


def test_operator_may_reach_no_other_secret(installation: Installation) -> None:
    for verb, resource in (
        ("get", "secrets/other"),
        ("list", "secrets"),
        ("create", "secrets"),
        ("create", "serviceaccounts"),
        ("patch", "serviceaccounts/default"),
        ("create", "rolebindings"),
        ("bind", "clusterroles/cluster-admin"),
        ("delete", "persistentvolumeclaims/swirl-artifacts"),
        ("patch", "namespaces/team"),
    ):
        assert not installation.may("swirl-operator", "team", verb, resource, of=SYSTEM), resource


def test_chart_leaves_the_kinds_when_it_goes(installation: Installation, operator: None) -> None:
    done = installation.helm("uninstall", "swirl")
    assert done.returncode == 0, done.stderr
    kind = installation.get("crd", _CRD)
    assert kind is not None
    assert "deletionTimestamp" not in kind["metadata"]
    assert installation.get("deployment", "swirl-operator") is None
