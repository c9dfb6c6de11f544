"""Answers the two scoring endpoints: body in, status and body out, everything counted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from swirl.scorer.asgi import Headers, Receive
from swirl.scorer.body import read_body
from swirl.scorer.errors import RequestError
from swirl.scorer.limits import LARGE_BODY
from swirl.scorer.model import ServedModel
from swirl.scorer.protocols import rows, v2
from swirl.scorer.protocols.parse import Outputs
from swirl.scorer.stats import Stats
from swirl.wire.problem import MEDIA_TYPE, Problem

logger = logging.getLogger(__name__)

Score = Callable[[ServedModel, bytes], tuple[bytes, Outputs]]
Answer = tuple[int, bytes]
"""Status and payload: what was asked for, or from 400 on a problem document."""
Scored = tuple[int, bytes, list[str], float]
"""Status, payload, the label of each row, and the seconds it took."""


class Service:
    """One model with its counters and its readiness."""

    def __init__(self, model: ServedModel) -> None:
        self.model = model
        self.stats = Stats(model.labels.names if model.labels else ())
        self.draining = False
        self._scores: dict[str, Score] = {"infer": v2.infer, "rows": rows.score_rows}
        # One thread: large requests wait for each other, and small ones for none of them.
        self._large = ThreadPoolExecutor(1, thread_name_prefix="swirl-large")

    async def take(self, endpoint: str, headers: Headers, receive: Receive) -> Answer | None:
        """Read a request's body and answer it; None when the caller went away."""
        try:
            body = await read_body(headers, receive)
        except RequestError as error:
            self.stats.observe(endpoint, error.status, 0.0)
            return _refusal(error)
        return None if body is None else await self.answer(endpoint, body)

    async def answer(self, endpoint: str, body: bytes) -> Answer:
        """Score a body sent to `endpoint`, "infer" or "rows". Never raises."""
        if len(body) <= LARGE_BODY:
            return self._record(endpoint, self._score(endpoint, body))
        loop = asyncio.get_running_loop()
        scored = await loop.run_in_executor(self._large, self._score, endpoint, body)
        return self._record(endpoint, scored)

    def _score(self, endpoint: str, body: bytes) -> Scored:
        predicted: list[str] = []
        start = time.perf_counter()
        try:
            payload, outputs = self._scores[endpoint](self.model, body)
            predicted = self._labels(outputs)
            status = 200
        except RequestError as error:
            status, payload = _refusal(error)
        except Exception:
            # A fault of ours in one request must not cost the others their answers.
            logger.exception("scoring failed")
            problem = Problem(500, "internal error while scoring; see the log")
            status, payload = problem.status, problem.to_json()
        return status, payload, predicted, time.perf_counter() - start

    def _record(self, endpoint: str, scored: Scored) -> Answer:
        status, payload, predicted, seconds = scored
        for label in predicted:
            self.stats.predicted(label)
        self.stats.observe(endpoint, status, seconds)
        return status, payload

    def _labels(self, outputs: Outputs) -> list[str]:
        labels = self.model.labels
        return [labels.text(output[labels.output]) if labels else "" for output in outputs]


def media_type(status: int) -> str:
    """Return the media type of an answer's payload."""
    return MEDIA_TYPE if status >= 400 else "application/json"


def _refusal(error: RequestError) -> Answer:
    return error.status, Problem(error.status, str(error)).to_json()
