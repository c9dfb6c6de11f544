"""Published models: what one is, publishing and opening it, and the formats it may have."""

from __future__ import annotations

from swirl.models.golden import Golden
from swirl.models.manifest import Manifest, Signature, Tensor
from swirl.models.model import Model, open_model
from swirl.models.publish import Published, publish_model_dir

__all__ = [
    "Golden",
    "Manifest",
    "Model",
    "Published",
    "Signature",
    "Tensor",
    "open_model",
    "publish_model_dir",
]
