"""What to do about an error of the JVM, and what reason it is: by what it says. Pure.

Only where Spark's own words do not say it. Each rule is for a kind of error that people meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from swirl.job.failure.executors import death_in
from swirl.job.failure.jars import missing_jar
from swirl.job.failure.kafka import NO_METADATA, SILENT, UNKNOWN
from swirl.job.failure.throwable import Throwable, Trace
from swirl.job.failure.words import simple
from swirl.wire.reasons import OutcomeReason

_MORE_FOR_WORKERS = "raise spark.executor.memoryOverhead"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is known about an error beyond its words.

    Attributes:
        reason: of the attempt.
        remedy: what to do; empty if the words say it, or nobody knows.
        permanent: whether another attempt would fail in the same way.
        message: in place of the error's own words, where these are not for people.
    """

    reason: OutcomeReason = OutcomeReason.USER_ERROR
    remedy: str = ""
    permanent: bool = False
    message: str = ""


def advise(trace: Trace, links: list[Throwable]) -> Advice:
    """Return what is known about an error of the JVM.

    Args:
        trace: what the JVM printed.
        links: those of its chain that say something.
    """
    for link in trace.chain:
        if death := death_in(link.message):
            times = f" {trace.failures} times in the same task" if trace.failures > 1 else ""
            return Advice(
                death.reason,
                death.remedy,
                message=f"executor {death.executor} was lost{times}: {death.why}",
            )
    text = "\n".join(f"{simple(link.kind)}: {link.message}" for link in links)
    if "OutOfMemory" in text:
        return _out_of_memory(text, trace)
    if forbidden := _FORBIDDEN.search(text):
        return _forbidden(*forbidden.groups())
    if remedy := missing_jar(text):
        return Advice(remedy=remedy, permanent=True)
    found = next((advice for pattern, advice in _RULES if pattern.search(text)), Advice())
    if not trace.starting:
        return found
    if _is_of_the_cluster(links):
        return replace(found, reason=OutcomeReason.PLATFORM_ERROR)
    return Advice(OutcomeReason.INVALID_SPEC, _of_settings(text), permanent=True)


_FORBIDDEN = re.compile(
    r'\b(\w+)(?: "[^"]*")? is forbidden: User "system:serviceaccount:([^:"]+):([^"]+)" '
    r'cannot (\w+) resource "([^"]+)"'
)
_OF_THE_CLUSTER = re.compile(
    r"KubernetesClient\w*|UnknownHostException|ConnectException|BindException|\w*TimeoutException"
    r"|NoRouteToHostException|SSL\w*Exception"
)
# Java's serial collector, which small containers get, does not count all of the heap.
_SETTINGS = (
    ("[INVALID_DRIVER_MEMORY]", "raise spark.driver.memory to 470Mi or more"),
    ("[INVALID_EXECUTOR_MEMORY]", "raise spark.executor.memory to 450Mi or more"),
)
_DRIVERS_ACCOUNT = "swirl-driver"
_THREADS = "unable to create native thread"
_BROADCAST = "Not enough memory to build and broadcast"


def _rule(
    pattern: str,
    remedy: str = "",
    *,
    reason: OutcomeReason = OutcomeReason.USER_ERROR,
    permanent: bool = False,
) -> tuple[re.Pattern[str], Advice]:
    return re.compile(pattern), Advice(reason, remedy, permanent)


_RULES = (
    _rule(
        r"bigger than spark\.driver\.maxResultSize",
        "write the result instead of collecting it, or raise spark.driver.maxResultSize",
    ),
    _rule(
        r"Python worker exited unexpectedly",
        "it was killed, most likely for want of memory, or a native library crashed: "
        f"{_MORE_FOR_WORKERS}, or have spark.python.worker.faulthandler.enabled say where",
    ),
    _rule(
        r"Could not execute broadcast in (\d+) secs",
        "raise spark.sql.broadcastTimeout, or set spark.sql.autoBroadcastJoinThreshold to -1",
    ),
    _rule(
        rf"UnknownHostException: |{UNKNOWN}",
        "the cluster's DNS knows no such host: check the name",
    ),
    _rule(
        "|".join(SILENT),
        "no Kafka broker answers: check kafka.bootstrap.servers and what lets the Pod reach it",
    ),
    _rule(
        r"No AWS Credentials provided",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from a Secret in spec.env, or give the "
        "ServiceAccount access to the bucket",
    ),
    _rule(
        NO_METADATA,
        "there is no such topic, or no Kafka broker answers: check kafka.bootstrap.servers",
    ),
    _rule(
        r"Mkdirs failed to create",
        "the folder does not exist and cannot be made: check its rights for the uid of the Pod",
    ),
    _rule(
        r"ConnectException|Connection refused|NoRouteToHost|SocketTimeout|ConnectTimeout"
        r"|UnresolvedAddress",
        "nothing answers there: check that it runs and that a NetworkPolicy lets the Pod reach it",
    ),
    _rule(r"\[(?:PARSE_SYNTAX_ERROR|UNRESOLVED_ROUTINE|WRONG_NUM_ARGS)", permanent=True),
)


def _out_of_memory(text: str, trace: Trace) -> Advice:
    if _THREADS in text:
        remedy = "the container may have no more threads: start fewer, or raise its limit of pids"
    elif trace.executor not in (None, "driver"):
        remedy = "raise spark.executor.memory"
    elif _BROADCAST in text:
        remedy = "raise spark.driver.memory, or set spark.sql.autoBroadcastJoinThreshold to -1"
    else:
        remedy = "raise spark.driver.memory"
    return Advice(OutcomeReason.OUT_OF_MEMORY, remedy)


def _forbidden(kind: str, namespace: str, account: str, verb: str, resource: str) -> Advice:
    """What a Kubernetes that refuses the driver says; `kind` repeats the resource."""
    message = (
        f"the ServiceAccount {account} may not {verb} {resource} in namespace {namespace} "
        "(403 Forbidden)"
    )
    if account == _DRIVERS_ACCOUNT:
        remedy = f"bind it to the Role {account}, which the chart makes in namespaces for analytics"
    else:
        remedy = (
            f"leave spec.serviceAccountName out, or bind {account} to the Role {_DRIVERS_ACCOUNT}"
        )
    return Advice(OutcomeReason.PLATFORM_ERROR, remedy, message=message)


def _is_of_the_cluster(links: list[Throwable]) -> bool:
    return any(_OF_THE_CLUSTER.fullmatch(simple(link.kind)) for link in links)


def _of_settings(text: str) -> str:
    for condition, remedy in _SETTINGS:
        if condition in text:
            return remedy
    return "correct spark.conf"
