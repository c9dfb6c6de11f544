"""Kubernetes' strategic merge, for the template of a Pod. Pure.

Objects are merged field by field, and `null` takes a field away; so does `{$patch: delete}`, as
some tools drop null. Lists of named things are merged by the name (the key that Kubernetes itself
merges them by), other lists are replaced. In an item, `$patch: delete` takes the item of that key
away; `$patch: replace` keeps nothing of what was there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swirl_operator.runtime.interface import Object

_KEYS: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "volumes": ("name",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "resourceClaims": ("name",),
    "claims": ("name",),
    "schedulingGates": ("name",),
}
_DEFAULTS = {"protocol": "TCP"}
_DIRECTIVE = "$patch"
_TAKE_AWAY = {_DIRECTIVE: "delete"}


def merge(base: Object, patch: Object) -> Object:
    """`base` with `patch` over it; neither is changed."""
    if patch.get(_DIRECTIVE) == "replace":
        return merge({}, {key: value for key, value in patch.items() if key != _DIRECTIVE})
    merged = dict(base)
    for field, value in patch.items():
        if value is None or value == _TAKE_AWAY:
            merged.pop(field, None)
        else:
            merged[field] = _value(field, merged.get(field), value)
    return merged


def merge_list(field: str, base: Sequence[Any], patch: Sequence[Any]) -> list[Any]:
    """The list of that name, by its key where it has one; new items come last, in their order."""
    keys = _KEYS.get(field)
    if keys is None:
        return [_fresh(item) for item in patch]
    if any(item == {_DIRECTIVE: "replace"} for item in patch):
        return [_fresh(item) for item in patch if item != {_DIRECTIVE: "replace"}]
    merged = list(base)
    for item in patch:
        place = _place(merged, item, keys)
        if isinstance(item, dict) and item.get(_DIRECTIVE) == "delete":
            if place is not None:
                del merged[place]
        elif place is None:
            merged.append(_fresh(item))
        else:
            merged[place] = _item(field, merged[place], item)
    return merged


def _value(field: str, base: Any, patch: Any) -> Any:
    if isinstance(base, dict) and isinstance(patch, dict):
        return merge(base, patch)
    if isinstance(patch, list):
        return merge_list(field, base if isinstance(base, list) else [], patch)
    return _fresh(patch)


def _item(field: str, base: Any, patch: Any) -> Any:
    """Of two items that speak of one thing, where one of several sources can be set."""
    if field == "env" or (field == "volumes" and not _one_source(base, patch)):
        return _fresh(patch)
    return merge(base, patch)


def _one_source(base: Object, patch: Object) -> bool:
    named = {key for key, value in patch.items() if value is not None} - {"name"}
    return named <= base.keys()


def _place(items: Sequence[Any], item: Any, keys: tuple[str, ...]) -> int | None:
    wanted = _identity(item, keys)
    if wanted is None:
        return None
    return next((at for at, other in enumerate(items) if _identity(other, keys) == wanted), None)


def _identity(item: Any, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """What tells the item from others; None if it does not say, which the API server refuses."""
    if not isinstance(item, dict) or item.get(keys[0]) is None:
        return None
    return tuple(str(item.get(key, _DEFAULTS.get(key))) for key in keys)


def _fresh(value: Any) -> Any:
    """What is new, without what says that something is to be taken away."""
    if isinstance(value, dict):
        return {
            key: _fresh(item)
            for key, item in value.items()
            if item not in (None, _TAKE_AWAY) and key != _DIRECTIVE
        }
    if isinstance(value, list):
        return [
            _fresh(item)
            for item in value
            if not (isinstance(item, dict) and item.get(_DIRECTIVE) == "delete")
        ]
    return value
