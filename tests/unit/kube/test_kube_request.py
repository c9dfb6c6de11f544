"""What is sent to the API server."""

from __future__ import annotations

import json

import pytest

from swirl.kube import request
from swirl.kube.request import Request
from swirl.kube.resources import PODS

POD = {"metadata": {"namespace": "ns", "name": "p"}}


@pytest.mark.parametrize(
    ("wanted", "verb", "line"),
    [
        (request.get(PODS, "ns", "p"), "get", "GET /api/v1/namespaces/ns/pods/p"),
        (request.page(PODS, None, limit=1), "list", "GET /api/v1/pods"),
        (request.create(PODS, POD, manager="me"), "create", "POST /api/v1/namespaces/ns/pods"),
        (request.update(PODS, POD), "update", "PUT /api/v1/namespaces/ns/pods/p"),
        (
            request.apply(PODS, POD, manager="me", force=True),
            "apply",
            "PATCH /api/v1/namespaces/ns/pods/p",
        ),
        (request.merge(PODS, "ns", "p", {}), "patch", "PATCH /api/v1/namespaces/ns/pods/p"),
        (request.delete(PODS, "ns", "p"), "delete", "DELETE /api/v1/namespaces/ns/pods/p"),
    ],
)
def test_verbs_and_paths(wanted: Request, verb: str, line: str) -> None:
    assert (wanted.verb, str(wanted)) == (verb, line)


@pytest.mark.parametrize("force", [True, False])
def test_apply_names_who_owns_the_fields(force: bool) -> None:
    wanted = request.apply(PODS, POD, manager="me", force=force, subresource="status")
    assert wanted.path == "/api/v1/namespaces/ns/pods/p/status"
    assert wanted.parameters == {"fieldManager": "me", "force": str(force).lower()}
    assert wanted.headers("agent")["Content-Type"] == "application/apply-patch+yaml"
    assert json.loads(wanted.data or b"") == POD


def test_what_is_made_has_no_field_that_nobody_knows() -> None:
    strict = {"fieldManager": "me", "fieldValidation": "Strict"}
    assert request.create(PODS, POD, manager="me").parameters == strict
    shown = request.create(PODS, POD, manager="me", dry_run=True)
    assert (shown.verb, shown.parameters) == ("create", strict | {"dryRun": "All"})


def test_a_merge_patch_is_called_so() -> None:
    wanted = request.merge(PODS, "ns", "p", {"a": None})
    assert wanted.headers("agent")["Content-Type"] == "application/merge-patch+json"
    assert wanted.data == b'{"a":null}'
    assert wanted.parameters == {}


def test_what_asks_for_something_sends_nothing() -> None:
    wanted = request.get(PODS, "ns", "p")
    assert wanted.data is None
    assert wanted.headers("agent") == {"Accept": "application/json", "User-Agent": "agent"}


def test_a_deletion_may_be_bound_to_an_incarnation() -> None:
    assert "preconditions" not in (request.delete(PODS, "ns", "p").body or {})
    bound = request.delete(PODS, "ns", "p", uid="u").body or {}
    assert bound["preconditions"] == {"uid": "u"}
    assert bound["propagationPolicy"] == "Background"


def test_pages_follow_each_other() -> None:
    wanted = request.page(PODS, "ns", limit=2, label_selector="a=b", after="x")
    assert wanted.parameters == {"limit": "2", "labelSelector": "a=b", "continue": "x"}
    wanted = request.page(PODS, "ns", limit=2, field_selector="spec.nodeName=n")
    assert wanted.parameters == {"limit": "2", "fieldSelector": "spec.nodeName=n"}
