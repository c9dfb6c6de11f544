"""Why the API server lets no Pod in, in its own texts."""

from __future__ import annotations

import pytest

from swirl_operator.pods.reading.refusal import read_refusal

FORBIDDEN = 'pods "sentiment-6d5f4-" is forbidden: '
NOT_PREPARED = (
    "the namespace is not prepared for Swirl; add it to the chart's workloadNamespaces, or label "
    "it swirl.dev/workloads=true"
)


@pytest.mark.parametrize(
    ("said", "reason", "message"),
    [
        (
            "exceeded quota: x-quota, requested: pods=1, used: pods=2, limited: pods=2",
            "QuotaExceeded",
            "exceeded quota: x-quota, requested: pods=1, used: pods=2, limited: pods=2; it is made "
            "as soon as there is room, or raise the quota",
        ),
        (
            "exceeded quota: small, requested: limits.memory=1Gi,requests.cpu=1, used: "
            "limits.memory=7Gi,requests.cpu=4, limited: limits.memory=8Gi,requests.cpu=4",
            "QuotaExceeded",
            "exceeded quota: small, requested: limits.memory=1Gi,requests.cpu=1, used: "
            "limits.memory=7Gi,requests.cpu=4, limited: limits.memory=8Gi,requests.cpu=4; it is "
            "made as soon as there is room, or raise the quota",
        ),
        (
            "failed quota: x-limits: must specify limits.cpu for: driver",
            "QuotaExceeded",
            "failed quota: x-limits wants limits.cpu of container driver; set "
            "spec.resources.limits.cpu, or give the namespace a LimitRange with defaults",
        ),
        (
            "failed quota: q: must specify cpu for: a,b; requests.ephemeral-storage for: a",
            "QuotaExceeded",
            "failed quota: q wants cpu and requests.ephemeral-storage of containers a and b; set "
            "spec.resources.requests.cpu and spec.resources.requests.ephemeral-storage, or give "
            "the namespace a LimitRange with defaults",
        ),
        (
            "insufficient quota to match these scopes: [{PriorityClass In [high]}]",
            "QuotaExceeded",
            "insufficient quota to match these scopes: [{PriorityClass In [high]}]: the cluster "
            "wants a quota for that in the namespace; make one",
        ),
        (
            "status unknown for quota: q, resources: limits.cpu",
            "QuotaExceeded",
            "quota q was not counted yet; it is tried again",
        ),
        (
            'error looking up service account x-bare/swirl-driver: serviceaccount "swirl-driver" '
            "not found",
            "AdmissionRefused",
            f"ServiceAccount swirl-driver does not exist in namespace x-bare: {NOT_PREPARED}",
        ),
        (
            'error looking up service account ads/mine: serviceaccount "mine" not found',
            "AdmissionRefused",
            "ServiceAccount mine does not exist in namespace ads: create it, or name another one",
        ),
        (
            'violates PodSecurity "restricted:latest": runAsNonRoot != true (pod must not set '
            "securityContext.runAsNonRoot=false)",
            "AdmissionRefused",
            "the namespace's Pod Security (restricted:latest) forbids it: runAsNonRoot != true "
            "(pod must not set securityContext.runAsNonRoot=false)",
        ),
        (
            "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: no latest",
            "AdmissionRefused",
            "ValidatingAdmissionPolicy no-latest denies it: no latest",
        ),
        (
            "[maximum memory usage per Container is 1Gi, but limit is 2Gi, minimum cpu usage per "
            "Container is 100m, but request is 50m]",
            "AdmissionRefused",
            "a LimitRange of the namespace forbids it: [maximum memory usage per Container is 1Gi, "
            "but limit is 2Gi, minimum cpu usage per Container is 100m, but request is 50m]; "
            "change the resources, or the LimitRange",
        ),
        (
            "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
            "AdmissionRefused",
            "a LimitRange of the namespace forbids it: cpu max limit to request ratio per "
            "Container is 2, but provided ratio is 4.000000; change the resources, or the "
            "LimitRange",
        ),
        (
            "no PriorityClass with name high was found",
            "AdmissionRefused",
            "PriorityClass high does not exist: create it, or correct pod.priorityClassName",
        ),
        (
            'pod rejected: RuntimeClass "gvisor" not found',
            "AdmissionRefused",
            "RuntimeClass gvisor does not exist: create it, or correct pod.runtimeClassName",
        ),
        (
            "unable to create new content in namespace ads because it is being terminated",
            "AdmissionRefused",
            "namespace ads is being deleted",
        ),
        ("something new", "AdmissionRefused", "something new"),
    ],
)
def test_what_is_forbidden(said: str, reason: str, message: str) -> None:
    for code in (403, None):
        found = read_refusal(FORBIDDEN + said, code)
        assert (found.reason, found.message, found.permanent) == (reason, message, False)


