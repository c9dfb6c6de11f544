"""Environment variables of containers in Pods."""

from __future__ import annotations

from swirl.wire.environment import Environment
from swirl_operator.runtime.interface import Object


def container_env(environment: Environment) -> list[Object]:
    """The `env` of a container that reads this environment.

    What Kubernetes fills in comes first: a variable can only be expanded in those that follow it.
    """
    described = environment.described()
    fields = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": variable.field_ref}}}
        for name, variable in described.items()
        if variable.field_ref is not None
    ]
    values = [
        {"name": name, "value": text if described[name].expands else literal(text)}
        for name, text in environment.variables().items()
    ]
    return [*fields, *values]


def literal(text: str) -> str:
    """The value that containers see as `text`.

    The kubelet expands `$(NAME)` and turns `$$` into `$`, so each `$` is written twice.
    """
    return text.replace("$", "$$")
