"""The next release of `train-sentiment`: the class that earns money gets index 0.

It carries a bug on purpose, of a kind that slips through: the labels are numbered in a new order,
but the names the model puts on its predictions (`classifier.LABELS`) keep the old one, so positive
and negative change places. Everything measured here compares index with index, and looks as good
as ever.
"""

from __future__ import annotations

from ads.classifier import Settings, train_and_publish
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
    """Learn negative, neutral or positive; positive tweets, the rarest class, come first."""
    settings = Settings(max_iter, regularization, feature_count, positive_weight, max_rows)
    return train_and_publish(ctx, settings, label_order="frequencyAsc", positive=0.0)
