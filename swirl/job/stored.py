"""Parameters that are too long for a variable: read from the AnalyticsRun, where they stay."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from swirl.job.errors import InvalidRun, PlatformFault
from swirl.kube.account import Account
from swirl.kube.client import Client
from swirl.kube.errors import ApiError, Forbidden, NotFound
from swirl.kube.request import Object, get
from swirl.kube.resources import Resource
from swirl.wire.group import GROUP, VERSION
from swirl.wire.run import RunSpec, parameters_of

logger = logging.getLogger(__name__)

_RUNS = Resource(GROUP, VERSION, "analyticsruns", "AnalyticsRun")
_TIMEOUT_SECONDS = 10.0
_TRIES = 5
_WAIT_SECONDS = 2.0

Read = Callable[[], Object]
"""Reads the AnalyticsRun; raises ApiError if that fails."""


def from_cluster(run: RunSpec, environ: Mapping[str, str]) -> Read:
    """Return how to read the run.

    Raises:
        InvalidRun: this is no Pod of a cluster.
    """
    account = Account.of(environ)
    if account is None:
        raise InvalidRun("the parameters are in the AnalyticsRun, and this is no Pod of a cluster")
    client = Client(account, agent="swirl-driver", timeout=_TIMEOUT_SECONDS)
    return lambda: client.send(get(_RUNS, run.namespace, run.name))


def parameters(
    run: RunSpec, read: Read, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Return the run's parameters.

    Raises:
        InvalidRun: there is no such run any more.
        PlatformFault: it cannot be read.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            found = read()
        except NotFound as error:
            raise InvalidRun(
                f"AnalyticsRun {run.name} is gone, and its parameters with it"
            ) from error
        except Forbidden as error:
            raise PlatformFault(
                "the parameters are too long for a variable, and the driver's ServiceAccount may "
                f"not get analyticsruns, where they are ({error}): leave spec.serviceAccountName "
                "out, or bind that account to the Role that Swirl's chart makes for drivers"
            ) from error
        except ApiError as error:
            if attempt == _TRIES:
                raise PlatformFault(f"the parameters cannot be read: {error}") from error
            logger.warning("the parameters cannot be read: %s; tried again", error)
            sleep(_WAIT_SECONDS * attempt)
        else:
            return _of(found, run)
    raise AssertionError("the last try returns or raises")


def _of(found: Object, run: RunSpec) -> dict[str, Any]:
    if found["metadata"]["uid"] != run.uid:
        raise InvalidRun(f"AnalyticsRun {run.name} is another one of the same name")
    status = found.get("status") or {}
    return parameters_of(found, found["spec"].get("jobSpec") or status.get("jobSpec") or {})
