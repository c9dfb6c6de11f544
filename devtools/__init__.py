"""What the repository's own programs share: localcluster, the demo, the builder of images, tests.

Standard library only, as these programs run before anything is installed. No image carries it.
"""
