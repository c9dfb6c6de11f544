"""The Batch job `train-sentiment`: train the sentiment classifier and publish it."""

from __future__ import annotations

from ads.classifier import LABELS, Settings, train_and_publish
from swirl import Context, analytics


@analytics
def train(
    ctx: Context,
    *,
    max_iter: int = 30,
    regularization: float = 0.04,
    feature_count: int = 16384,
    positive_weight: float = 1.3,
    max_rows: int | None = None,
) -> dict[str, float]:
    """Learn negative, neutral or positive from three quarters of the tweets.

    The quality is measured on the other quarter and recorded with the run.
    """
    settings = Settings(max_iter, regularization, feature_count, positive_weight, max_rows)
    positive = float(LABELS.index("positive"))
    return train_and_publish(ctx, settings, label_order="frequencyDesc", positive=positive)
