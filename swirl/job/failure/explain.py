"""Says what an attempt failed of: from any error to one sentence that names the cause."""

from __future__ import annotations

from dataclasses import replace

from swirl.job.failure.advice import advise
from swirl.job.failure.cause import links_of, sentence
from swirl.job.failure.failure import Failure
from swirl.job.failure.kafka import kafka_servers, speaks_of_kafka
from swirl.job.failure.place import innermost, is_raised_by_user, place_of
from swirl.job.failure.python import named, notes_of, text_of
from swirl.job.failure.spark import name_of, printed
from swirl.job.failure.throwable import Trace, read_trace
from swirl.job.failure.words import one_line, plain, shorten
from swirl.job.failure.worker import Raised, read_traceback
from swirl.wire.reasons import OutcomeReason

_LONGEST = 700
_LONGEST_CAUSE = 300
_DEEPEST = 5
_MOST_OF_A_GROUP = 20
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError", "PySparkImportError")
_ADD_PACKAGE = "; the image has to have the package in the right version"


def explain(error: BaseException, log: str = "") -> Failure:
    """Return why an attempt failed.

    Args:
        error: what it ended with.
        log: the last lines that Spark's JVM wrote, for what errors do not say.
    """
    failure = _explain(error, place_of(error.__traceback__), 0)
    servers = kafka_servers(log) if speaks_of_kafka(failure.message) else ""
    if not servers:
        return failure
    return replace(failure, message=f"{failure.message} (not reached: {servers})")


def _explain(error: BaseException, place: str | None, depth: int) -> Failure:
    text = printed(error)
    if text is not None and (failure := explain_text(text, name_of(error), place)) is not None:
        return failure
    kind, said = type(error).__name__, text_of(error)
    raised = read_traceback(said)
    if raised is not None:
        return _raised(raised, place)
    message = named(kind, place, shorten(one_line(said) + notes_of(error), _LONGEST))
    # What the image lacks, it lacks on every attempt.
    reason, permanent = OutcomeReason.USER_ERROR, isinstance(error, ImportError)
    if isinstance(error, MemoryError):
        reason = OutcomeReason.OUT_OF_MEMORY
        message += "; the driver's Python has no more memory: raise spark.driver.memoryOverhead"
    elif permanent:
        message += _ADD_PACKAGE
    elif "'JavaPackage' object is not callable" in said:
        message += "; the JVM has no such class: add its jar to $SPARK_HOME/jars of the image"
    failure = Failure(reason, message, permanent)
    return failure if depth == _DEEPEST else _with_others(failure, error, depth)


def _with_others(failure: Failure, error: BaseException, depth: int) -> Failure:
    """Add the error that this one came of, or those that it stands for."""
    if isinstance(error, BaseExceptionGroup):
        first, *others = error.exceptions[:_MOST_OF_A_GROUP]
        members = [_beneath(first, depth), *(_beneath(other, depth) for other in others)]
        # What the cluster or the memory did is told rather than what the function did.
        told = next((one for one in members if one.reason is not failure.reason), members[0])
        return _joined(failure, told, "one of them", all(one.permanent for one in members))
    if error.__cause__ is not None:
        cause = _beneath(error.__cause__, depth)
        # A function that wraps what Spark raised has run out of memory all the same.
        return _joined(failure, cause, "caused by", cause.permanent)
    before = error.__context__
    # Libraries raise while they handle what is their own business, and say what matters of it.
    if before is None or error.__suppress_context__ or not is_raised_by_user(error.__traceback__):
        return failure
    return _joined(failure, _beneath(before, depth), "raised after", failure.permanent)


def _beneath(error: BaseException, depth: int) -> Failure:
    return _explain(error, place_of(error.__traceback__), depth + 1)


def _joined(failure: Failure, other: Failure, how: str, permanent: bool) -> Failure:
    message = failure.message
    if other.message not in message:
        message += f"; {how} {shorten(other.message, _LONGEST_CAUSE)}"
    return Failure(other.reason, message, permanent)


def explain_text(text: str, kind: str | None, place: str | None) -> Failure | None:
    """Return why something failed of which the JVM printed this; None if that is not readable.

    Args:
        text: a throwable as Java prints it.
        kind: what Python calls it, if it has a name of its own.
        place: in the user's own code.
    """
    raised = read_traceback(text)
    if raised is not None:
        return _raised(raised, place)
    trace = read_trace(text)
    return None if trace is None else _thrown(trace, kind, place)


def _thrown(trace: Trace, kind: str | None, place: str | None) -> Failure:
    links = links_of(trace)
    advice = advise(trace, links)
    # The name that Python has is for the first of the chain, which may say nothing.
    name = kind if plain(trace.chain[0].message) == links[0].message else None
    message = advice.message or sentence(links, name, place)
    if advice.remedy:
        message = f"{message.rstrip('.')}; {advice.remedy}"
    return Failure(advice.reason, message, advice.permanent)


def _raised(raised: Raised, place: str | None, depth: int = 0) -> Failure:
    """Of an error in a worker; the line there says more than the one that waited for it."""
    where = innermost(raised.frames) or place
    inner = read_trace(raised.message)
    if inner is not None:
        return _thrown(inner, None, where)
    message = named(raised.kind, where, shorten(plain(raised.message), _LONGEST))
    if raised.kind == "MemoryError":
        remedy = "a Python worker has no more memory: raise spark.executor.memoryOverhead"
        return Failure(OutcomeReason.OUT_OF_MEMORY, f"{message}; {remedy}")
    if raised.kind in _IMPORT_ERRORS:
        return Failure(OutcomeReason.USER_ERROR, message + _ADD_PACKAGE, permanent=True)
    failure = Failure(OutcomeReason.USER_ERROR, message)
    if raised.cause is None or depth == _DEEPEST:
        return failure
    cause = _raised(raised.cause, None, depth + 1)
    return _joined(failure, cause, "caused by", cause.permanent)
