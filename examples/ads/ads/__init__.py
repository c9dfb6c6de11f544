"""The example pipeline: serve ads to the authors of positive tweets."""