@pytest.mark.parametrize("code", [400, 403, 422, 500, None])
def test_a_webhook_that_denies_may_let_it_in_later_whatever_code_it_answers(
    code: int | None,
) -> None:
    found = read_refusal('admission webhook "pods.example.com" denied the request: no team', code)
    assert (found.reason, found.permanent) == ("AdmissionRefused", False)
    assert found.message == "admission webhook pods.example.com denies it: no team"
    silent = read_refusal(
        'admission webhook "w.example.com" denied the request without explanation'
    )
    assert silent.message == "admission webhook w.example.com denies it, without a reason"


@pytest.mark.parametrize("code", [500, None])
def test_a_webhook_that_is_away(code: int | None) -> None:
    said = (
        'Internal error occurred: failed calling webhook "pods.example.com": failed to call '
        'webhook: Post "https://w.ads.svc:443/v?timeout=10s": dial tcp 10.96.0.7:443: connect: '
        "connection refused"
    )
    found = read_refusal(said, code)
    assert (found.reason, found.permanent) == ("AdmissionRefused", False)
    assert "webhook pods.example.com does not answer" in found.message
    assert "connection refused" in found.message


def test_a_policy_answers_422_and_may_change_its_mind() -> None:
    said = FORBIDDEN + "ValidatingAdmissionPolicy 'p' denied request: expression 'x' resulted in e"
    found = read_refusal(said, 422)
    assert (found.reason, found.permanent) == ("AdmissionRefused", False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (422, 'Pod "a" is invalid: spec.containers[0].image: Invalid value: " x": must not have'),
        (None, 'Pod "a" is invalid: spec.volumes[0].name: Required value'),
        (400, 'Pod in version "v1" cannot be handled as a Pod: strict decoding error'),
        (413, "Request entity too large: limit is 3145728"),
        (
            500,
            "failed to create typed patch object (ads/x; apps/v1, Kind=Deployment): .spec.x: "
            "field not declared in schema",
        ),
        (500, "etcdserver: request is too large"),
    ],
)
def test_what_is_refused_until_the_spec_is_another(code: int | None, said: str) -> None:
    found = read_refusal(said, code)
    assert (found.reason, found.permanent) == ("InvalidSpec", True)
    assert said in found.message


@pytest.mark.parametrize("code", [0, 429, 500, 503, 504])
def test_an_api_server_with_trouble_of_its_own(code: int) -> None:
    found = read_refusal("context deadline exceeded", code)
    assert (found.reason, found.permanent) == ("PlatformError", False)


def test_rights_that_are_missing() -> None:
    said = (
        'pods is forbidden: User "system:serviceaccount:swirl-system:swirl-operator" cannot create '
        'resource "pods" in API group "" in the namespace "team"'
    )
    found = read_refusal(said, 403)
    assert found.reason == "PlatformError"
    assert 'may not create resource "pods"' in found.message
    assert NOT_PREPARED in found.message
