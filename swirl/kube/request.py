"""What is asked of the API server, as data: a transport only has to send it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from swirl.kube.resources import Resource

Object = dict[str, Any]
"""An API object as JSON."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        verb: Kubernetes' word for what is asked, as in its roles; for metrics.
        parameters: of the query.
    """

    verb: str
    method: str
    path: str
    body: Object | None = None
    media_type: str = JSON
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes | None:
        """The body as it is sent."""
        if self.body is None:
            return None
        return json.dumps(self.body, separators=(",", ":")).encode()

    def headers(self, agent: str) -> dict[str, str]:
        """Return the headers, but for who is asking.

        Args:
            agent: the program that asks, for the API server's log.
        """
        headers = {"Accept": JSON, "User-Agent": agent}
        if self.body is not None:
            headers["Content-Type"] = self.media_type
        return headers

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def get(resource: Resource, namespace: str, name: str) -> Request:
    """Ask for an object."""
    return Request("get", "GET", resource.path(namespace, name))


def page(
    resource: Resource,
    namespace: str | None,
    *,
    limit: int,
    label_selector: str = "",
    field_selector: str = "",
    after: str = "",
) -> Request:
    """Ask for a page of a list.

    Args:
        resource: what is listed.
        namespace: None lists all of them.
        limit: objects in the page.
        label_selector, field_selector: empty for all.
        after: `metadata.continue` of the page before; empty for the first.
    """
    parameters = {"limit": str(limit)}
    if label_selector:
        parameters["labelSelector"] = label_selector
    if field_selector:
        parameters["fieldSelector"] = field_selector
    if after:
        parameters["continue"] = after
    return Request("list", "GET", resource.path(namespace), parameters=parameters)


def create(resource: Resource, obj: Object, *, manager: str, dry_run: bool = False) -> Request:
    """Make an object; a field that the API server does not know is refused, as apply does anyway.

    Args:
        resource: the object's type.
        obj: the object.
        manager: owns the fields.
        dry_run: make nothing, but answer as if.
    """
    path = resource.path(obj["metadata"]["namespace"])
    parameters = {"fieldManager": manager, "fieldValidation": "Strict"}
    if dry_run:
        parameters["dryRun"] = "All"
    return Request("create", "POST", path, obj, parameters=parameters)


def update(resource: Resource, obj: Object) -> Request:
    """Replace an object; refused with `Conflict` if it changed since it was read."""
    return Request("update", "PUT", _path(resource, obj), obj)


def apply(
    resource: Resource, obj: Object, *, manager: str, force: bool, subresource: str | None = None
) -> Request:
    """Apply an object on the server's side.

    Args:
        resource: the object's type.
        obj: with the fields that the manager wants to own. `metadata.resourceVersion` makes the
            request conditional.
        manager: owns the fields from now on.
        force: take fields that others have changed.
        subresource: `status`, or None for the object.
    """
    return Request(
        "apply",
        "PATCH",
        _path(resource, obj, subresource),
        obj,
        APPLY_PATCH,
        {"fieldManager": manager, "force": "true" if force else "false"},
    )


def merge(resource: Resource, namespace: str, name: str, patch: Object) -> Request:
    """Change the fields that a JSON merge patch has, whoever owns them."""
    return Request("patch", "PATCH", resource.path(namespace, name), patch, MERGE_PATCH)


def delete(
    resource: Resource,
    namespace: str,
    name: str,
    uid: str | None = None,
    version: str | None = None,
) -> Request:
    """Delete an object, and in the background what it owns.

    Args:
        resource: the object's type.
        namespace, name: of the object.
        uid: only this incarnation; None takes any.
        version: only in the state of this resourceVersion; None takes any.
    """
    options: Object = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Background",
    }
    wanted = {"uid": uid, "resourceVersion": version}
    if preconditions := {key: value for key, value in wanted.items() if value is not None}:
        options["preconditions"] = preconditions
    return Request("delete", "DELETE", resource.path(namespace, name), options)


def _path(resource: Resource, obj: Object, subresource: str | None = None) -> str:
    metadata = obj["metadata"]
    return resource.path(metadata["namespace"], metadata["name"], subresource)
