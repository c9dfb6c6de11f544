"""Where the API server is and who we are: the same answer for kopf and for our own client."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import kopf

from swirl.kube.account import Account

_TOKEN_LIFETIME = 60.0


def login() -> kopf.ConnectionInfo:
    """A kubeconfig when `KUBECONFIG` names one, else the Pod's service account, else ~/.kube."""
    settings = kopf.OperatorSettings()
    attempts: list[Callable[..., kopf.ConnectionInfo | None]]
    if os.environ.get("KUBECONFIG"):
        attempts = [kopf.login_with_kubeconfig]
    else:
        attempts = [_with_service_account, kopf.login_with_kubeconfig]
    for attempt in attempts:
        found = attempt(settings=settings)
        if found is not None:
            return found
    raise kopf.LoginError("neither a service account nor a kubeconfig was found")


def _with_service_account(*, settings: kopf.OperatorSettings) -> kopf.ConnectionInfo | None:
    account = Account.of(os.environ)
    token = None if account is None else account.token
    if account is None or token is None:
        return None
    return kopf.ConnectionInfo(
        server=account.server,
        ca_path=None if account.ca_file is None else str(account.ca_file),
        token=token,
        default_namespace=account.namespace,
        trust_env=settings.networking.trust_env,
    )


class Credentials:
    """Connection info re-read every minute: projected service account tokens are rotated."""

    def __init__(
        self,
        *,
        read: Callable[[], kopf.ConnectionInfo] = login,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._clock = clock
        self._info = read()
        self._read_at = clock()

    @property
    def info(self) -> kopf.ConnectionInfo:
        if self._clock() - self._read_at >= _TOKEN_LIFETIME:
            self.refresh()
        return self._info

    def refresh(self) -> None:
        """Read again now: the API server did not accept what we have."""
        self._info = self._read()
        self._read_at = self._clock()
