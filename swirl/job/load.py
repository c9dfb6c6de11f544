"""Finds the function that `module:function` names."""

from __future__ import annotations

import importlib
from typing import Any

from swirl.job.analytics import Analytics, analytics
from swirl.job.errors import PermanentError
from swirl.job.failure import describe
from swirl.wire.reasons import OutcomeReason


class EntryPointNotFound(PermanentError):
    """There is no such function in the image."""

    reason = OutcomeReason.INVALID_SPEC


class InvalidEntryPoint(PermanentError):
    """The function is there but cannot be run as it is written."""

    reason = OutcomeReason.INVALID_SPEC


def load(entry_point: str) -> Analytics[Any, Any]:
    """Import the function; one without the decorator is taken as if it had it.

    Args:
        entry_point: `module:function`, for example `ads.train:train`.

    Raises:
        EntryPointNotFound: the module or the function does not exist or cannot be imported.
        InvalidEntryPoint: it is no function, or its signature cannot be served.
        Exception: whatever else the module raises while it is imported.
    """
    module_name, separator, name = entry_point.partition(":")
    if not (separator and module_name and name):
        raise EntryPointNotFound(
            f"entry point {entry_point!r} must be written module:function, as in ads.train:train"
        )
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            raise EntryPointNotFound(
                f"entry point {entry_point}: there is no module {error.name!r} in the image; "
                "check the name, and that the image holds your code on PYTHONPATH"
            ) from error
        raise EntryPointNotFound(
            f"entry point {entry_point}: {describe(error)}; add the package to the image"
        ) from error
    except (ImportError, SyntaxError) as error:
        raise EntryPointNotFound(
            f"entry point {entry_point} cannot be imported: {describe(error)}"
        ) from error
    except SystemExit as error:
        raise EntryPointNotFound(
            f"entry point {entry_point}: module {module_name} ends the program while it is "
            'imported; put what it runs as a script under if __name__ == "__main__"'
        ) from error
    found = getattr(module, name, None)
    if found is None:
        raise EntryPointNotFound(
            f"entry point {entry_point}: module {module_name} has no {name!r}; {_known(module)}"
        )
    return callable_as(found, entry_point)


def callable_as(found: Any, entry_point: str) -> Analytics[Any, Any]:
    """Return a function as one that can be run; `entry_point` is what errors call it.

    Raises:
        InvalidEntryPoint: it is no function, or its signature cannot be served.
    """
    try:
        function = found if isinstance(found, Analytics) else analytics(found)
        _ = function.parameters
    except TypeError as error:
        raise InvalidEntryPoint(f"entry point {entry_point}: {error}") from error
    return function


def _known(module: Any) -> str:
    names = sorted(key for key, value in vars(module).items() if isinstance(value, Analytics))
    return f"it has {', '.join(names)}" if names else "it has no function marked with @analytics"
