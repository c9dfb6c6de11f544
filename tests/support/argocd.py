"""Argo CD's Lua machine, as far as scripts can tell: what it opens, and what it makes of an answer.

It opens `base`, `package` and `table` of Lua 5.1, and an `os` with `time` and `date` alone; no
`string`, no `math`, no `io`. Numbers are floats, and an empty table comes back as an empty list.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, cast

from lupa.lua51 import LuaError, LuaRuntime, lua_type

from swirl.kube.request import Object

_FUNCTIONS = "assert error ipairs next pairs pcall select tonumber tostring type unpack xpcall"
_TABLES = "getmetatable rawequal rawget rawset setmetatable table"
_OPEN = frozenset(f"{_FUNCTIONS} {_TABLES} package require _VERSION _G".split())


class ScriptError(Exception):
    """The script raised; what Argo CD shows to whoever pressed the button."""


def run(script: str, obj: Object, now: int | None = None) -> Any:
    """What a script returns for the object, as Argo CD decodes it."""
    lua = LuaRuntime(unpack_returned_tuples=True, register_eval=False, register_builtins=False)
    # Strings have methods only where the string library was opened.
    lua.execute("debug.setmetatable('', nil)")
    names = lua.globals()
    moment = lua.table_from({"time": lambda: float(time.time() if now is None else now)})
    for name in list(names.keys()):
        if name not in _OPEN:
            names[name] = None
    loaded = names.package.loaded
    for name in ("string", "math", "io", "os", "debug", "coroutine"):
        loaded[name] = None
    cast(Any, lua.eval("function(module) package.preload.os = function() return module end end"))(
        moment
    )
    names["obj"] = _table(lua, obj)
    names["actionParams"] = lua.table()
    try:
        return _plain(lua.execute(script))
    except LuaError as error:
        raise ScriptError(str(error)) from error


def health(script: str, obj: Object) -> Object:
    """Status and message that a health script gives the object."""
    found = run(script, obj)
    assert found["status"] in {"Healthy", "Progressing", "Degraded", "Suspended"}, found
    return {"status": found["status"], "message": found["message"]}


def discover(script: str, obj: Object) -> dict[str, Object]:
    """The actions that a discovery script offers for the object, by name."""
    found = run(script, obj)
    return {} if found == [] else found


def act(script: str, obj: Object, now: int | None = None) -> list[tuple[str, Object]]:
    """What an action script asks for: pairs of `create` or `patch` and the object."""
    found = run(script, obj, now)
    if isinstance(found, dict):
        return [("patch", _repaired(found, obj))]
    return [
        (item["operation"], _repaired(item["resource"], obj))
        if item["operation"] == "patch"
        else (item["operation"], item["resource"])
        for item in found
    ]


def _table(lua: LuaRuntime, value: Any) -> Any:
    if isinstance(value, dict):
        return lua.table_from({key: _table(lua, item) for key, item in value.items()})
    if isinstance(value, list):
        return lua.table_from([_table(lua, item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _plain(value: Any) -> Any:
    if lua_type(value) != "table":
        return int(value) if isinstance(value, float) and value.is_integer() else value
    keys: Iterable[Any] = list(value.keys())
    if all(isinstance(key, int) for key in keys):
        return [_plain(item) for item in value.values()]
    return {key: _plain(item) for key, item in value.items()}


def _repaired(new: Any, old: Any) -> Any:
    """With the empty maps back that Lua could not tell from empty lists."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: _repaired(item, old.get(key)) for key, item in new.items()}
    if isinstance(new, list) and isinstance(old, dict) and not new:
        return {}
    if isinstance(new, list) and isinstance(old, list):
        return [
            _repaired(item, old[index] if index < len(old) else None)
            for index, item in enumerate(new)
        ]
    return new
