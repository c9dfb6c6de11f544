"""Reasons: one CamelCase word for machines, each with its meaning in one sentence.

A driver's reasons stand here, since driver and operator share them: the driver writes one into its
termination message, and the run's conditions repeat it. What the operator says by itself is in
`swirl_operator.status.reasons`; docs/reference/reasons.md lists all of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class ReasonEnum(StrEnum):
    """Base of the closed lists; a member is its word, with `meaning` beside it."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Self:
        """Make the member of that word."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member


class DriverReason(ReasonEnum):
    """How an attempt ended, as its driver says it."""

    SUCCEEDED = "Succeeded", "The function returned."
    FUNCTION_FAILED = "FunctionFailed", "The function raised an error; the message says where."
    QUERY_FAILED = "QueryFailed", "A query of a stream failed; the message is Spark's."
    SPARK_ENDED = "SparkEnded", "The JVM beside the driver ended; the message says why."
    EXITED = "Exited", "The function called sys.exit with something else than 0."
    STOPPED = "Stopped", "The driver was asked to end before its function did."
    INVALID_RUN = "InvalidRun", "The driver cannot use what it was told about its run."
    ENTRY_POINT_NOT_FOUND = (
        "EntryPointNotFound",
        "The image has no such module, or the module no such function.",
    )
    INVALID_ENTRY_POINT = (
        "InvalidEntryPoint",
        "What spec.entryPoint.function names is no analytics function.",
    )
    INVALID_PARAMETERS = (
        "InvalidParameters",
        "The parameters are not those that the function's signature asks for.",
    )
    KAFKA_NOT_CONFIGURED = (
        "KafkaNotConfigured",
        "The function uses Kafka, and the installation has none.",
    )
    RESULT_NOT_SERIALIZABLE = (
        "ResultNotSerializable",
        "The function returned something that has no JSON form.",
    )
    PERMANENT = "Permanent", "The function failed in a way that another attempt cannot cure."
