"""Builds Swirl's container images, with Docker or, where there is none, with buildah."""
